import { IconLock } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { t } from '@/i18n';
import classes from './panel.module.css';

/** Why something cannot be done here, where it would be done. */
export function Reason({ children }: { children: ReactNode }) {
  return (
    <p className={classes.reason}>
      <IconLock size={13} aria-hidden />
      <span>{children}</span>
    </p>
  );
}

/** For what cannot be taken back: the first press asks, the second does. */
export function Sure({
  question,
  onYes,
  children,
}: {
  question: string;
  onYes: () => void;
  children: (ask: () => void) => ReactNode;
}) {
  const [isAsking, setAsking] = useState(false);
  if (!isAsking) return children(() => setAsking(true));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a question with two answers is no fieldset
    <span
      role="group"
      className={classes.sure}
      aria-label={question}
      onKeyDown={(event) => onEscape(event, () => setAsking(false))}
    >
      <span>{question}</span>
      <button type="button" className={classes.danger} onClick={onYes}>
        {t('panel.yes')}
      </button>
      <button type="button" className={classes.small} ref={focusNow} onClick={() => setAsking(false)}>
        {t('panel.no')}
      </button>
    </span>
  );
}

/** Escape belongs to what is open here, not to the drawer or the screen around it. */
export function onEscape(event: KeyboardEvent, leave: () => void): void {
  if (event.key !== 'Escape') return;
  event.stopPropagation();
  leave();
}

function focusNow(element: HTMLButtonElement | null): void {
  element?.focus();
}
