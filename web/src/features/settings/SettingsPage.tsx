import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useMe } from '@/api/queries';
import { t } from '@/i18n';
import { ICONS } from './icons';
import { allowedSections, type Section } from './sections';
import classes from './settings.module.css';

/** The list of pages beside the one that is open; where there is no room, a choice above it. */
export function SettingsPage() {
  const groups = allowedSections(useMe().permissions).filter(({ pages }) => pages.length > 0);
  return (
    <div className={classes.screen}>
      <nav className={classes.nav} aria-label={t('shell.settings')}>
        {groups.map(({ group, pages }) => (
          <section key={group} aria-labelledby={`settings-${group}`}>
            <h2 id={`settings-${group}`}>{t(`settings.group.${group}`)}</h2>
            <ul>
              {pages.map((name) => (
                <li key={name}>
                  <Entry name={name} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
      <Chooser groups={groups} />
      <div className={classes.content}>
        <Outlet />
      </div>
    </div>
  );
}

function Entry({ name }: { name: Section }) {
  const Icon = ICONS[name];
  return (
    <Link to={`/settings/${name}`} activeProps={{ 'data-active': true }}>
      <Icon size={17} aria-hidden />
      {t(`shell.settings.${name}`)}
    </Link>
  );
}

function Chooser({ groups }: { groups: ReturnType<typeof allowedSections> }) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const current = pathname.split('/')[2] ?? '';
  return (
    <div className={classes.chooser}>
      <select
        aria-label={t('settings.choose')}
        value={current}
        onChange={(event) => void navigate({ to: `/settings/${event.target.value as Section}` })}
      >
        <option value="">{t('shell.settings')}</option>
        {groups.map(({ group, pages }) => (
          <optgroup key={group} label={t(`settings.group.${group}`)}>
            {pages.map((name) => (
              <option key={name} value={name}>
                {t(`shell.settings.${name}`)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
}
