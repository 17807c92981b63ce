import { QueryClient, queryOptions } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { forgetPerson, keepPerson, keptPerson } from '@/pwa/person';
import { ApiError, api, isWorthRetrying, rememberCsrfToken, type Schemas, Unreachable, unwrap } from './client';
import { keys } from './keys';

/** Live events say what changed; nothing is fetched again because of its age or because a window came to the front. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 30 * 60_000,
      retry: isWorthRetrying,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
    mutations: { networkMode: 'always' },
  },
});

export const meQuery = queryOptions({
  queryKey: keys.me,
  // Also without a network: then it is who worked here last.
  networkMode: 'always',
  queryFn: async ({ signal }) => {
    try {
      const me = await unwrap(api.GET('/api/v1/me', { signal }));
      rememberCsrfToken(me.csrf_token);
      keepPerson(me);
      return me;
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 401) forgetPerson();
      const kept = problem instanceof Unreachable ? keptPerson() : undefined;
      if (!kept) throw problem;
      return kept;
    }
  },
});

export const membersQuery = queryOptions({
  queryKey: keys.members,
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/members', { signal })).then((answer) => answer.items),
});

export const labelsQuery = queryOptions({
  queryKey: keys.labels,
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/labels', { signal })).then((answer) => answer.items),
});

export const teamsQuery = queryOptions({
  queryKey: keys.teams,
  queryFn: ({ signal }) =>
    unwrap(api.GET('/api/v1/teams', { params: { query: { limit: 200 } }, signal })).then((answer) => answer.items),
});

export const channelsQuery = queryOptions({
  queryKey: keys.channels,
  queryFn: async ({ signal }) => {
    const found: Schemas['Channel'][] = [];
    let cursor: string | undefined;
    do {
      const page = await unwrap(api.GET('/api/v1/channels', { params: { query: { limit: 200, cursor } }, signal }));
      found.push(...page.items);
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    return found;
  },
});

export const countsQuery = queryOptions({
  queryKey: keys.counts,
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/conversations/counts', { signal })),
});

/** The organisation's own stand below `channel_id: null`. */
export const hoursQuery = queryOptions({
  queryKey: keys.workingHours,
  queryFn: async ({ signal }) => (await unwrap(api.GET('/api/v1/working-hours', { signal }))).items,
});

/** Whoever looks at the screen, as the frame knows them: one watches for all, dozens ask. */
export const Me = createContext<Schemas['Me'] | undefined>(undefined);

/** Inside the frame only, which is shown when this is known. */
export function useMe(): Schemas['Me'] {
  return use(Me)!;
}

export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission);
}

/** A route that this server does not have yet, or an id that is gone: shown as absent, not as a failure. */
export function isMissing(problem: unknown): boolean {
  return problem instanceof ApiError && (problem.status === 404 || problem.status === 405);
}
