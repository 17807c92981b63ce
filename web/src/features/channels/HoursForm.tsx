import { ActionIcon, Button, Switch } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { hoursQuery } from '@/api/queries';
import { dateFormat, t } from '@/i18n';
import { showError, showToast } from '@/ui/toasts';
import classes from './channels.module.css';
import {
  DAYS,
  type Day,
  type Hours,
  isRight,
  moreOf,
  readHours,
  type Span,
  someDay,
  usualHours,
  writeHours,
} from './hours';
import type { Json } from './profile';
import { changes } from './queries';

/** When people answer on this channel: the organisation's hours, or its own. */
export function HoursForm({ channelId }: { channelId: string }) {
  const found = useQuery(hoursQuery);
  if (!found.data) return null;
  const own = found.data.find((one) => one.channel_id === channelId);
  const shared = found.data.find((one) => one.channel_id === null);
  const shown = own ?? shared;
  return (
    <section className={classes.card} aria-label={t('channels.hours')}>
      <h3>
        {t('channels.hours')}
        {shown && (
          <span className={classes.state} data-tone={shown.is_open ? 'good' : undefined}>
            {t(shown.is_open ? 'channels.hoursOpen' : 'channels.hoursClosed')}
          </span>
        )}
      </h3>
      <Editor
        // Begun anew only when other hours are stored: what is being entered outlives a list that is fetched again.
        key={JSON.stringify([own?.hours, shared?.hours])}
        channelId={channelId}
        own={own && readHours(own.hours as Json)}
        shared={shared && readHours(shared.hours as Json)}
      />
    </section>
  );
}

function Editor({ channelId, own, shared }: { channelId: string; own?: Hours; shared?: Hours }) {
  const queries = useQueryClient();
  const [hours, setHours] = useState(own);
  const save = useMutation({
    mutationFn: (next: Hours | undefined) => changes.hours(channelId, next ? writeHours(next) : null),
    onSuccess: (_, next) => {
      showToast(t('channels.saved'), !next && own ? () => save.mutate(own) : undefined);
      return queries.invalidateQueries({ queryKey: hoursQuery.queryKey });
    },
    onError: showError,
  });
  const toggle = (isOwn: boolean) => {
    setHours(isOwn ? (shared ?? usualHours()) : undefined);
    if (!isOwn && own) save.mutate(undefined);
  };
  const set = (day: Day, spans: Span[]) => setHours((old) => old && { ...old, days: { ...old.days, [day]: spans } });
  const isChanged = JSON.stringify(hours) !== JSON.stringify(own);
  return (
    <>
      <Switch
        label={t('channels.hoursOwn')}
        description={t(shared ? 'channels.hoursShared' : 'channels.hoursAlways')}
        checked={hours !== undefined}
        onChange={(event) => toggle(event.target.checked)}
      />
      {hours && (
        <>
          <label className={classes.zone}>
            {t('channels.timeZone')}
            <select value={hours.zone} onChange={(event) => setHours({ ...hours, zone: event.target.value })}>
              {zonesWith(hours.zone).map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </select>
          </label>
          <ul className={classes.week}>
            {DAYS.map((day, place) => (
              <DayRow key={day} place={place} spans={hours.days[day]} set={(spans) => set(day, spans)} />
            ))}
          </ul>
          {isChanged && (
            <Button
              className={classes.save}
              loading={save.isPending}
              disabled={!isRight(hours)}
              onClick={() => save.mutate(hours)}
            >
              {t('channels.save')}
            </Button>
          )}
        </>
      )}
    </>
  );
}

function DayRow({ place, spans, set }: { place: number; spans: Span[]; set: (spans: Span[]) => void }) {
  const name = dateFormat({ weekday: 'long', timeZone: 'UTC' }).format(someDay(place));
  const change = (at: number, part: 0 | 1, value: string) =>
    set(spans.map((span, one) => (one === at ? (span.with(part, value) as Span) : span)));
  return (
    <li>
      <span>{name}</span>
      <div>
        {spans.length === 0 && <span className={classes.closed}>{t('channels.dayClosed')}</span>}
        {spans.map((span, at) => (
          <span key={at} className={classes.span} dir="ltr">
            {([0, 1] as const).map((part) => (
              <input
                key={part}
                type="time"
                aria-label={t(part ? 'channels.until' : 'channels.from', { day: name })}
                aria-invalid={span[0] >= span[1] || undefined}
                value={span[part] === '24:00' ? '00:00' : span[part]}
                onChange={(event) =>
                  change(at, part, part && event.target.value === '00:00' ? '24:00' : event.target.value)
                }
              />
            ))}
            <ActionIcon
              aria-label={t('channels.remove', { name, place: at + 1 })}
              onClick={() => set(spans.filter((_, one) => one !== at))}
            >
              <IconX size={15} aria-hidden />
            </ActionIcon>
          </span>
        ))}
      </div>
      <ActionIcon aria-label={`${t('channels.add')}: ${name}`} onClick={() => set(moreOf(spans))}>
        <IconPlus size={16} aria-hidden />
      </ActionIcon>
    </li>
  );
}

/** Browsers leave some names out, like UTC. */
function zonesWith(zone: string): string[] {
  return [...new Set([zone, ...Intl.supportedValuesOf('timeZone')])];
}
