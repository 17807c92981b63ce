import { createFileRoute } from '@tanstack/react-router';
import { ChannelsPage } from '@/features/channels/ChannelsPage';
import { readSearch } from '@/features/channels/channels';
import { needWords } from '@/i18n';

export const Route = createFileRoute('/_app/channels')({
  validateSearch: readSearch,
  loader: () => needWords('channels'),
  component: ChannelsPage,
});
