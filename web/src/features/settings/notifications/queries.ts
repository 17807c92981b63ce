import { queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';

export type Preference = Required<Schemas['NotificationPreference']>;
export type Way = 'in_app' | 'push' | 'email';

export const preferencesQuery = queryOptions({
  queryKey: ['me', 'notifications'] as const,
  queryFn: ({ signal }) =>
    unwrap(api.GET('/api/v1/me/notifications', { signal })).then((answer) => answer.items.map(whole)),
});

export const devicesQuery = queryOptions({
  queryKey: ['me', 'devices'] as const,
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/me/push-subscriptions', { signal })).then((answer) => answer.items),
});

export async function savePreferences(items: Preference[]): Promise<Preference[]> {
  const answer = await unwrap(api.PUT('/api/v1/me/notifications', { body: { items } }));
  return answer.items.map(whole);
}

export async function sendTest(id: string): Promise<void> {
  const params = { path: { subscription_id: id } };
  await unwrap(api.POST('/api/v1/me/push-subscriptions/{subscription_id}/test', { params }));
}

function whole(one: Schemas['NotificationPreference']): Preference {
  return {
    channel_id: one.channel_id ?? null,
    in_app: one.in_app ?? true,
    push: one.push ?? true,
    email: one.email ?? false,
  };
}

/** The list with one answer changed; the line of all channels comes first, whether or not it was there. */
export function withChoice(
  items: readonly Preference[],
  channelId: string | null,
  way: Way,
  is: boolean,
): Preference[] {
  return items.map((one) => (one.channel_id === channelId ? { ...one, [way]: is } : one));
}

/** A channel of its own begins with what holds for all. */
export function withChannel(items: readonly Preference[], channelId: string): Preference[] {
  const all = items.find((one) => one.channel_id === null);
  return [...items, { in_app: true, push: true, email: false, ...all, channel_id: channelId }];
}

export function withoutChannel(items: readonly Preference[], channelId: string): Preference[] {
  return items.filter((one) => one.channel_id !== channelId);
}
