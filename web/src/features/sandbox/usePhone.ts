import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Json, type Player, sandbox } from './api';

/** The sandbox has no socket: a phone looks every second, as long as somebody looks at it. */
const EVERY = 1000;

export const accountsOptions = queryOptions({ queryKey: ['phone', 'accounts'], queryFn: sandbox.accounts, retry: 1 });

export const useTalks = () =>
  useQuery({ queryKey: ['phone', 'talks'], queryFn: sandbox.talks, refetchInterval: EVERY });

export const useMessages = (player: Player) =>
  useQuery({
    queryKey: ['phone', 'messages', player],
    queryFn: () => sandbox.messages(player),
    refetchInterval: EVERY,
    placeholderData: (before) => before,
  });

/** Says or does something as the customer, then looks again at once. */
export function usePlay(player: Player) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ action, content = {} }: { action: string; content?: Json }) =>
      action === 'say' ? sandbox.say(player, content) : sandbox.act(player, action, content),
    onSettled: () => queries.invalidateQueries({ queryKey: ['phone'] }),
  });
}

export const faultsOptions = queryOptions({
  queryKey: ['phone', 'faults'],
  queryFn: sandbox.faults,
  refetchInterval: 3 * EVERY,
});
