import { NativeSelect } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { channelsQuery, useMay } from '@/api/queries';
import { t } from '@/i18n';
import { ChannelBadge, type Platform } from '@/ui/ChannelBadge';
import { Empty } from '@/ui/states';
import { fullTime, shortAgo, useNow } from '@/ui/time';
import { Endless, endless } from '../parts';
import classes from '../settings.module.css';
import { EventDetail } from './EventDetail';

const STATES = ['dead', 'malformed', 'unknown', 'applied', 'duplicate', 'ignored', 'cancelled'] as const;
type State = (typeof STATES)[number];
/** All of those that had no effect, whatever the reason: what stands there first. */
const LETTERS = 'letters';
type Choice = State | typeof LETTERS | '';
/** Nothing of these had its effect. */
const TROUBLED: readonly string[] = ['dead', 'malformed', 'unknown'];

/** Below one key, so that a replay makes all of it stale. */
const REPLAY_MS = 1500;

const eventsQuery = (state: Choice, channel_id: string) =>
  endless([...keys.events, { state, channel_id }], (cursor, signal) => {
    const which = state === LETTERS ? { is_dead: true } : { state: state || undefined };
    const query = { limit: 50, cursor, channel_id: channel_id || undefined, ...which };
    return unwrap(api.GET('/api/v1/events', { params: { query }, signal }));
  });

/** What platforms told us and what became of it; what could not be applied can be applied again. */
export function EventsPage() {
  const [state, setState] = useState<Choice>(LETTERS);
  const [channel, setChannel] = useState('');
  const [open, setOpen] = useState<string>();
  const channels = useQuery(channelsQuery).data ?? [];
  const found = useInfiniteQuery({
    ...eventsQuery(state, channel),
    // A replay is done by a worker, and nobody says when.
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ items }) => items.some((one) => one.replay_requested_at)) ? REPLAY_MS : false,
  });
  const mayReplay = useMay('replay_events');
  return (
    <Endless
      title={t('shell.settings.events')}
      help={t('settings.help.events')}
      found={found}
      filters={
        <>
          <NativeSelect
            label={t('settings.events.state')}
            value={state}
            data={[
              { value: LETTERS, label: t('settings.events.letters') },
              { value: '', label: t('settings.events.all') },
              ...STATES.map((value) => ({ value, label: t(`settings.events.state.${value}`) })),
            ]}
            onChange={(event) => setState(event.target.value as Choice)}
          />
          <NativeSelect
            label={t('settings.events.channel')}
            value={channel}
            data={[
              { value: '', label: t('settings.events.allChannels') },
              ...channels.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(event) => setChannel(event.target.value)}
          />
        </>
      }
      empty={
        <Empty icon={<IconListCheck size={28} aria-hidden />} title={t('settings.events.none')}>
          {(state === LETTERS || state === 'dead') && t('settings.events.noneDead')}
        </Empty>
      }
      row={(event) => (
        <li key={event.id} className={classes.unfolding}>
          <Toggle
            event={event}
            account={channels.find((one) => one.id === event.channel_id)?.name ?? ''}
            isOpen={open === event.id}
            onToggle={() => setOpen(open === event.id ? undefined : event.id)}
          />
          {open === event.id && <EventDetail id={event.id} mayReplay={mayReplay} />}
        </li>
      )}
    />
  );
}

interface ToggleProps {
  event: Schemas['Event'];
  account: string;
  isOpen: boolean;
  onToggle: () => void;
}

function Toggle({ event, account, isOpen, onToggle }: ToggleProps) {
  const received = Date.parse(event.received_at);
  return (
    <button type="button" className={classes.toggle} aria-expanded={isOpen} onClick={onToggle}>
      <ChannelBadge platform={event.platform as Platform} size={18} />
      <span className={classes.body}>
        <span className={classes.what}>
          <strong dir="ltr">{event.kind}</strong>
          <span dir="auto">{event.error || account}</span>
        </span>
        <time dateTime={event.received_at} title={fullTime(received)} className={classes.aside}>
          {shortAgo(received, useNow())}
        </time>
        <span className={classes.badge} data-bad={TROUBLED.includes(event.state) || undefined}>
          {t(`settings.events.state.${event.state as State}`)}
        </span>
      </span>
    </button>
  );
}
