import { createFileRoute } from '@tanstack/react-router';
import { WorkPage } from '@/features/settings/work/WorkPage';

export const Route = createFileRoute('/_app/settings/work')({ component: WorkPage });
