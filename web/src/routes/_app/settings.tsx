import { createFileRoute } from '@tanstack/react-router';
import { SettingsPage } from '@/features/settings/SettingsPage';
import { needWords } from '@/i18n';

export const Route = createFileRoute('/_app/settings')({
  loader: () => needWords('settings', 'profile', 'notifications'),
  component: SettingsPage,
});
