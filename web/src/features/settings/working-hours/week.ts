import { dateFormat } from '@/i18n';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];
/** From and to, as "09:00"; midnight at the end of a day is "24:00". */
export type Range = [string, string];
export type Week = Record<Day, Range[]>;

export interface Hours {
  time_zone: string;
  days: Week;
}

const MIDNIGHT = '24:00';
const A_MONDAY = Date.UTC(2024, 0, 1);

export function dayNameOf(day: Day): string {
  const moment = A_MONDAY + DAYS.indexOf(day) * 86_400_000;
  return dateFormat({ weekday: 'long', timeZone: 'UTC' }).format(moment);
}

/** What the server has, with an empty list for every day that it does not name. */
export function hoursOf(stored: { [name: string]: unknown }): Hours {
  const days = (stored.days ?? {}) as Partial<Week>;
  return {
    time_zone: String(stored.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone),
    days: Object.fromEntries(DAYS.map((day) => [day, (days[day] ?? []).map(([from, to]) => [from, to])])) as Week,
  };
}

/** An ordinary week, to begin with. */
export function ordinaryHours(): Hours {
  const days = Object.fromEntries(DAYS.map((day, place) => [day, place < 5 ? [['09:00', '18:00']] : []])) as Week;
  return { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, days };
}

/** A field of the clock ends a day at 00:00. */
export function shownEnd(to: string): string {
  return to === MIDNIGHT ? '00:00' : to;
}

export function keptEnd(to: string): string {
  return to === '00:00' ? MIDNIGHT : to;
}

/** What is wrong with a day: an empty field, an end before its beginning, or two ranges at once. */
export function faultOf(ranges: readonly Range[]): 'empty' | 'order' | 'overlap' | undefined {
  if (ranges.some(([from, to]) => !from || !to)) return 'empty';
  if (ranges.some(([from, to]) => from >= to)) return 'order';
  const sorted = [...ranges].sort(([one], [other]) => one.localeCompare(other));
  return sorted.some(([from], place) => place > 0 && from < sorted[place - 1]![1]) ? 'overlap' : undefined;
}
