import { createFileRoute } from '@tanstack/react-router';
import { NotificationsPage } from '@/features/settings/notifications/NotificationsPage';

export const Route = createFileRoute('/_app/settings/notifications')({ component: NotificationsPage });
