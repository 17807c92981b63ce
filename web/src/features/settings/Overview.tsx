import { Link } from '@tanstack/react-router';
import { useMe } from '@/api/queries';
import { t } from '@/i18n';
import { ICONS } from './icons';
import { Page } from './parts';
import { allowedSections, type Section } from './sections';
import classes from './settings.module.css';

/** What can be set, each with a sentence. */
export function Overview() {
  return (
    <Page title={t('shell.settings')} help={t('settings.intro')}>
      {allowedSections(useMe().permissions).map(({ group, pages }) =>
        pages.length === 0 ? null : (
          <section key={group} className={classes.block}>
            <h2>{t(`settings.group.${group}`)}</h2>
            <ul className={classes.cards}>
              {pages.map((name) => (
                <li key={name}>
                  <Tile name={name} />
                </li>
              ))}
            </ul>
          </section>
        ),
      )}
    </Page>
  );
}

function Tile({ name }: { name: Section }) {
  const Icon = ICONS[name];
  return (
    <Link to={`/settings/${name}`} className={classes.tile}>
      <span className={classes.tileIcon}>
        <Icon size={20} aria-hidden />
      </span>
      <span>
        <strong>{t(`shell.settings.${name}`)}</strong>
        <span>{t(`settings.help.${name}`)}</span>
      </span>
    </Link>
  );
}
