import { NativeSelect } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { useMay } from '@/api/queries';
import { t } from '@/i18n';
import { PLATFORM_NAMES, type Platform } from '@/ui/ChannelBadge';
import { Empty } from '@/ui/states';
import { fullTime, shortAgo, useNow } from '@/ui/time';
import { Endless, endless, Page, Row } from '../parts';
import classes from '../settings.module.css';

const KINDS = ['bad_signature', 'sign_in_failed', 'access_refused', 'token_failed'] as const;
type Kind = (typeof KINDS)[number];

const refusalsQuery = (kind: Kind | '') =>
  endless(['security-events', kind], (cursor, signal) => {
    const query = { limit: 50, cursor, kind: kind || undefined };
    return unwrap(api.GET('/api/v1/security-events', { params: { query }, signal }));
  });

/** Who was refused, and how often: forged webhooks, wrong passwords, keys and tokens that did not fit. */
export function SecurityPage() {
  const mayRead = useMay('read_security');
  const [kind, setKind] = useState<Kind | ''>('');
  const found = useInfiniteQuery({ ...refusalsQuery(kind), enabled: mayRead });
  if (!mayRead) return <Page title={t('shell.settings.security')} help={t('settings.mayAdmins')} />;
  return (
    <Endless
      title={t('shell.settings.security')}
      help={t('settings.help.security')}
      found={found}
      filters={
        <NativeSelect
          label={t('settings.security.kind')}
          value={kind}
          data={[
            { value: '', label: t('settings.events.all') },
            ...KINDS.map((value) => ({ value, label: t(`settings.security.kind.${value}`) })),
          ]}
          onChange={(event) => setKind(event.target.value as Kind | '')}
        />
      }
      empty={<Empty icon={<IconShieldCheck size={28} aria-hidden />} title={t('settings.security.none')} />}
      row={(refusal) => <Refusal key={refusal.id} refusal={refusal} />}
    />
  );
}

function Refusal({ refusal }: { refusal: Schemas['SecurityEvent'] }) {
  const last = Date.parse(refusal.last_at);
  const platform = PLATFORM_NAMES[refusal.platform as Platform] ?? refusal.platform;
  return (
    <Row>
      <div className={classes.what}>
        <strong>{t(`settings.security.kind.${refusal.kind}`)}</strong>
        <span dir="auto">{[platform, refusal.subject].filter(Boolean).join(' · ')}</span>
      </div>
      <span className={classes.badge}>{t('settings.security.times', { count: refusal.count })}</span>
      <time className={classes.aside} dateTime={refusal.last_at} title={fullTime(last)}>
        {shortAgo(last, useNow())}
      </time>
    </Row>
  );
}
