import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { t } from '@/i18n';
import { Failure, Skeletons } from '@/ui/states';
import { fullTime } from '@/ui/time';
import { showError, showToast } from '@/ui/toasts';
import { useChange } from '../parts';
import classes from '../settings.module.css';

const REPLAY_MS = 1500;
/** What has not had its effect can be put aside. */
const CANCELLABLE: readonly string[] = ['dead', 'malformed', 'unknown', 'ignored'];

/** One event with the platform's own words, and what can be done with it. */
export function EventDetail({ id, mayReplay }: { id: string; mayReplay: boolean }) {
  const path = { params: { path: { event_id: id } } };
  const found = useQuery({
    queryKey: [...keys.events, id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/events/{event_id}', { ...path, signal })),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) => (data?.replay_requested_at ? REPLAY_MS : false),
  });
  const replay = useChange(
    () => unwrap(api.POST('/api/v1/events/{event_id}/replay', path)),
    keys.events,
    () => showToast(t('settings.events.replayed')),
  );
  const cancel = useChange(
    () => unwrap(api.POST('/api/v1/events/{event_id}/cancel', path)),
    keys.events,
    () => showToast(t('settings.events.cancelled')),
  );
  if (found.isPending) return <Skeletons count={2} height={40} />;
  if (found.isError) return <Failure problem={found.error} onRetry={() => void found.refetch()} />;
  const event = found.data;
  return (
    <div className={classes.detail}>
      <Facts event={event} />
      <section tabIndex={0} aria-label={t('settings.events.raw')} className={classes.raw}>
        <pre dir="ltr">{JSON.stringify(event.raw, null, 2)}</pre>
      </section>
      <div className={classes.buttons}>
        {event.conversation_id && (
          <Button variant="default" component={Link} to={`/inbox/${event.conversation_id}`}>
            {t('settings.events.conversation')}
          </Button>
        )}
        {mayReplay && CANCELLABLE.includes(event.state) && (
          <Button
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate(undefined, { onError: showError })}
          >
            {t('settings.events.cancel')}
          </Button>
        )}
        {mayReplay && event.state !== 'cancelled' && (
          <Button
            loading={replay.isPending || event.replay_requested_at !== null}
            onClick={() => replay.mutate(undefined, { onError: showError })}
          >
            {t('settings.events.replay')}
          </Button>
        )}
      </div>
    </div>
  );
}

function Facts({ event }: { event: Schemas['EventDetail'] }) {
  const facts: [string, string][] = [
    [t('settings.events.received'), fullTime(Date.parse(event.received_at))],
    [t('settings.events.applied'), event.applied_at ? fullTime(Date.parse(event.applied_at)) : '–'],
    [t('settings.events.attempts'), String(event.attempts)],
    [t('settings.events.key'), event.event_key],
  ];
  if (event.error) facts.push([t('settings.events.error'), event.error]);
  if (event.replay_requested_at)
    facts.push([t('settings.events.replayAsked'), fullTime(Date.parse(event.replay_requested_at))]);
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
