import { IconCircleDashed, IconClock, IconClockOff } from '@tabler/icons-react';
import { t } from '@/i18n';
import { duration, useNow } from '@/ui/time';
import classes from './attachments.module.css';
import type { Message } from './messages';
import { storyLeft } from './story';

/** A story is never kept, only that there was one: it says until when the platform shows it. */
export function StoryCard({ message }: { message: Message }) {
  const left = storyLeft(message, useNow());
  const Icon = left === 0 ? IconClockOff : IconClock;
  return (
    <div className={classes.card} data-over={left === 0 || undefined}>
      <IconCircleDashed size={20} aria-hidden />
      <span className={classes.words}>
        <strong>{t('inbox.type.story')}</strong>
        {left !== undefined && (
          <span className={classes.clock}>
            <Icon size={13} aria-hidden />
            {left === 0 ? t('inbox.story.expired') : t('inbox.story.expiresIn', { time: duration(left) })}
          </span>
        )}
      </span>
    </div>
  );
}
