const REST_MS = 350;

export interface Shown {
  element: HTMLElement;
  label: string;
  side: 'top' | 'right';
}

/** For an element that has no room above it. */
export function tipBeside(label: string): { 'data-tip': string; 'data-tip-side': Shown['side'] } {
  return { 'data-tip': label, 'data-tip-side': 'right' };
}

/**
 * Tells of the element with `data-tip` on which the pointer rests, and of none once it has left, pressed, or Escape was
 * pressed.  Returns what ends it.
 */
export function hoveredTip(tell: (shown: Shown | undefined) => void): () => void {
  const stop = new AbortController();
  let over: HTMLElement | null = null;
  let timer = 0;
  const show = () => over?.isConnected && tell(shownOf(over));
  const turnTo = (element: HTMLElement | null) => {
    if (element === over) return;
    over = element;
    clearTimeout(timer);
    tell(undefined);
    if (element) timer = window.setTimeout(show, REST_MS);
  };
  const hide = () => {
    clearTimeout(timer);
    tell(undefined);
  };
  const { signal } = stop;
  document.addEventListener('pointerover', (event) => turnTo(tipOf(event)), { signal });
  document.documentElement.addEventListener('pointerleave', () => turnTo(null), { signal });
  document.addEventListener('pointerdown', hide, { signal, capture: true });
  document.addEventListener('keydown', (event) => event.key === 'Escape' && hide(), { signal, capture: true });
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

/** A finger does not rest. */
function tipOf(event: PointerEvent): HTMLElement | null {
  if (event.pointerType === 'touch' || !(event.target instanceof Element)) return null;
  return event.target.closest<HTMLElement>('[data-tip]');
}

function shownOf(element: HTMLElement): Shown {
  const { tip = '', tipSide } = element.dataset;
  return { element, label: tip, side: tipSide === 'right' ? 'right' : 'top' };
}
