import { type Key, t } from '@/i18n';
import { isConnected } from '@/realtime/socket';
import { makeStore } from '@/ui/store';
import type { ToApp, ToWorker } from './worker/sw';

/** Another version of the app has been kept for later; this tab still shows the one before. */
export const isOutdated = makeStore(false);

const LOOK_AGAIN_MS = 60 * 60_000;
const WORDS = ['assigned', 'mentioned', 'message', 'test', 'other', 'somebody', 'customer'] as const;

let registration: Promise<ServiceWorkerRegistration | undefined> | undefined;

/** Undefined where the browser has none: over plain HTTP from another machine, in some private windows. */
export function serviceWorker(): Promise<ServiceWorkerRegistration | undefined> {
  registration ??= register();
  return registration;
}

async function register(): Promise<ServiceWorkerRegistration | undefined> {
  if (import.meta.env.DEV || !navigator.serviceWorker) return undefined;
  try {
    return (await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' })) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Once a page, when the first screen stands. `go` leads to a path of ours when a notification was clicked. */
export async function begin(go: (path: string) => void): Promise<void> {
  listen(go);
  const found = await serviceWorker();
  if (found) lookForNewVersions(found);
  await sendWords();
}

function listen(go: (path: string) => void): void {
  let hadOne = Boolean(navigator.serviceWorker?.controller);
  navigator.serviceWorker?.addEventListener('controllerchange', () => {
    if (hadOne) isOutdated.set(true);
    hadOne = true;
  });
  navigator.serviceWorker?.addEventListener('message', (event: MessageEvent<ToApp>) => {
    if (event.data?.kind === 'open') go(event.data.path);
  });
  navigator.serviceWorker?.startMessages();
}

/** A server that was away may have come back as another version. */
function lookForNewVersions(found: ServiceWorkerRegistration): void {
  const look = () => void found.update().catch(() => undefined);
  let wasAway = false;
  isConnected.listen(() => {
    if (isConnected.get() && wasAway) look();
    wasAway = isConnected.get() === false;
  });
  setInterval(() => document.visibilityState === 'visible' && look(), LOOK_AGAIN_MS);
}

/** The worker shows notifications when no page is open: it has to know the words of the person's language. */
export async function sendWords(): Promise<void> {
  const words = Object.fromEntries(WORDS.map((word) => [word, t(`shell.push.${word}` as Key)]));
  await tell({ kind: 'words', words });
}

/** Waits for the worker to be there, but not for it to answer. */
export async function tell(said: ToWorker): Promise<void> {
  if (!(await serviceWorker())) return;
  const ready = await navigator.serviceWorker.ready;
  ready.active?.postMessage(said);
}
