import type { InvalidateQueryFilters, Query } from '@tanstack/react-query';
import { ApiError, api, unwrap } from '@/api/client';
import { inTurn, isBeingFetched, untilFetched } from '@/api/inOrder';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queries';
import { conversationsOf, dropConversation, placeConversation, staleLists } from '@/features/inbox/lists';
import { mergeNewest, placeMessage } from '@/features/inbox/messages';
import { type Plan, planOf } from './plan';
import type { ScreenEvent } from './sequence';

/** More than this at once, and fetching the lists afresh costs less than fetching each. */
const MOST_SINGLE = 20;
const COUNTS_MS = 400;
const GATHER_MS = 25;

let waiting: ScreenEvent[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let countTimer: ReturnType<typeof setTimeout> | undefined;
let settled: Promise<unknown> = Promise.resolve();
const newMessageListeners = new Set<(id: string, messageIds: readonly string[]) => void>();

/** Told of new messages after they are in the cache, for sounds and screen readers. */
export function onNewMessages(listener: (conversationId: string, messageIds: readonly string[]) => void): () => void {
  newMessageListeners.add(listener);
  return () => {
    newMessageListeners.delete(listener);
  };
}

const eventListeners = new Set<(events: readonly ScreenEvent[]) => void>();

/** Told of every event once, as it comes; nothing of it is in the cache yet. */
export function onScreenEvents(listener: (events: readonly ScreenEvent[]) => void): () => void {
  eventListeners.add(listener);
  return () => {
    eventListeners.delete(listener);
  };
}

/** Fetches what the events changed; what comes within a blink is fetched together. */
export function refresh(events: readonly ScreenEvent[]): void {
  waiting.push(...events);
  for (const listener of eventListeners) listener(events);
  timer ??= setTimeout(() => {
    const plan = planOf(waiting);
    waiting = [];
    timer = undefined;
    void carryOut(plan);
  }, GATHER_MS);
}

/** Everything on the screen afresh: after the first connection, and when too much was missed. */
export async function refreshAll(): Promise<void> {
  await fetchAfresh({ predicate: (query) => query.queryKey[0] !== keys.me[0] });
}

/** An answer that is awaited for the first time is not asked for again, and may be from before the change: it is then. */
export async function fetchAfresh(filters: InvalidateQueryFilters): Promise<void> {
  const isBegun = ({ state }: Query) => state.data === undefined && state.fetchStatus !== 'idle';
  const begun = queryClient.getQueryCache().findAll(filters).filter(isBegun);
  await queryClient.invalidateQueries(filters);
  if (begun.length === 0) return;
  await Promise.all(begun.map(({ queryKey }) => untilFetched(queryKey)));
  await queryClient.invalidateQueries({ ...filters, predicate: (query) => begun.includes(query) });
}

async function carryOut(plan: Plan): Promise<void> {
  for (const queryKey of plan.stale) void fetchAfresh({ queryKey });
  if (plan.isCountStale) refreshCounts();
  const conversations = refreshConversations(plan);
  settled = Promise.allSettled([settled, conversations]);
  if (plan.contacts.size) void refreshConversationsOf(plan.contacts, settled);
  await Promise.allSettled([conversations, refreshMessages(plan)]);
}

/** A conversation that is being fetched may come with what its contact was called before. */
async function refreshConversationsOf(contacts: ReadonlySet<string>, fetched: Promise<unknown>): Promise<void> {
  await fetched;
  const shown = conversationsOf(contacts);
  if (shown.length > MOST_SINGLE) staleLists();
  else await Promise.all(shown.map(refreshConversation));
}

function refreshCounts(): void {
  countTimer ??= setTimeout(() => {
    countTimer = undefined;
    void queryClient.invalidateQueries({ queryKey: keys.counts });
  }, COUNTS_MS);
}

async function refreshConversations(plan: Plan): Promise<void> {
  if (plan.conversations.size > MOST_SINGLE) {
    staleLists();
    for (const id of plan.conversations) void queryClient.invalidateQueries({ queryKey: keys.conversation(id) });
    return;
  }
  await Promise.all([...plan.conversations].map(refreshConversation));
}

function refreshConversation(id: string): Promise<void> {
  return inTurn(`conversation ${id}`, () => fetchConversation(id));
}

async function fetchConversation(id: string): Promise<void> {
  try {
    const path = { conversation_id: id };
    await untilFetched(keys.conversation(id));
    const conversation = await unwrap(api.GET('/api/v1/conversations/{conversation_id}', { params: { path } }));
    if (isBeingFetched(keys.conversation(id))) return await fetchConversation(id);
    placeConversation(conversation);
  } catch (problem) {
    if (problem instanceof ApiError && problem.status === 404) dropConversation(id);
    else {
      void queryClient.invalidateQueries({ queryKey: keys.conversation(id) });
      staleLists();
    }
  }
}

async function refreshMessages(plan: Plan): Promise<void> {
  const created = [...plan.created].map(async ([conversationId, ids]) => {
    await orAfresh(conversationId, mergeNewest(conversationId));
    for (const listener of newMessageListeners) listener(conversationId, [...ids]);
  });
  const changed = [...plan.changed].map(([conversationId, ids]) =>
    orAfresh(conversationId, Promise.all([...ids].map((id) => placeMessage(conversationId, id)))),
  );
  await Promise.all([...created, ...changed]);
}

/** A change that could not be fetched must not be missing for ever: then the whole thread is fetched again. */
async function orAfresh(conversationId: string, fetching: Promise<unknown>): Promise<void> {
  try {
    await fetching;
  } catch {
    await queryClient.invalidateQueries({ queryKey: keys.messages(conversationId) });
  }
}

/** What could not be fetched while there was no connection. */
export function refreshFailed(): void {
  void queryClient.refetchQueries({
    type: 'active',
    predicate: ({ state }) => state.fetchStatus === 'idle' && (state.isInvalidated || state.status === 'error'),
  });
}
