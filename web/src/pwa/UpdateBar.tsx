import { IconRefresh } from '@tabler/icons-react';
import { t } from '@/i18n';
import { useStore } from '@/ui/store';
import { isOutdated } from './registration';
import classes from './updatebar.module.css';

/** A new version is there; when it is loaded is up to the person, who may be writing. */
export function UpdateBar() {
  if (!useStore(isOutdated)) return null;
  return (
    <div className={classes.bar} role="status">
      <IconRefresh size={16} aria-hidden />
      <span>{t('shell.newVersion')}</span>
      <button type="button" className={classes.button} onClick={() => window.location.reload()}>
        {t('shell.loadIt')}
      </button>
    </div>
  );
}
