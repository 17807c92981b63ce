import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { t } from '@/i18n';
import classes from './channels.module.css';
import { permissionsQuery } from './queries';

/** What the platform allows the account's token, and what of it Hubbub misses. */
export function Permissions({ channelId }: { channelId: string }) {
  const found = useQuery(permissionsQuery(channelId)).data;
  if (!found || found.needed.length === 0) return null;
  const more = (found.granted ?? []).filter((name) => !found.needed.includes(name));
  return (
    <section className={classes.card} aria-label={t('channels.permissions')}>
      <h3>{t('channels.permissions')}</h3>
      {found.problem && (
        <p className={classes.why} data-tone="warn" dir="auto">
          {found.problem}
        </p>
      )}
      {found.missing.length > 0 && (
        <p className={classes.why} data-tone="danger">
          {t('channels.permissionsMissing', { names: found.missing.join(', ') })}
        </p>
      )}
      {found.granted && (
        <ul className={classes.scopes}>
          {found.needed.map((name) => {
            const isMissing = found.missing.includes(name);
            const Icon = isMissing ? IconAlertTriangle : IconCheck;
            return (
              <li key={name} data-tone={isMissing ? 'danger' : 'good'}>
                <Icon size={14} aria-hidden />
                <code dir="ltr">{name}</code>
                <span className="visually-hidden">{t(isMissing ? 'channels.isMissing' : 'channels.isGranted')}</span>
              </li>
            );
          })}
          {more.map((name) => (
            <li key={name}>
              <code dir="ltr">{name}</code>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
