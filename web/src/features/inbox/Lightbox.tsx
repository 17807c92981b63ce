import { Modal } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';
import { t } from '@/i18n';
import { useStore } from '@/ui/store';
import classes from './lightbox.module.css';
import { shownPicture as shown } from './picture';

/** One picture over everything else; a click makes it as large as it is. */
export default function Lightbox() {
  const current = useStore(shown);
  const [isLarge, setLarge] = useState(false);
  const step = (by: number) => {
    setLarge(false);
    shown.set(
      (before) =>
        before && { ...before, place: (before.place + by + before.addresses.length) % before.addresses.length },
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight') step(1);
    if (event.key === 'ArrowLeft') step(-1);
  };
  if (!current) return null;
  return (
    <Modal
      opened
      fullScreen
      radius={0}
      onClose={() => shown.set(undefined)}
      title={current.addresses.length > 1 ? `${current.place + 1} / ${current.addresses.length}` : ''}
      aria-label={t('inbox.type.image')}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
      classNames={{ content: classes.content, header: classes.header, body: classes.body }}
      onKeyDown={onKeyDown}
    >
      <button
        type="button"
        className={classes.stage}
        data-large={isLarge || undefined}
        onClick={() => setLarge(!isLarge)}
        aria-label={t('inbox.zoom')}
      >
        <img src={current.addresses[current.place]} alt="" />
      </button>
      {current.addresses.length > 1 && (
        <>
          <button type="button" className={classes.before} aria-label={t('inbox.do.before')} onClick={() => step(-1)}>
            <IconChevronLeft aria-hidden />
          </button>
          <button type="button" className={classes.next} aria-label={t('inbox.do.next')} onClick={() => step(1)}>
            <IconChevronRight aria-hidden />
          </button>
        </>
      )}
    </Modal>
  );
}
