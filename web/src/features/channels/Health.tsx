import { useQuery } from '@tanstack/react-query';
import { formatNumber, t } from '@/i18n';
import { fullTime, useNow } from '@/ui/time';
import { barsOf } from './channels';
import classes from './channels.module.css';
import { countersQuery } from './queries';

/** Webhooks of the last 48 hours, an hour a bar; what failed stands on top in red. */
export function Health({ channelId }: { channelId: string }) {
  const now = useNow();
  const counters = useQuery(countersQuery(channelId)).data ?? [];
  const bars = barsOf(counters, now);
  const most = Math.max(1, ...bars.map((bar) => bar.good + bar.bad));
  const total = bars.reduce((sum, bar) => sum + bar.good + bar.bad, 0);
  const failed = bars.reduce((sum, bar) => sum + bar.bad, 0);
  const messages = counters.reduce((sum, one) => sum + one.messages, 0);
  const milliseconds = counters.reduce((sum, one) => sum + one.total_milliseconds, 0);
  const told = t('channels.healthTold', { total, failed });
  return (
    <section className={classes.card} aria-label={t('channels.health')}>
      <h3>{t('channels.health')}</h3>
      <div className={classes.bars} role="img" aria-label={told}>
        {bars.map((bar) => (
          <span key={bar.hour} title={`${fullTime(bar.hour)} · ${bar.good} · ${bar.bad}`}>
            <i data-bad style={{ height: `${(bar.bad / most) * 100}%` }} />
            <i style={{ height: `${(bar.good / most) * 100}%` }} />
          </span>
        ))}
      </div>
      <dl className={classes.counts}>
        <Count label={t('channels.requests')} value={formatNumber(total)} />
        <Count label={t('channels.messages')} value={formatNumber(messages)} />
        <Count label={t('channels.failures')} value={formatNumber(failed)} isBad={failed > 0} />
        <Count
          label={t('channels.average')}
          value={total > 0 ? `${formatNumber(Math.round(milliseconds / total))} ms` : '–'}
        />
      </dl>
    </section>
  );
}

function Count({ label, value, isBad }: { label: string; value: string; isBad?: boolean }) {
  return (
    <div data-bad={isBad || undefined}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
