import { t } from '@/i18n';
import { type Channel, toneOf } from './channels';
import classes from './channels.module.css';

export function StateBadge({ status }: { status: Channel['status'] }) {
  return (
    <span className={classes.state} data-tone={toneOf(status)}>
      {t(`channels.state.${status}`)}
    </span>
  );
}
