import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { useNow } from '@/ui/time';

export type Way = Schemas['Way'];

/** How one may answer now. */
export type Answering =
  | { kind: 'free'; closesAt: number | undefined }
  | { kind: 'human_agent'; closesAt: number | undefined; tag: 'human_agent' }
  | { kind: 'comment'; canPrivately: boolean }
  | { kind: 'template' }
  | { kind: 'none' };

/** The best of what the server allows; what has ended meanwhile does not count any more. */
export function answeringOf(ways: readonly Way[], now: number): Answering {
  const open = ways.filter((way) => way.closes_at === null || Date.parse(way.closes_at) > now);
  const find = (name: Way['way']) => open.find((way) => way.way === name);
  const closing = (way: Way) => (way.closes_at ? Date.parse(way.closes_at) : undefined);
  const reply = find('reply');
  if (reply) return { kind: 'free', closesAt: closing(reply) };
  if (find('comment_reply')) return { kind: 'comment', canPrivately: find('private_reply') !== undefined };
  const human = find('human_agent');
  if (human) return { kind: 'human_agent', closesAt: closing(human), tag: 'human_agent' };
  return find('template') ? { kind: 'template' } : { kind: 'none' };
}

/** Undefined until the server has said it. */
export function useAnswering(conversationId: string): Answering | undefined {
  const now = useNow();
  const query = useQuery({
    queryKey: keys.ways(conversationId),
    queryFn: () =>
      unwrap(
        api.GET('/api/v1/conversations/{conversation_id}/ways', {
          params: { path: { conversation_id: conversationId } },
        }),
      ).then((answer) => answer.items),
  });
  const { refetch, data } = query;
  const hasEnded = data?.some((way) => way.closes_at !== null && Date.parse(way.closes_at) <= now) ?? false;
  useEffect(() => {
    if (hasEnded) void refetch();
  }, [hasEnded, refetch]);
  return data && answeringOf(data, now);
}
