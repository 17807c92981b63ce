const EVERY_MS = 1000;

let isWaiting = false;

/**
 * A part of the app could not be loaded: it is of a version that is gone, or the server is away for a moment.
 * Loads the page afresh once the server answers; before that, all that came would be its absence.
 */
export async function reloadWhenThere(reload: () => void = () => window.location.reload()): Promise<void> {
  if (isWaiting) return;
  isWaiting = true;
  while (!(await answers())) await new Promise((done) => setTimeout(done, EVERY_MS));
  isWaiting = false;
  reload();
}

async function answers(): Promise<boolean> {
  try {
    return (await fetch('/', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
