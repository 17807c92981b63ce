import { createFileRoute } from '@tanstack/react-router';
import { ChannelsPage } from '@/features/channels/ChannelsPage';
import { readSearch } from '@/features/channels/channels';

export const Route = createFileRoute('/_app/channels')({ validateSearch: readSearch, component: ChannelsPage });
