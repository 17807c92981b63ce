/// <reference lib="webworker" />
/**
 * What of the app works without a network: the page and the files that it is made of, all of one version, never an
 * answer of the API and no picture of a customer.
 */
declare const self: ServiceWorkerGlobalScope;
/** Filled in by the build: the files of this version, and a name for exactly these. */
declare const __ASSETS__: readonly string[];
declare const __BUILD__: string;

const PREFIX = 'hubbub-app-';
const PAGE = '/';
const ICONS = ['/icon.svg', '/icon-192.png', '/badge-96.png'];
const AT_ONCE = 3;
/** First parts of paths at which the server answers with something else than the app. */
const NOT_THE_APP = /^\/(?:api|admin|static|media|health|sign-in|sign-out|enter|webhooks|socket\.io|_sandbox)(?:\/|$)/;

/** Takes everything, or fails and is tried again with the next visit. Most of it the browser has just loaded. */
export async function keepThisVersion(): Promise<void> {
  const cache = await caches.open(PREFIX + __BUILD__);
  const wanted = [...__ASSETS__, ...ICONS].filter((path) => path !== PAGE);
  const take = async () => {
    for (let path = wanted.shift(); path; path = wanted.shift()) {
      if (!(await cache.match(path))) await cache.add(new Request(path, { priority: 'low' }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  await cache.put(PAGE, await currentPage());
}

/** The page, when it is of this version and nobody has to sign in first. */
async function currentPage(): Promise<Response> {
  const page = await fetch(PAGE, { redirect: 'error', cache: 'no-store', credentials: 'same-origin' });
  const text = await page.clone().text();
  const names = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)].map((found) => found[1]!);
  if (!page.ok || names.length === 0 || !names.every((name) => __ASSETS__.includes(name))) {
    throw new Error('The page is of another version.');
  }
  return page;
}

/** Lets go of old versions, but for the one before: tabs that still show it may ask for more of it. */
export async function forgetOldVersions(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== PREFIX + __BUILD__);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

/** What this worker answers itself; undefined: the request goes its usual way. */
export function answerTo(request: Request): Promise<Response> | undefined {
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return undefined;
  if (url.pathname.startsWith('/assets/') || ICONS.includes(url.pathname)) return file(request);
  if (request.mode === 'navigate' && !NOT_THE_APP.test(url.pathname)) return page(request);
  return undefined;
}

/** Files never change under their name: what is kept is as good as new. */
async function file(request: Request): Promise<Response> {
  return (await kept(request.url)) ?? fetch(request);
}

/** The server's page first, always; what is kept when there is no network, or the server starts anew. */
async function page(request: Request): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch {
    return (await kept(PAGE)) ?? Response.error();
  }
  return answer.status >= 502 && answer.status <= 504 ? ((await kept(PAGE)) ?? answer) : answer;
}

async function kept(path: string): Promise<Response | undefined> {
  const own = await caches.open(PREFIX + __BUILD__);
  return (await own.match(path, { ignoreVary: true })) ?? caches.match(path, { ignoreVary: true });
}
