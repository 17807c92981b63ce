import { IconSettings } from '@tabler/icons-react';
import { t } from '@/i18n';
import { Empty } from '@/ui/states';

export function SettingsPage() {
  return <Empty icon={<IconSettings size={32} aria-hidden />} title={t('shell.settings')} />;
}
