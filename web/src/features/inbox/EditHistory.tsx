import { Popover } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { t } from '@/i18n';
import { useWhileShown } from '@/ui/useWhileShown';
import classes from './bubble.module.css';

const Versions = lazy(() => import('./Versions'));

/** "edited", and what it said before. */
export function EditHistory({ messageId }: { messageId: string }) {
  const [isOpen, setOpen] = useWhileShown();
  return (
    <Popover opened={isOpen} onChange={setOpen} width={300} position="top">
      <Popover.Target>
        <button type="button" className={classes.edited} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t('inbox.edited')}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        {isOpen && (
          <Suspense>
            <Versions messageId={messageId} />
          </Suspense>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
