import { queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';

/** Below the key of all channels: a changed channel makes all of it stale. */
export const activityQuery = queryOptions({
  queryKey: [...keys.channels, 'activity'],
  refetchInterval: 60_000,
  queryFn: async ({ signal }) => {
    const found = await unwrap(api.GET('/api/v1/channels/activity', { signal }));
    return new Map<string, Schemas['ChannelActivity']>(found.items.map((one) => [one.channel_id, one]));
  },
});

export const platformsQuery = queryOptions({
  queryKey: ['platforms'],
  queryFn: async ({ signal }) => (await unwrap(api.GET('/api/v1/channels/platforms', { signal }))).items,
});

export const setupQuery = queryOptions({
  queryKey: ['webhook-setup'],
  queryFn: async ({ signal }) => (await unwrap(api.GET('/api/v1/channels/webhook-setup', { signal }))).items,
});

const path = (channel_id: string) => ({ path: { channel_id } });

export const countersQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.channel(id), 'webhooks'],
    refetchInterval: 60_000,
    queryFn: async ({ signal }) =>
      (
        await unwrap(
          api.GET('/api/v1/channels/{channel_id}/webhooks', { params: { ...path(id), query: { hours: 48 } }, signal }),
        )
      ).items,
  });

export const profileQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.channel(id), 'profile'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/channels/{channel_id}/profile', { params: path(id), signal })),
  });

export const permissionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.channel(id), 'permissions'],
    staleTime: 60_000,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/channels/{channel_id}/permissions', { params: path(id), signal })),
  });

/** What can be done with a channel, by the last word of its address. */
export const changes = {
  pause: (id: string) => unwrap(api.POST('/api/v1/channels/{channel_id}/pause', { params: path(id) })),
  resume: (id: string) => unwrap(api.POST('/api/v1/channels/{channel_id}/resume', { params: path(id) })),
  disconnect: (id: string) => unwrap(api.POST('/api/v1/channels/{channel_id}/disconnect', { params: path(id) })),
  sync: (id: string) => unwrap(api.POST('/api/v1/channels/{channel_id}/sync', { params: path(id) })),
  test: (id: string) => unwrap(api.POST('/api/v1/channels/{channel_id}/test', { params: path(id) })),
  set: (id: string, body: Schemas['ChannelChange']) =>
    unwrap(api.PATCH('/api/v1/channels/{channel_id}', { params: path(id), body })),
  profile: (id: string, settings: { [name: string]: unknown }) =>
    unwrap(api.PUT('/api/v1/channels/{channel_id}/profile', { params: path(id), body: { settings } })),
  hours: (channel_id: string, hours: { [name: string]: unknown } | null) =>
    unwrap(api.PUT('/api/v1/working-hours', { body: { channel_id, hours } })),
  connect: (body: Schemas['ConnectChannel']) => unwrap(api.POST('/api/v1/channels', { body })),
};
