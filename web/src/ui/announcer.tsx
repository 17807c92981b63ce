import { makeStore, useStore } from './store';

const spoken = makeStore('');

/** Says something to screen readers only: new messages must not depend on what scrolls. */
export function announce(text: string): void {
  spoken.set('');
  requestAnimationFrame(() => spoken.set(text));
}

export function Announcer() {
  return (
    <div className="visually-hidden" role="log" aria-live="polite">
      {useStore(spoken)}
    </div>
  );
}
