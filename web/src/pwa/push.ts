import { ApiError, api, type Schemas, unwrap } from '@/api/client';
import { makeStoredStore } from '@/ui/store';
import { serviceWorker } from './registration';

/**
 * `unsupported`: this browser cannot, or not before the app is installed. `blocked`: the person said no, and only they
 * can take it back, in the browser. `off`, `on`: whether this browser is one of the person's devices.
 */
export type PushState = 'unsupported' | 'blocked' | 'off' | 'on';

interface Device {
  id: string;
  endpoint: string;
  user_id: string;
}

/** The subscription of this browser that the server knows. */
const device = makeStoredStore<Device | null>('hubbub.device', null);

export function thisDevice(): string | undefined {
  return device.get()?.id;
}

export function canPush(): boolean {
  return Boolean(navigator.serviceWorker) && 'PushManager' in window && 'Notification' in window;
}

export async function pushState(): Promise<PushState> {
  if (!canPush()) return 'unsupported';
  if (Notification.permission === 'denied') return 'blocked';
  const registration = await serviceWorker();
  if (!registration) return 'unsupported';
  const subscription = await registration.pushManager.getSubscription();
  return subscription && subscription.endpoint === device.get()?.endpoint ? 'on' : 'off';
}

/** Called on a click: browsers ask for permission only then. Throws what the server or the push service refuses. */
export async function turnOn(me: Schemas['Me']): Promise<PushState> {
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') return pushState();
  const registration = await serviceWorker();
  if (!registration || !me.vapid_public_key || !me.user) return 'unsupported';
  await navigator.serviceWorker.ready;
  const subscription = await subscribe(registration, me.vapid_public_key);
  await handOver(subscription, me.user.id);
  return 'on';
}

async function subscribe(registration: ServiceWorkerRegistration, key: string): Promise<PushSubscription> {
  const wanted = { userVisibleOnly: true, applicationServerKey: bytesOf(key) };
  const before = await registration.pushManager.getSubscription();
  if (before && isOfKey(before, wanted.applicationServerKey)) return before;
  await before?.unsubscribe();
  return registration.pushManager.subscribe(wanted);
}

/** The server makes a new pair of keys when its own secret changes; old subscriptions are of no use then. */
export function isOfKey(subscription: PushSubscription, key: Uint8Array): boolean {
  const own = subscription.options?.applicationServerKey;
  if (!own) return true;
  const bytes = new Uint8Array(own);
  return bytes.length === key.length && bytes.every((byte, place) => byte === key[place]);
}

async function handOver(subscription: PushSubscription, userId: string): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  const body = { endpoint: endpoint ?? '', keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' } };
  const kept = await unwrap(
    api.POST('/api/v1/me/push-subscriptions', { body: { ...body, label: labelOf(navigator.userAgent) } }),
  );
  device.set({ id: kept.id, endpoint: subscription.endpoint, user_id: userId });
}

/** Nothing more is pushed to this browser, whatever the server says. */
export async function turnOff(): Promise<void> {
  const known = device.get();
  device.set(null);
  const registration = canPush() ? await serviceWorker() : undefined;
  const subscription = await registration?.pushManager.getSubscription();
  await Promise.allSettled([subscription?.unsubscribe(), known && forgetDevice(known.id)]);
}

export async function forgetDevice(id: string): Promise<void> {
  const params = { path: { subscription_id: id } };
  try {
    await unwrap(api.DELETE('/api/v1/me/push-subscriptions/{subscription_id}', { params }));
  } catch (problem) {
    if (!(problem instanceof ApiError && problem.status === 404)) throw problem;
  }
}

/**
 * With every start: a browser may have changed its subscription, the server its key, or somebody else sits here now,
 * who must not get what is for the one before.
 */
export async function keepSubscribed(me: Schemas['Me']): Promise<void> {
  const known = device.get();
  if (!known || !canPush()) return;
  if (known.user_id !== me.user?.id || Notification.permission !== 'granted') {
    await turnOff();
    return;
  }
  const registration = await serviceWorker();
  if (!registration || !me.vapid_public_key) return;
  const subscription = await subscribe(registration, me.vapid_public_key);
  if (subscription.endpoint !== known.endpoint) await handOver(subscription, known.user_id);
}

export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

const BROWSERS: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** By which a person recognises the device: "Firefox · Android". */
export function labelOf(userAgent: string): string {
  const nameOf = (known: [RegExp, string][]) => known.find(([sign]) => sign.test(userAgent))?.[1];
  return [nameOf(BROWSERS), nameOf(SYSTEMS)].filter(Boolean).join(' · ');
}
