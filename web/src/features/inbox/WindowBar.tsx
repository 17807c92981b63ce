import { IconClockHour4, IconLockAccess, IconTemplate, IconWorld } from '@tabler/icons-react';
import { dateFormat, t } from '@/i18n';
import { duration, useNow } from '@/ui/time';
import type { Answering } from './ways';
import classes from './windowbar.module.css';

const CLOSING_MS = 2 * 3_600_000;

interface Props {
  answering: Answering;
  isPrivate: boolean;
  onPrivate: (isPrivate: boolean) => void;
}

/** What is legal now, and until when. */
export function WindowBar({ answering, isPrivate, onPrivate }: Props) {
  const now = useNow();
  if (answering.kind === 'comment')
    return <CommentChoice answering={answering} isPrivate={isPrivate} onPrivate={onPrivate} />;
  if (answering.kind === 'free') {
    if (answering.closesAt === undefined) return null;
    const left = answering.closesAt - now;
    return (
      <span className={classes.bar} data-state={left < CLOSING_MS ? 'closing' : 'open'}>
        <IconClockHour4 size={14} aria-hidden /> {t('inbox.way.free', { time: duration(left) })}
      </span>
    );
  }
  if (answering.kind === 'human_agent') {
    const until =
      answering.closesAt &&
      dateFormat({ weekday: 'short', hour: 'numeric', minute: '2-digit' }).format(answering.closesAt);
    return (
      <span className={classes.bar} data-state="closing">
        <IconLockAccess size={14} aria-hidden /> {t('inbox.way.human', { until: until ?? '' })}
      </span>
    );
  }
  return (
    <span className={classes.bar} data-state="closed">
      <IconTemplate size={14} aria-hidden />
      {answering.kind === 'template' ? t('inbox.way.template') : t('inbox.way.none')}
    </span>
  );
}

function CommentChoice({ answering, isPrivate, onPrivate }: Props) {
  const canPrivately = answering.kind === 'comment' && answering.canPrivately;
  return (
    <span className={classes.bar} data-state="open">
      <IconWorld size={14} aria-hidden />
      <button type="button" aria-pressed={!isPrivate} onClick={() => onPrivate(false)}>
        {t('inbox.way.public')}
      </button>
      {canPrivately && (
        <button type="button" aria-pressed={isPrivate} onClick={() => onPrivate(true)}>
          {t('inbox.way.private')}
        </button>
      )}
    </span>
  );
}
