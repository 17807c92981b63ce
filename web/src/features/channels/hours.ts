/** Working hours, as the server keeps them: spans of each day, in one time zone. */

import type { Json } from './profile';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];
export type Span = [from: string, to: string];

export interface Hours {
  zone: string;
  days: Record<Day, Span[]>;
}

const USUAL: Span = ['09:00', '18:00'];
const isSpan = (value: unknown): value is Span =>
  Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'string');

/** From Monday to Friday, where the browser stands. */
export function usualHours(): Hours {
  const days = Object.fromEntries(DAYS.map((day, place) => [day, place < 5 ? [[...USUAL]] : []]));
  return { zone: Intl.DateTimeFormat().resolvedOptions().timeZone, days: days as Record<Day, Span[]> };
}

export function readHours(value: Json): Hours {
  const days = (value.days ?? {}) as Json;
  const read = (day: Day) => (Array.isArray(days[day]) ? days[day].filter(isSpan) : []);
  return {
    zone: typeof value.time_zone === 'string' ? value.time_zone : 'UTC',
    days: Object.fromEntries(DAYS.map((day) => [day, read(day)])) as Record<Day, Span[]>,
  };
}

/** Days without any span are closed, and not named. */
export function writeHours({ zone, days }: Hours): Json {
  const open = DAYS.filter((day) => days[day].length > 0);
  return { time_zone: zone, days: Object.fromEntries(open.map((day) => [day, days[day]])) };
}

/** A day that is opened: the usual span, or one after the last. */
export function moreOf(spans: readonly Span[]): Span[] {
  const last = spans.at(-1);
  return [...spans, last ? [last[1], last[1] < '23:00' ? '23:00' : '24:00'] : [...USUAL]];
}

/** The end is after the beginning; midnight after it is written 24:00. */
export const isRight = (hours: Hours) =>
  DAYS.some((day) => hours.days[day].length > 0) &&
  DAYS.every((day) => hours.days[day].every(([from, to]) => !!from && !!to && from < to));

/** Monday, Tuesday …: any week will do. */
export const someDay = (place: number) => Date.UTC(2024, 0, 1 + place);
