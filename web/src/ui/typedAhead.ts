import { isPaletteOpen } from './overlays';
import { makeStore } from './store';

/** What stands in the palette's field. */
export const paletteWords = makeStore('');

/**
 * The palette has been called, but its field does not have the focus yet: what is typed meanwhile is meant for it,
 * neither for the page nor for the field from which it was called.
 */
export function typeAhead(event: KeyboardEvent): boolean {
  if (!isPaletteOpen.get() || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === 'Escape') isPaletteOpen.set(false);
  else if (event.key === 'Backspace') paletteWords.set((words) => words.slice(0, -1));
  else if (event.key.length === 1) paletteWords.set((words) => words + event.key);
  else if (event.key !== 'Enter' && event.key !== 'Tab') return false;
  event.preventDefault();
  return true;
}
