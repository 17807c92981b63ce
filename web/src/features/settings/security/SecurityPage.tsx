import { Button, NativeSelect } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { useMay } from '@/api/queries';
import { t } from '@/i18n';
import { PLATFORM_NAMES, type Platform } from '@/ui/ChannelBadge';
import { Empty, Failure, Skeletons } from '@/ui/states';
import { fullTime, shortAgo, useNow } from '@/ui/time';
import { Page } from '../parts';
import classes from '../settings.module.css';

const KINDS = ['bad_signature', 'sign_in_failed', 'access_refused', 'token_failed'] as const;
type Kind = (typeof KINDS)[number];

const refusalsQuery = (kind: Kind | '') =>
  infiniteQueryOptions({
    queryKey: ['security-events', kind],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) =>
      unwrap(
        api.GET('/api/v1/security-events', {
          params: { query: { limit: 50, cursor, kind: kind || undefined } },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: 0,
  });

/** Who was refused, and how often: forged webhooks, wrong passwords, keys and tokens that did not fit. */
export function SecurityPage() {
  const mayRead = useMay('read_security');
  const [kind, setKind] = useState<Kind | ''>('');
  const found = useInfiniteQuery({ ...refusalsQuery(kind), enabled: mayRead });
  const now = useNow();
  if (!mayRead) return <Page title={t('shell.settings.security')} help={t('settings.mayAdmins')} />;
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={t('shell.settings.security')} help={t('settings.help.security')}>
      <div className={classes.filters}>
        <NativeSelect
          label={t('settings.security.kind')}
          value={kind}
          data={[
            { value: '', label: t('settings.events.all') },
            ...KINDS.map((value) => ({ value, label: t(`settings.security.kind.${value}`) })),
          ]}
          onChange={(event) => setKind(event.target.value as Kind | '')}
        />
        <Button variant="default" loading={found.isRefetching} onClick={() => void found.refetch()}>
          {t('settings.refresh')}
        </Button>
      </div>
      {found.isPending && <Skeletons count={4} height={52} />}
      {found.isError && <Failure problem={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && rows.length === 0 && (
        <Empty icon={<IconShieldCheck size={28} aria-hidden />} title={t('settings.security.none')} />
      )}
      <ul className={classes.rows} aria-label={t('shell.settings.security')}>
        {rows.map((row) => (
          <li key={row.id}>
            <div className={classes.what}>
              <strong>{t(`settings.security.kind.${row.kind}`)}</strong>
              <span dir="auto">
                {[PLATFORM_NAMES[row.platform as Platform] ?? row.platform, row.subject].filter(Boolean).join(' · ')}
              </span>
            </div>
            <span className={classes.badge}>{t('settings.security.times', { count: row.count })}</span>
            <time className={classes.aside} dateTime={row.last_at} title={fullTime(Date.parse(row.last_at))}>
              {shortAgo(Date.parse(row.last_at), now)}
            </time>
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
