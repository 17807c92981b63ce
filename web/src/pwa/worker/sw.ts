/// <reference lib="webworker" />
/** The service worker: keeps the app for when there is no network, and shows what is pushed. Served as /sw.js. */
import { noticeOf, readPush, type Words } from './notices';
import { answerTo, forgetOldVersions, keepThisVersion } from './shell';

declare const self: ServiceWorkerGlobalScope;

/** From the app: the words of its language; or somebody signs out. To the app: go there. */
export type ToWorker = { kind: 'words'; words: Words } | { kind: 'forget' };
export type ToApp = { kind: 'open'; path: string };

const OWN = 'hubbub-own';
const WORDS = '/words';
/** Pages inside the scope that are not the inbox. */
const ELSEWHERE = /^\/(?:sandbox|admin|sign-in|sign-out|enter|api|media|static)(?:\/|$)/;

self.addEventListener('install', (event) => {
  event.waitUntil(keepThisVersion().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOldVersions().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const answer = answerTo(event.request);
  if (answer) event.respondWith(answer);
});

self.addEventListener('message', (event) => {
  const said = event.data as ToWorker;
  if (said.kind === 'words') event.waitUntil(keepWords(said.words));
  if (said.kind === 'forget') event.waitUntil(forgetPerson());
});

self.addEventListener('push', (event) => {
  event.waitUntil(show(readPush(() => event.data?.json())));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const path: unknown = event.notification.data?.path;
  event.waitUntil(open(typeof path === 'string' ? path : '/inbox'));
});

async function show(pushed: ReturnType<typeof readPush>): Promise<void> {
  const { title, options } = noticeOf(pushed, await words());
  // Browsers want to see a notification for each push: whoever looks at the conversation gets it for a blink.
  const isSeen = await isLookingAt(options.data.path);
  await self.registration.showNotification(title, { ...options, silent: isSeen });
  if (isSeen) await close(options.tag);
}

async function isLookingAt(path: string): Promise<boolean> {
  return (await screens()).some((one) => one.focused && new URL(one.url).pathname === path);
}

async function close(tag: string | undefined): Promise<void> {
  for (const notification of await self.registration.getNotifications({ tag })) notification.close();
}

/** The window that was used last goes there without loading anew; where there is none, one opens. */
async function open(path: string): Promise<void> {
  const [screen] = await screens();
  if (!screen) {
    await self.clients.openWindow(path);
    return;
  }
  screen.postMessage({ kind: 'open', path } satisfies ToApp);
  await screen.focus().catch(() => undefined);
}

async function screens(): Promise<WindowClient[]> {
  const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return all.filter((one) => !ELSEWHERE.test(new URL(one.url).pathname));
}

async function keepWords(words: Words): Promise<void> {
  await (await caches.open(OWN)).put(WORDS, Response.json(words));
}

async function words(): Promise<Words> {
  const kept = await caches.match(WORDS, { cacheName: OWN });
  return kept ? ((await kept.json()) as Words) : {};
}

/** The app's own files stay, they are everybody's. */
async function forgetPerson(): Promise<void> {
  for (const notification of await self.registration.getNotifications()) notification.close();
  await caches.delete(OWN);
}
