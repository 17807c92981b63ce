import { Button, NativeSelect } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { infiniteQueryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { channelsQuery, useMay } from '@/api/queries';
import { t } from '@/i18n';
import { ChannelBadge, type Platform } from '@/ui/ChannelBadge';
import { Empty, Failure, Skeletons } from '@/ui/states';
import { fullTime, shortAgo, useNow } from '@/ui/time';
import { Page } from '../parts';
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
export const eventsKey = ['events'];

const REPLAY_MS = 1500;

const eventsQuery = (state: Choice, channel_id: string) =>
  infiniteQueryOptions({
    queryKey: [...eventsKey, { state, channel_id }],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => {
      const which = state === LETTERS ? { is_dead: true } : { state: state || undefined };
      const query = { limit: 50, cursor, channel_id: channel_id || undefined, ...which };
      return unwrap(api.GET('/api/v1/events', { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: 0,
    // A replay is done by a worker, and nobody says when.
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ items }) => items.some((one) => one.replay_requested_at)) ? REPLAY_MS : false,
  });

/** What platforms told us and what became of it; what could not be applied can be applied again. */
export function EventsPage() {
  const [state, setState] = useState<Choice>(LETTERS);
  const [channel, setChannel] = useState('');
  const [open, setOpen] = useState<string>();
  const channels = useQuery(channelsQuery).data ?? [];
  const found = useInfiniteQuery(eventsQuery(state, channel));
  const events = found.data?.pages.flatMap((page) => page.items) ?? [];
  const mayReplay = useMay('replay_events');
  return (
    <Page title={t('shell.settings.events')} help={t('settings.help.events')}>
      <div className={classes.filters}>
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
        <Button variant="default" loading={found.isRefetching} onClick={() => void found.refetch()}>
          {t('settings.refresh')}
        </Button>
      </div>
      {found.isPending && <Skeletons count={5} height={52} />}
      {found.isError && <Failure problem={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && events.length === 0 && (
        <Empty icon={<IconListCheck size={28} aria-hidden />} title={t('settings.events.none')}>
          {(state === LETTERS || state === 'dead') && t('settings.events.noneDead')}
        </Empty>
      )}
      <ul className={classes.rows} aria-label={t('shell.settings.events')}>
        {events.map((event) => (
          <li key={event.id} className={classes.unfolding}>
            <Row
              event={event}
              account={channels.find((one) => one.id === event.channel_id)?.name ?? ''}
              isOpen={open === event.id}
              onToggle={() => setOpen(open === event.id ? undefined : event.id)}
            />
            {open === event.id && <EventDetail id={event.id} mayReplay={mayReplay} />}
          </li>
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('settings.more')}
        </Button>
      )}
    </Page>
  );
}

interface RowProps {
  event: Schemas['Event'];
  account: string;
  isOpen: boolean;
  onToggle: () => void;
}

function Row({ event, account, isOpen, onToggle }: RowProps) {
  const received = Date.parse(event.received_at);
  return (
    <button type="button" className={classes.toggle} aria-expanded={isOpen} onClick={onToggle}>
      <ChannelBadge platform={event.platform as Platform} size={18} />
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
    </button>
  );
}
