import { IconBuildingBroadcastTower } from '@tabler/icons-react';
import { t } from '@/i18n';
import { Empty } from '@/ui/states';

export function ChannelsPage() {
  return <Empty icon={<IconBuildingBroadcastTower size={32} aria-hidden />} title={t('shell.channels')} />;
}
