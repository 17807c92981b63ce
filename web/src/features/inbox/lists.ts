import { type InfiniteData, infiniteQueryOptions, type QueryKey } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { isBeingFetched, untilFetched } from '@/api/inOrder';
import { keys } from '@/api/keys';
import { meQuery, queryClient } from '@/api/queries';
import type { operations } from '@/api/schema';

export type Conversation = Schemas['Conversation'];
export type Filters = NonNullable<operations['hubbub_api_conversations_list_conversations']['parameters']['query']>;
type Page = Schemas['Conversations'];
type Pages = InfiniteData<Page, string | undefined>;

const PAGE = 50;
const STALE_MS = 600;

export function conversationsQuery(filters: Filters) {
  return infiniteQueryOptions({
    queryKey: keys.conversationList(filters),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/v1/conversations', {
          params: { query: { ...filters, limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page) => page.next_cursor ?? undefined,
  });
}

/** Puts a conversation that changed into every list that is in the cache: in, out, or to its new place. */
export function placeConversation(conversation: Conversation): void {
  queryClient.setQueryData(keys.conversation(conversation.id), conversation);
  const me = queryClient.getQueryData(meQuery.queryKey)?.user?.id;
  for (const query of queryClient.getQueryCache().findAll({ queryKey: keys.conversationLists })) {
    const filters = query.queryKey[1] as Filters;
    const pages = query.state.data as Pages | undefined;
    if (isBeingFetched(query.queryKey)) void placeAgain(conversation.id, query.queryKey);
    if (!pages) continue;
    const belongs = matches(conversation, filters, me);
    if (belongs === undefined) staleLists(JSON.stringify(filters));
    queryClient.setQueryData<Pages>(query.queryKey, withConversation(pages, conversation, belongs, filters.sort));
  }
}

const again = new Set<string>();

/** An answer that was asked for before the change will replace the list: then the change is put there once more. */
async function placeAgain(id: string, queryKey: QueryKey): Promise<void> {
  const name = `${id} ${JSON.stringify(queryKey)}`;
  if (again.has(name)) return;
  again.add(name);
  await untilFetched(queryKey);
  again.delete(name);
  const latest = queryClient.getQueryData<Conversation>(keys.conversation(id));
  if (latest) placeConversation(latest);
}

/** The conversations of these contacts that some list shows. */
export function conversationsOf(contacts: ReadonlySet<string>): string[] {
  const lists = queryClient.getQueriesData<Pages>({ queryKey: keys.conversationLists });
  const rows = lists.flatMap(([, pages]) => pages?.pages.flatMap((page) => page.items) ?? []);
  const theirs = rows.filter((row) => row.contact_id !== null && contacts.has(row.contact_id));
  return [...new Set(theirs.map((row) => row.id))];
}

export function dropConversation(id: string): void {
  for (const [key, pages] of queryClient.getQueriesData<Pages>({ queryKey: keys.conversationLists })) {
    if (pages) queryClient.setQueryData<Pages>(key, without(pages, id));
  }
}

const waiting = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Fetches lists afresh, soon, and not more often than is good: one with these filters, or all. */
export function staleLists(filters = '*'): void {
  waiting.add(filters);
  timer ??= setTimeout(() => {
    timer = undefined;
    const wanted = new Set(waiting);
    waiting.clear();
    void queryClient.invalidateQueries({
      queryKey: keys.conversationLists,
      predicate: (query) => wanted.has('*') || wanted.has(JSON.stringify(query.queryKey[1])),
    });
  }, STALE_MS);
}

/** Whether a conversation stands in the list; undefined when only the server knows. */
export function matches(conversation: Conversation, filters: Filters, me: string | undefined): boolean | undefined {
  const assignee = filters.assigned_to === 'me' ? me : filters.assigned_to;
  const checks: (boolean | null | undefined)[] = [
    filters.status && conversation.status === filters.status,
    filters.channel_id && conversation.channel_id === filters.channel_id,
    filters.project_id && conversation.project_id === filters.project_id,
    filters.contact_id && conversation.contact_id === filters.contact_id,
    filters.platform && conversation.platform === filters.platform,
    filters.priority && conversation.priority === filters.priority,
    filters.type && conversation.type === filters.type,
    filters.handover && conversation.handover === filters.handover,
    filters.team_id && conversation.team_id === filters.team_id,
    assignee && conversation.assigned_to_id === assignee,
    filters.is_assigned == null ? null : (conversation.assigned_to_id !== null) === filters.is_assigned,
    filters.is_unread == null ? null : conversation.unread_count > 0 === filters.is_unread,
    filters.tag && conversation.tags.includes(filters.tag),
    filters.label && conversation.tags.includes(filters.label),
    filters.with_snoozed || filters.contact_id ? null : conversation.is_snoozed === (filters.is_snoozed ?? false),
    filters.sort === 'waiting' ? conversation.status === 'active' && conversation.awaiting_reply_since !== null : null,
    filters.sort === 'priority' ? conversation.status === 'active' : null,
  ].map((check) => (typeof check === 'boolean' ? check : null));
  if (checks.includes(false)) return false;
  const isForServer = filters.mentions || filters.window || filters.updated_since || filters.name_contains;
  return isForServer ? undefined : true;
}

/** The pages with the conversation in its place; `belongs` undefined changes it only where it stands already. */
export function withConversation(
  pages: Pages,
  conversation: Conversation,
  belongs: boolean | undefined,
  sort: Filters['sort'],
): Pages {
  const place = whereIs(pages, conversation.id);
  if (belongs === false) return place ? without(pages, conversation.id) : pages;
  if (!place && belongs === undefined) return pages;
  const before = place && pages.pages[place.page]!.items[place.row]!;
  if (before && (belongs === undefined || compare(sort)(before, conversation) === 0)) {
    return replaced(pages, place, conversation);
  }
  return inserted(place ? without(pages, conversation.id) : pages, conversation, sort);
}

function whereIs(pages: Pages, id: string): { page: number; row: number } | undefined {
  for (const [page, { items }] of pages.pages.entries()) {
    const row = items.findIndex((item) => item.id === id);
    if (row >= 0) return { page, row };
  }
  return undefined;
}

function replaced(pages: Pages, place: { page: number; row: number }, conversation: Conversation): Pages {
  const change = (page: Page, number: number): Page =>
    number === place.page ? { ...page, items: page.items.with(place.row, conversation) } : page;
  return { ...pages, pages: pages.pages.map(change) };
}

function without(pages: Pages, id: string): Pages {
  const place = whereIs(pages, id);
  if (!place) return pages;
  const change = (page: Page, number: number): Page =>
    number === place.page ? { ...page, items: page.items.toSpliced(place.row, 1) } : page;
  return { ...pages, pages: pages.pages.map(change) };
}

function inserted(pages: Pages, conversation: Conversation, sort: Filters['sort']): Pages {
  const before = compare(sort);
  for (const [number, page] of pages.pages.entries()) {
    const row = page.items.findIndex((item) => before(conversation, item) < 0);
    const isEnd = number === pages.pages.length - 1 && page.next_cursor === null;
    const place = row >= 0 ? row : isEnd ? page.items.length : -1;
    if (place < 0) continue;
    const items = page.items.toSpliced(place, 0, conversation);
    return { ...pages, pages: pages.pages.with(number, { ...page, items }) };
  }
  return pages;
}

const URGENCY = { urgent: 3, high: 2, normal: 1, low: 0 } as const;

/** Below zero when the first stands above the second, as the server sorts. */
function compare(sort: Filters['sort']): (one: Conversation, other: Conversation) => number {
  const recent = (one: Conversation, other: Conversation) =>
    order(activity(other), activity(one)) || order(other.id, one.id);
  if (sort === 'waiting') {
    return (one, other) =>
      order(one.awaiting_reply_since ?? '', other.awaiting_reply_since ?? '') || order(one.id, other.id);
  }
  if (sort === 'priority') {
    return (one, other) => URGENCY[other.priority] - URGENCY[one.priority] || recent(one, other);
  }
  return recent;
}

function activity(conversation: Conversation): string {
  return conversation.last_message_at ?? conversation.created_at;
}

/** Of ids, and of moments in UTC: without the zone's letter a whole second stands before its parts. */
function order(first: string, second: string): number {
  const [one, other] = [first.replace(/Z$/, ''), second.replace(/Z$/, '')];
  return one < other ? -1 : one > other ? 1 : 0;
}
