import { dateFormat } from '@/i18n';

/** Of an answer for later: to the minute. */
export function dueTime(moment: Date): string {
  return dateFormat({ dateStyle: 'medium', timeStyle: 'short' }).format(moment.getTime());
}

/** A moment as a field of date and time has it: of this machine's time zone, to the minute. */
export function toField(moment: Date): string {
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** Undefined for what is no moment. */
export function fromField(value: string): Date | undefined {
  const moment = new Date(value);
  return value === '' || Number.isNaN(moment.getTime()) ? undefined : moment;
}
