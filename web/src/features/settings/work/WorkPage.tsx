import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { formatNumber, t, translated } from '@/i18n';
import { Failure, Skeletons } from '@/ui/states';
import { duration } from '@/ui/time';
import { Page } from '../parts';
import classes from '../settings.module.css';

const workQuery = queryOptions({
  queryKey: ['work'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/work', { signal })),
  refetchInterval: 5000,
  staleTime: 0,
});
const TROUBLED: readonly string[] = ['failed', 'unknown'];

/** What waits, what is under way and for how long; looked at anew every few seconds. */
export function WorkPage() {
  const found = useQuery(workQuery);
  return (
    <Page title={t('shell.settings.work')} help={t('settings.help.work')}>
      {found.isPending && <Skeletons count={3} height={90} />}
      {found.isError && <Failure problem={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (
        <>
          <div className={classes.tiles}>
            <Tile title={t('settings.work.automation')} waiting={found.data.automation} />
            <Tile title={t('settings.work.scheduled')} waiting={found.data.scheduled} />
            <Tile title={t('settings.work.dead')} waiting={found.data.dead_events} isTrouble>
              <DeadOnes events={found.data.dead_events} />
            </Tile>
          </div>
          <Lanes title={t('settings.work.outbox')} lanes={found.data.outbox} />
          <Lanes title={t('settings.work.jobs')} lanes={found.data.jobs} />
        </>
      )}
    </Page>
  );
}

function age(seconds: number | null): string {
  return seconds === null ? '–' : duration(seconds * 1000);
}

interface TileProps {
  title: string;
  waiting: Schemas['Waiting'];
  isTrouble?: boolean;
  children?: ReactNode;
}

function Tile({ title, waiting, isTrouble, children }: TileProps) {
  return (
    <section className={classes.card} aria-label={title} data-bad={(isTrouble && waiting.count > 0) || undefined}>
      <h2>{title}</h2>
      <strong className={classes.figure}>{formatNumber(waiting.count)}</strong>
      <span className={classes.aside}>{t('settings.work.oldest', { age: age(waiting.oldest_seconds) })}</span>
      {children}
    </section>
  );
}

/** How many there are of each sort, and the way to them. */
function DeadOnes({ events }: { events: Schemas['DeadEvents'] }) {
  if (events.count === 0) return null;
  const sorts = (['dead', 'malformed', 'unknown'] as const).filter((state) => events[state] > 0);
  return (
    <>
      <ul className={classes.sorts}>
        {sorts.map((state) => (
          <li key={state}>
            {t(`settings.events.state.${state}`)}: {formatNumber(events[state])}
          </li>
        ))}
      </ul>
      <Link to="/settings/events">{t('settings.work.toEvents')}</Link>
    </>
  );
}

function Lanes({ title, lanes }: { title: string; lanes: readonly Schemas['Lane'][] }) {
  return (
    <section className={classes.card} aria-label={title}>
      <h2>{title}</h2>
      {lanes.length === 0 ? (
        <span className={classes.aside}>{t('settings.work.nothing')}</span>
      ) : (
        <div className={classes.scroll}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t('settings.work.lane')}</th>
                <th scope="col">{t('settings.work.state')}</th>
                <th scope="col">{t('settings.work.count')}</th>
                <th scope="col">{t('settings.work.age')}</th>
              </tr>
            </thead>
            <tbody>
              {lanes.map((one) => (
                <tr key={`${one.lane} ${one.state}`}>
                  <td dir="auto">{translated(`settings.work.lane.${one.lane}`, one.lane)}</td>
                  <td>
                    <span className={classes.badge} data-bad={TROUBLED.includes(one.state) || undefined}>
                      {translated(`settings.work.state.${one.state}`, one.state)}
                    </span>
                  </td>
                  <td>{formatNumber(one.count)}</td>
                  <td>{age(one.oldest_seconds)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
