import { type InfiniteData, infiniteQueryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { inTurn, isBeingFetched, untilFetched } from '@/api/inOrder';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queries';

export type Message = Schemas['Message'];
type Page = Schemas['Messages'];
type Pages = InfiniteData<Page, string | undefined>;

const PAGE = 50;
const NEWEST = 30;
const RENEWED_FOR_MS = 60_000;

/** Newest first, page after page into the past. */
export function messagesQuery(conversationId: string) {
  return infiniteQueryOptions({
    queryKey: keys.messages(conversationId),
    queryFn: ({ pageParam, signal }) => fetchPage(conversationId, PAGE, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page) => page.next_cursor ?? undefined,
    // Message by message: compared place by place, one more at the top would make all of them other objects.
    structuralSharing: (before, after) => sharing(before as Pages | undefined, after as Pages),
  });
}

function fetchPage(conversationId: string, limit: number, cursor?: string, signal?: AbortSignal): Promise<Page> {
  const params = { path: { conversation_id: conversationId }, query: { limit, cursor } };
  return unwrap(api.GET('/api/v1/conversations/{conversation_id}/messages', { params, signal }));
}

/** Fetches the newest messages of a conversation that is in the cache, and puts them where they belong. */
export function mergeNewest(conversationId: string): Promise<void> {
  return inTurn(`newest of ${conversationId}`, () => fetchNewest(conversationId));
}

async function fetchNewest(conversationId: string): Promise<void> {
  const queryKey = keys.messages(conversationId);
  await untilFetched(queryKey);
  const known = queryClient.getQueryData<Pages>(queryKey);
  if (!known) return;
  const isShown = queryClient.getQueryCache().find({ queryKey })?.isActive();
  if (!isShown) {
    await queryClient.invalidateQueries({ queryKey, refetchType: 'none' });
    return;
  }
  const newest = await fetchPage(conversationId, NEWEST);
  // An older page that comes now would bring the thread as it was when it was asked for.
  if (isBeingFetched(queryKey)) return fetchNewest(conversationId);
  let fits = true;
  queryClient.setQueryData<Pages>(queryKey, (before) => {
    const merged = before && withNewest(before, newest.items, newest.next_cursor === null, known);
    fits = merged !== undefined;
    return merged ?? before;
  });
  if (!fits) await queryClient.invalidateQueries({ queryKey });
}

/**
 * The pages with their newest part replaced by what the server says now; what was put there since it was asked, when
 * the pages were as `asked`, is newer and stays. Undefined when the two do not touch: more came than was fetched, and
 * only fetching afresh is right.
 */
export function withNewest(
  pages: Pages,
  newest: Message[],
  isEverything = false,
  asked: Pages = pages,
): Pages | undefined {
  const known = pages.pages.flatMap((page) => page.items);
  const before = new Set(asked.pages.flatMap((page) => page.items));
  const since = new Map(known.filter((message) => !before.has(message)).map((message) => [message.id, message]));
  const answered = new Set(newest.map((message) => message.id));
  const above = known.filter((message) => since.has(message.id) && !answered.has(message.id));
  const items = newest.map((message) => newer(since.get(message.id), message));
  if (known.length === 0 || isEverything) return rebuilt(pages, [...above, ...items], []);
  const oldest = newest.at(-1);
  const place = oldest ? known.findIndex((message) => message.id === oldest.id) : -1;
  if (place < 0) return undefined;
  const older = known.slice(place + 1);
  return rebuilt(pages, [...above.filter((message) => !older.includes(message)), ...items], older);
}

/** What the server answered to a reply is the first that is known of it: whoever else tells of it knows more. */
const firstWords = new WeakSet<Message>();

function newer(since: Message | undefined, fetched: Message): Message {
  return since && !firstWords.has(since) ? since : fetched;
}

function rebuilt(pages: Pages, newest: Message[], older: Message[]): Pages {
  const before = new Map(pages.pages.flatMap((page) => page.items).map((message) => [message.id, message]));
  const kept = newest.map((message) => unchanged(before.get(message.id), message));
  const lastPage = pages.pages.at(-1);
  const items = [...kept, ...older];
  return {
    pages: [{ items, next_cursor: older.length || !lastPage ? (lastPage?.next_cursor ?? null) : null }],
    pageParams: [undefined],
  };
}

/** The new pages, in which every message that is exactly what it was is the old object; the old pages when all are. */
function sharing(before: Pages | undefined, after: Pages): Pages {
  const known = new Map(before?.pages.flatMap((page) => page.items).map((message) => [message.id, message]));
  const shared = (message: Message) => {
    const old = known.get(message.id);
    return old && (old === message || JSON.stringify(old) === JSON.stringify(message)) ? old : message;
  };
  const pages = after.pages.map((page) => ({ ...page, items: page.items.map(shared) }));
  return before && isSame(before.pages, pages) ? before : { ...after, pages };
}

function isSame(before: Page[], after: Page[]): boolean {
  const isSamePage = (one: Page, other: Page | undefined) =>
    one.next_cursor === other?.next_cursor &&
    one.items.length === other.items.length &&
    one.items.every((item, place) => item === other.items[place]);
  return before.length === after.length && before.every((page, place) => isSamePage(page, after[place]));
}

/** The old object when nothing in it changed, so that its bubble is not painted again. */
function unchanged(before: Message | undefined, after: Message): Message {
  return before && JSON.stringify(withoutAddresses(before)) === JSON.stringify(withoutAddresses(after))
    ? before
    : after;
}

/** Signed addresses differ at every asking; an old one is good for hours, and then `renewAddresses` gets others. */
function withoutAddresses(message: Message): unknown {
  return { ...message, attachments: message.attachments.map((file) => ({ ...file, url: file.url !== null })) };
}

function fetchMessage(messageId: string): Promise<Message> {
  return unwrap(api.GET('/api/v1/messages/{message_id}', { params: { path: { message_id: messageId } } }));
}

/** Fetches one message that changed and replaces it in the cache. */
export function placeMessage(conversationId: string, messageId: string): Promise<void> {
  return inTurn(`message ${messageId}`, async () => {
    const queryKey = keys.messages(conversationId);
    await untilFetched(queryKey);
    if (!queryClient.getQueryData(queryKey)) return;
    const message = await fetchMessage(messageId);
    await untilFetched(queryKey);
    insertMessage(message);
  });
}

const renewed = new Map<string, number>();

/** New addresses for a message's files, when one could not be loaded; not at once again, should that not be the cause. */
export async function renewAddresses(conversationId: string, messageId: string): Promise<void> {
  if (Date.now() - (renewed.get(messageId) ?? 0) < RENEWED_FOR_MS) return;
  renewed.set(messageId, Date.now());
  const message = await fetchMessage(messageId);
  queryClient.setQueryData<Pages>(keys.messages(conversationId), (before) => before && replaced(before, message));
}

/** Shows what became of a reply, until more is known of it: an event may have told already. */
export function insertSent(message: Message): void {
  const pages = queryClient.getQueryData<Pages>(keys.messages(message.conversation_id));
  if (pages?.pages.some((page) => page.items.some((item) => item.id === message.id))) return;
  firstWords.add(message);
  insertMessage(message);
}

/** Puts a message that the server told us into the cache: in its place, or as the newest. */
export function insertMessage(message: Message): void {
  queryClient.setQueryData<Pages>(
    keys.messages(message.conversation_id),
    (before) => before && withMessage(before, message),
  );
}

export function withMessage(pages: Pages, message: Message): Pages {
  const known = pages.pages.flatMap((page) => page.items).find((item) => item.id === message.id);
  if (known) return replaced(pages, unchanged(known, message));
  const [first, ...rest] = pages.pages;
  if (!first) return pages;
  const later = first.items.findIndex((item) => item.occurred_at <= message.occurred_at);
  const place = later < 0 ? first.items.length : later;
  const items = [...first.items.slice(0, place), message, ...first.items.slice(place)];
  return { ...pages, pages: [{ ...first, items }, ...rest] };
}

function replaced(pages: Pages, message: Message): Pages {
  const replace = (item: Message) => (item.id === message.id ? message : item);
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.map(replace) })) };
}
