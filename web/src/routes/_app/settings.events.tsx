import { createFileRoute } from '@tanstack/react-router';
import { EventsPage } from '@/features/settings/events/EventsPage';

export const Route = createFileRoute('/_app/settings/events')({ component: EventsPage });
