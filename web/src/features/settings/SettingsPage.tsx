import { Link, Outlet } from '@tanstack/react-router';
import { useMe } from '@/api/queries';
import { t } from '@/i18n';
import { ICONS } from './icons';
import { allowedSections, type Section } from './sections';
import classes from './settings.module.css';

/** The list of pages beside the one that is open; above it where there is no room. */
export function SettingsPage() {
  return (
    <div className={classes.screen}>
      <nav className={classes.nav} aria-label={t('shell.settings')}>
        {allowedSections(useMe().permissions).map(({ group, pages }) =>
          pages.length === 0 ? null : (
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
          ),
        )}
      </nav>
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
      {t(`settings.section.${name}`)}
    </Link>
  );
}
