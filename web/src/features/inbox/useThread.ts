import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { isMissing } from '@/api/queries';
import { useStore } from '@/ui/store';
import { type Message, messagesQuery } from './messages';
import { outgoing } from './outgoing';
import { buildThread } from './thread';

const BESIDE = 200;

/** Everything that the thread of one conversation shows, oldest first. */
export function useThread(id: string, readThrough: number | undefined) {
  const query = useInfiniteQuery(messagesQuery(id));
  const notes = useQuery(notesQuery(id)).data;
  const activity = useQuery(activityQuery(id)).data;
  const waiting = useStore(outgoing);
  const messages = useMemo<Message[]>(
    () => query.data?.pages.flatMap((page) => page.items).toReversed() ?? [],
    [query.data],
  );
  const items = useMemo(
    () =>
      buildThread({
        messages,
        notes: notes ?? [],
        activity: activity ?? [],
        outgoing: waiting.filter((entry) => entry.conversation_id === id),
        hasOlder: query.hasNextPage,
        readThrough,
      }),
    [messages, notes, activity, waiting, id, query.hasNextPage, readThrough],
  );
  return { query, messages, items };
}

export function notesQuery(id: string) {
  return {
    queryKey: keys.notes(id),
    queryFn: () =>
      unwrap(
        api.GET('/api/v1/conversations/{conversation_id}/notes', {
          params: { path: { conversation_id: id }, query: { limit: BESIDE } },
        }),
      ).then((answer) => answer.items),
  };
}

function activityQuery(id: string) {
  return {
    queryKey: keys.activity(id),
    queryFn: () =>
      unwrap(
        api.GET('/api/v1/conversations/{conversation_id}/activity', {
          params: { path: { conversation_id: id }, query: { limit: BESIDE } },
        }),
      ).then(
        (answer) => answer.items,
        (problem) => {
          if (isMissing(problem)) return [];
          throw problem;
        },
      ),
  };
}
