import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { api, unwrap } from '@/api/client';
import { hoursQuery, queryClient } from '@/api/queries';
import { t } from '@/i18n';
import { sentenceOf, showError, showToast } from '@/ui/toasts';
import { useChange } from '../parts';
import classes from '../settings.module.css';
import { DAYS, type Day, dayNameOf, faultOf, type Hours, keptEnd, type Range, shownEnd } from './week';

interface Props {
  /** null: of every channel that has none of its own. */
  channelId: string | null;
  title: string;
  initial: Hours;
  /** Whether people are at work now; undefined: nothing is stored yet. */
  isOpen?: boolean;
  isLocked: boolean;
  onGone: () => void;
}

export function HoursForm({ channelId, title, initial, isOpen, isLocked, onGone }: Props) {
  const [zone, setZone] = useState(initial.time_zone);
  const [days, setDays] = useState(initial.days);
  const zones = useId();
  const save = useChange(
    () => putHours(channelId, { time_zone: zone.trim(), days }),
    hoursQuery.queryKey,
    () => showToast(t('settings.saved')),
  );
  const remove = useChange(
    () => putHours(channelId, null),
    hoursQuery.queryKey,
    () => {
      onGone();
      showToast(t('settings.hours.removed', { name: title }), () => void putBack(channelId, initial));
    },
  );
  const isFaulty = DAYS.some((day) => faultOf(days[day]));
  const problem = save.error ?? remove.error;
  return (
    <section className={classes.card} aria-label={title}>
      <header className={classes.cardHead}>
        <h2 dir="auto">{title}</h2>
        {isOpen !== undefined && (
          <span className={classes.badge} data-good={isOpen || undefined}>
            {t(isOpen ? 'settings.hours.open' : 'settings.hours.closed')}
          </span>
        )}
      </header>
      <TextInput
        className={classes.narrow}
        label={t('settings.hours.zone')}
        list={zones}
        readOnly={isLocked}
        value={zone}
        onChange={(event) => setZone(event.target.value)}
      />
      <datalist id={zones}>
        {Intl.supportedValuesOf('timeZone').map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <div className={classes.week}>
        {DAYS.map((day) => (
          <DayRow
            key={day}
            day={day}
            ranges={days[day]}
            isLocked={isLocked}
            onChange={(ranges) => setDays((before) => ({ ...before, [day]: ranges }))}
          />
        ))}
      </div>
      {problem && (
        <p className={classes.problem} role="alert" dir="auto">
          {sentenceOf(problem)}
        </p>
      )}
      {!isLocked && (
        <div className={classes.buttons}>
          <Button
            variant="default"
            loading={remove.isPending}
            onClick={() => (isOpen === undefined ? onGone() : remove.mutate(undefined))}
          >
            {t('settings.hours.remove')}
          </Button>
          <Button disabled={isFaulty} loading={save.isPending} onClick={() => save.mutate(undefined)}>
            {t('settings.save')}
          </Button>
        </div>
      )}
    </section>
  );
}

async function putBack(channelId: string | null, hours: Hours): Promise<void> {
  try {
    await putHours(channelId, hours);
    await queryClient.invalidateQueries({ queryKey: hoursQuery.queryKey });
  } catch (problem) {
    showError(problem);
  }
}

/** null: none of its own any more. */
function putHours(channelId: string | null, hours: Hours | null) {
  const days = hours && Object.fromEntries(Object.entries(hours.days).filter(([, ranges]) => ranges.length > 0));
  const body = { channel_id: channelId, hours: hours && { time_zone: hours.time_zone, days } };
  return unwrap(api.PUT('/api/v1/working-hours', { body }));
}

interface DayProps {
  day: Day;
  ranges: Range[];
  isLocked: boolean;
  onChange: (ranges: Range[]) => void;
}

function DayRow({ day, ranges, isLocked, onChange }: DayProps) {
  const name = dayNameOf(day);
  const fault = faultOf(ranges);
  const set = (place: number, range: Range) => onChange(ranges.map((one, at) => (at === place ? range : one)));
  const add = () => {
    const last = ranges.at(-1)?.[1];
    onChange([...ranges, last && last < '23:00' ? [last, '23:00'] : ['09:00', '18:00']]);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row
    <div role="group" aria-label={name} className={classes.day}>
      <strong>{name}</strong>
      <div className={classes.ranges}>
        {ranges.length === 0 && <span className={classes.aside}>{t('settings.hours.closedDay')}</span>}
        {ranges.map(([from, to], place) => (
          <span key={place} className={classes.range}>
            <input
              type="time"
              aria-label={t('settings.hours.from', { day: name })}
              readOnly={isLocked}
              value={from}
              onChange={(event) => set(place, [event.target.value, to])}
            />
            –
            <input
              type="time"
              aria-label={t('settings.hours.to', { day: name })}
              readOnly={isLocked}
              value={shownEnd(to)}
              onChange={(event) => set(place, [from, keptEnd(event.target.value)])}
            />
            {!isLocked && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('settings.hours.removeRange', { day: name })}
                onClick={() => onChange(ranges.filter((_, at) => at !== place))}
              >
                <IconX size={15} aria-hidden />
              </ActionIcon>
            )}
          </span>
        ))}
        {fault && (
          <span className={classes.problem} role="alert">
            {t(`settings.hours.fault.${fault}`)}
          </span>
        )}
      </div>
      {!isLocked && (
        <ActionIcon variant="subtle" color="gray" aria-label={t('settings.hours.add', { day: name })} onClick={add}>
          <IconPlus size={16} aria-hidden />
        </ActionIcon>
      )}
    </div>
  );
}
