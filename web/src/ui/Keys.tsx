import classes from './keys.module.css';

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const NAMES: Record<string, string> = {
  mod: isMac ? '⌘' : 'Ctrl',
  alt: isMac ? '⌥' : 'Alt',
  shift: '⇧',
  Enter: '↵',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ' ': '␣',
};

/** Keys as they stand on the keyboard. */
export function Keys({ keys }: { keys: string }) {
  const steps = keys === ' ' ? [' '] : keys.split(' ');
  return (
    <span className={classes.keys} dir="ltr">
      {steps.flatMap((step, place) =>
        step.split('+').map((key) => (
          <kbd key={`${place}${key}`} className={classes.key}>
            {NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key)}
          </kbd>
        )),
      )}
    </span>
  );
}
