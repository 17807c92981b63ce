import { IconMessages } from '@tabler/icons-react';
import { t } from '@/i18n';
import { Keys } from '@/ui/Keys';
import { Empty } from '@/ui/states';

export function NothingChosen() {
  return (
    <Empty icon={<IconMessages size={40} stroke={1.4} aria-hidden />} title={t('inbox.nothingChosen')}>
      {t('inbox.nothingChosenHint')} <Keys keys="j" /> <Keys keys="k" /> <Keys keys="mod+k" />
    </Empty>
  );
}
