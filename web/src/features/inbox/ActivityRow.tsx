import { memo } from 'react';
import { t, translated } from '@/i18n';
import { clockTime, fullTime } from '@/ui/time';
import classes from './activityrow.module.css';
import { dueTime } from './moments';
import type { ActivityLine } from './thread';

/** What happened beside messages, as one thin line. */
export const ActivityRow = memo(function ActivityRow({ line, more }: { line: ActivityLine; more: number }) {
  const at = Date.parse(line.at);
  return (
    <p className={classes.line}>
      <bdi>{sentence(line)}</bdi>
      {more > 0 && <span>×{more + 1}</span>}
      <time title={fullTime(at)}>{clockTime(at)}</time>
    </p>
  );
});

function sentence(line: ActivityLine): string {
  const actor = line.actor.name ?? translated(`inbox.author.${line.actor.type}`, t('inbox.author.system'));
  const data = line.data as Record<string, unknown>;
  const list = (name: string) => (Array.isArray(data[name]) ? (data[name] as string[]).join(', ') : '');
  const isOwn = line.actor.id !== null && data.user_id === line.actor.id;
  const values = {
    actor,
    name: typeof data.name === 'string' ? data.name : t('inbox.nobody'),
    added: list('added'),
    removed: list('removed'),
    to: typeof data.to === 'string' ? translated(`inbox.handover.${data.to}`, data.to) : '',
    when: typeof data.due_at === 'string' ? dueTime(new Date(data.due_at)) : '',
    priority: typeof data.priority === 'string' ? translated(`inbox.priority.${data.priority}`, data.priority) : '',
  };
  if (line.kind === 'tags_changed') {
    const sentences = (['added', 'removed'] as const).flatMap((how) => {
      const count = Array.isArray(data[how]) ? data[how].length : 0;
      return count > 0 ? [t(`inbox.activity.tags_${how}`, { ...values, count })] : [];
    });
    return sentences.join(' · ');
  }
  if (line.kind === 'assigned' && isOwn) return t('inbox.activity.took', values);
  if (line.kind === 'assigned' && !data.user_id) return t('inbox.activity.unassigned', values);
  return translated(`inbox.activity.${line.kind}`, `${actor}: ${line.kind.replaceAll('_', ' ')}`, values);
}
