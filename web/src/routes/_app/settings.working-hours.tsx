import { createFileRoute } from '@tanstack/react-router';
import { HoursPage } from '@/features/settings/working-hours/HoursPage';

export const Route = createFileRoute('/_app/settings/working-hours')({ component: HoursPage });
