import { dateFormat, relativeFormat, t } from '@/i18n';
import { makeStore, useStore } from './store';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Now, a minute's steps: whatever shows a distance in time watches this one clock. */
const minute = makeStore(Date.now());
setInterval(() => minute.set(Date.now()), 20_000);

export function useNow(): number {
  return useStore(minute);
}

/** "now", "5m", "3h", "Tue", "4 Mar" */
export function shortAgo(moment: number, now: number): string {
  const past = now - moment;
  if (past < MINUTE) return t('shell.now');
  if (past < HOUR) return relativeFormat().format(-Math.floor(past / MINUTE), 'minute');
  if (past < DAY) return relativeFormat().format(-Math.floor(past / HOUR), 'hour');
  if (past < 6 * DAY) return dateFormat({ weekday: 'short' }).format(moment);
  return dateFormat({ day: 'numeric', month: 'short' }).format(moment);
}

export function clockTime(moment: number): string {
  return dateFormat({ hour: 'numeric', minute: '2-digit' }).format(moment);
}

/** "Today", "Yesterday", "Tuesday, 3 March" */
export function dayName(moment: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(moment)) / DAY);
  if (days === 0) return t('shell.today');
  if (days === 1) return t('shell.yesterday');
  const isThisYear = new Date(moment).getFullYear() === new Date(now).getFullYear();
  return dateFormat({
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: isThisYear ? undefined : 'numeric',
  }).format(moment);
}

export function startOfDay(moment: number): number {
  const day = new Date(moment);
  return day.setHours(0, 0, 0, 0);
}

export function fullTime(moment: number): string {
  return dateFormat({ dateStyle: 'medium', timeStyle: 'medium' }).format(moment);
}

/** "3 Mar 2026" */
export function dayOf(moment: number): string {
  return dateFormat({ dateStyle: 'medium' }).format(moment);
}

/** "3 h 12 min", "12 min", "2 d 4 h" */
export function duration(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / MINUTE));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  if (days > 0) return t('shell.daysHours', { days, hours });
  if (hours > 0) return t('shell.hoursMinutes', { hours, minutes: minutes % 60 });
  return t('shell.minutes', { minutes });
}
