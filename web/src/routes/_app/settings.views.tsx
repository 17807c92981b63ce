import { createFileRoute } from '@tanstack/react-router';
import { ViewsPage } from '@/features/settings/views/ViewsPage';

export const Route = createFileRoute('/_app/settings/views')({ component: ViewsPage });
