import type { Schemas } from '@/api/client';

export type Channel = Schemas['Channel'];
export type Counter = Schemas['WebhookCounter'];

export const PLATFORMS = ['facebook', 'instagram', 'whatsapp', 'line'] as const;
export const STATES = [
  'connected',
  'pending',
  'paused',
  'needs_reconnect',
  'error',
  'suspended',
  'disconnected',
] as const;
export type State = (typeof STATES)[number];

/** What the address says of the screen. */
export interface ChannelsSearch {
  channel?: string;
  q?: string;
  platform?: (typeof PLATFORMS)[number];
  state?: State;
}

export function readSearch(search: Record<string, unknown>): ChannelsSearch {
  const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
  const found: ChannelsSearch = {
    channel: text(search.channel),
    q: text(search.q),
    platform: PLATFORMS.find((one) => one === search.platform),
    state: STATES.find((one) => one === search.state),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

const ORDER: Record<string, number> = { needs_reconnect: 0, error: 1, suspended: 1, pending: 2, paused: 3 };
const rank = (channel: Channel) => (channel.status === 'disconnected' ? 9 : (ORDER[channel.status] ?? 5));

/** What is asked for; whatever needs somebody stands first, what is disconnected last. */
export function chosenOf(channels: readonly Channel[], search: ChannelsSearch): Channel[] {
  const wanted = search.q?.trim().toLowerCase() ?? '';
  return channels
    .filter((one) => !search.platform || one.platform === search.platform)
    .filter((one) => !search.state || one.status === search.state)
    .filter((one) => [one.name, one.username, one.external_id].some((text) => text.toLowerCase().includes(wanted)))
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

export type Tone = 'good' | 'warn' | 'danger' | 'quiet';

export function toneOf(status: string): Tone {
  if (status === 'connected') return 'good';
  if (status === 'pending' || status === 'paused') return 'warn';
  return status === 'disconnected' ? 'quiet' : 'danger';
}

export interface Bar {
  hour: number;
  good: number;
  bad: number;
}

const HOUR = 3_600_000;

/** One bar an hour, oldest first, also for hours in which nothing came. */
export function barsOf(counters: readonly Counter[], now: number, hours = 48): Bar[] {
  const known = new Map(counters.map((one) => [Math.floor(Date.parse(one.hour) / HOUR), one]));
  const last = Math.floor(now / HOUR);
  return Array.from({ length: hours }, (_, place) => {
    const hour = last - hours + 1 + place;
    const counter = known.get(hour);
    return { hour: hour * HOUR, good: counter?.successful_requests ?? 0, bad: counter?.failed_requests ?? 0 };
  });
}
