import { describe, expect, test } from 'vitest';
import { queryClient } from '@/api/queries';
import { insertMessage, insertSent, type Message, messagesQuery, withMessage, withNewest } from './messages';
import type { Outgoing } from './outgoing';
import { type ActivityLine, buildThread, type Item, type Note } from './thread';

const at = (minute: number, day = 1) => new Date(Date.UTC(2026, 0, day, 12, minute)).toISOString();

function message(id: string, minute: number, more: Partial<Message> = {}): Message {
  return {
    id,
    occurred_at: at(minute),
    type: 'text',
    visibility: 'visible',
    direction: 'inbound',
    author_type: 'customer',
    author_name: 'Ana',
    author_user_id: null,
    contact_id: 'k',
    client_id: null,
    attachments: [],
    ...more,
  } as unknown as Message;
}

const nothing = { notes: [], activity: [], outgoing: [], hasOlder: false, readThrough: undefined };
const kinds = (items: Item[]) => items.map((item) => item.kind);
const note = (id: string, minute: number) => ({ id, created_at: at(minute), text: id }) as Note;
const line = (id: string, minute: number) =>
  ({ id, at: at(minute), kind: 'closed', actor: { type: 'user', id: 'u', name: 'Mia' }, data: {} }) as ActivityLine;
const entry = (client_id: string) =>
  ({ client_id, created_at: at(50), draft: { client_id }, state: 'sending' }) as Outgoing;

describe('the thread', () => {
  test('puts notes and what happened between the messages, by time', () => {
    const items = buildThread({
      ...nothing,
      messages: [message('a', 0), message('b', 10)],
      notes: [note('n', 5)],
      activity: [line('l', 20)],
    });
    expect(kinds(items)).toEqual(['day', 'message', 'note', 'message', 'activity']);
  });

  test('keeps the order of the server when clocks disagree', () => {
    const items = buildThread({ ...nothing, messages: [message('a', 10), message('b', 9)] });
    expect(items.flatMap((item) => (item.kind === 'message' ? item.message.id : []))).toEqual(['a', 'b']);
  });

  test('groups what one person says within three minutes', () => {
    const messages = [message('a', 0), message('b', 1), message('c', 9), message('d', 9, { direction: 'outbound' })];
    const groups = buildThread({ ...nothing, messages }).flatMap((item) =>
      item.kind === 'message' ? [[item.isFirst, item.isLast]] : [],
    );
    expect(groups).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  test('has a line for every day', () => {
    const messages = [message('a', 0), message('b', 0, { occurred_at: at(0, 3) })];
    expect(kinds(buildThread({ ...nothing, messages }))).toEqual(['day', 'message', 'day', 'message']);
  });

  test('marks once what was not read, and only what customers wrote', () => {
    const messages = [message('a', 0), message('b', 5, { direction: 'outbound' }), message('c', 6), message('d', 7)];
    const items = buildThread({ ...nothing, messages, readThrough: Date.parse(at(1)) });
    expect(kinds(items)).toEqual(['day', 'message', 'message', 'unread', 'message', 'message']);
  });

  test('leaves out lines from before what was fetched', () => {
    const items = buildThread({ ...nothing, messages: [message('a', 10)], notes: [note('n', 5)], hasOlder: true });
    expect(kinds(items)).toEqual(['message']);
  });

  test('begins with a message while older ones are to come, so that the place is kept when they do', () => {
    const messages = [message('a', 0), message('b', 1), message('c', 0, { occurred_at: at(0, 2) })];
    const items = buildThread({ ...nothing, messages, hasOlder: true, readThrough: 0 });
    expect(kinds(items)).toEqual(['message', 'message', 'day', 'message']);
  });

  test('shows our own message once: before the server knows it, and after', () => {
    const before = buildThread({ ...nothing, messages: [], outgoing: [entry('x')] });
    expect(kinds(before)).toEqual(['outgoing']);
    const echo = message('m', 50, { client_id: 'x', direction: 'outbound' });
    const after = buildThread({ ...nothing, messages: [echo], outgoing: [entry('x')] });
    expect(kinds(after)).toEqual(['day', 'message']);
    expect(after.at(-1)!.key).toBe(before[0]!.key);
  });

  test('does not show a reaction or what was deleted as a bubble', () => {
    const messages = [message('a', 0, { type: 'reaction' }), message('b', 1, { visibility: 'deleted' })];
    expect(buildThread({ ...nothing, messages })).toEqual([]);
  });
});

describe('pages of messages', () => {
  const pages = (...items: Message[]) => ({ pages: [{ items, next_cursor: 'older' }], pageParams: [undefined] });
  const ids = (list: { pages: { items: Message[] }[] } | undefined) =>
    list?.pages.flatMap((page) => page.items.map((item) => item.id));

  test('the newest are put before what is known, each once', () => {
    const merged = withNewest(pages(message('b', 2), message('a', 1)), [message('c', 3), message('b', 2)]);
    expect(ids(merged)).toEqual(['c', 'b', 'a']);
    expect(merged!.pages.at(-1)!.next_cursor).toBe('older');
  });

  test('what did not change stays the same object', () => {
    const known = message('b', 2);
    const merged = withNewest(pages(known), [message('c', 3), message('b', 2)]);
    expect(merged!.pages[0]!.items[1]).toBe(known);
  });

  test('a hole between the newest and what is known is not papered over', () => {
    expect(withNewest(pages(message('a', 1)), [message('z', 9), message('y', 8)])).toBeUndefined();
  });

  test('what came while the newest were asked for is not taken away again', () => {
    const asked = pages(message('a', 1));
    const meanwhile = withMessage(asked, message('b', 2));
    expect(ids(withNewest(meanwhile, [message('a', 1)], false, asked))).toEqual(['b', 'a']);
    expect(ids(withNewest(meanwhile, [message('a', 1)], true, asked))).toEqual(['b', 'a']);
  });

  test('what changed while the newest were asked for does not change back', () => {
    const asked = pages(message('b', 2, { status: 'sending' }), message('a', 1));
    const meanwhile = withMessage(asked, message('b', 2, { status: 'read' }));
    const merged = withNewest(meanwhile, [message('c', 3), message('b', 2, { status: 'sent' })], false, asked);
    expect(ids(merged)).toEqual(['c', 'b', 'a']);
    expect(merged!.pages[0]!.items[1]!.status).toBe('read');
  });

  test('what the server answered to a reply gives way to what was fetched, whichever came first', async () => {
    await cached(message('a', 1));
    const asked = known();
    insertSent(message('b', 2, { conversation_id: 'c', status: 'queued' }));
    const meanwhile = known();
    const fetched = [message('b', 2, { conversation_id: 'c', status: 'sent' }), message('a', 1)];
    const merged = withNewest(meanwhile, fetched, false, asked);
    expect(ids(merged)).toEqual(['b', 'a']);
    expect(merged!.pages[0]!.items[0]!.status).toBe('sent');
  });

  test('one more at the top leaves the others the objects that they were', async () => {
    await cached(message('b', 2), message('a', 1));
    const before = known().pages[0]!.items;
    insertMessage(message('c', 3, { conversation_id: 'c' }));
    const after = known().pages[0]!.items;
    expect(after.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(after[1]).toBe(before[0]);
    expect(after[2]).toBe(before[1]);
  });

  test('what is exactly as it was stays the same whole', async () => {
    const told = () => message('b', 2, { conversation_id: 'c' });
    await cached(told(), message('a', 1));
    const before = known();
    insertMessage(told());
    expect(known()).toBe(before);
    insertMessage({ ...told(), status: 'read' });
    expect(known()).not.toBe(before);
  });

  /** As a screen fetched them. */
  async function cached(...items: Message[]) {
    queryClient.clear();
    const queryFn = () => Promise.resolve({ items, next_cursor: null });
    await queryClient.fetchInfiniteQuery({ ...messagesQuery('c'), queryFn });
  }

  function known() {
    return queryClient.getQueryData<Parameters<typeof withNewest>[0]>(messagesQuery('c').queryKey)!;
  }

  test('a message that comes twice is there once', () => {
    const once = withMessage(pages(message('a', 1)), message('b', 2));
    expect(ids(withMessage(once, message('b', 2)))).toEqual(['b', 'a']);
  });
});
