import { formatNumber } from '@/i18n';
import classes from './filterbar.module.css';

const MOST_COUNTED = 1000;

/** How many conversations a list has; the server counts no further than a thousand. */
export function Count({ value }: { value: number | undefined }) {
  if (!value) return null;
  const text = formatNumber(Math.min(value, MOST_COUNTED - 1));
  return <span className={classes.count}>{value >= MOST_COUNTED ? `${text}+` : text}</span>;
}
