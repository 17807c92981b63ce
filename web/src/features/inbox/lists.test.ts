import { describe, expect, test } from 'vitest';
import { type Conversation, type Filters, matches, withConversation } from './lists';
import { hold } from './useHeldOrder';

function conversation(id: string, minute: number, more: Partial<Conversation> = {}): Conversation {
  const at = `2026-01-01T10:${String(minute).padStart(2, '0')}:00Z`;
  return {
    id,
    last_message_at: at,
    created_at: at,
    status: 'active',
    assigned_to_id: null,
    priority: 'normal',
    tags: [],
    unread_count: 0,
    is_snoozed: false,
    awaiting_reply_since: at,
    ...more,
  } as Conversation;
}

const pages = (...items: Conversation[]): Parameters<typeof withConversation>[0] => ({
  pages: [{ items, next_cursor: null }],
  pageParams: [undefined],
});
const ids = (list: ReturnType<typeof pages>) => list.pages.flatMap((page) => page.items.map((item) => item.id));

describe('a conversation that changed', () => {
  const list = pages(conversation('a', 30), conversation('b', 20), conversation('c', 10));

  test('goes to the top when it is the newest', () => {
    expect(ids(withConversation(list, conversation('c', 40), true, 'recent'))).toEqual(['c', 'a', 'b']);
  });

  test('stays where it is when only its text changed', () => {
    const after = withConversation(list, conversation('b', 20, { unread_count: 3 }), true, 'recent');
    expect(ids(after)).toEqual(['a', 'b', 'c']);
    expect(after.pages[0]!.items[1]!.unread_count).toBe(3);
    expect(after.pages[0]!.items[0]).toBe(list.pages[0]!.items[0]);
  });

  test('leaves a list that it does not belong to any more', () => {
    expect(ids(withConversation(list, conversation('b', 20), false, 'recent'))).toEqual(['a', 'c']);
  });

  test('is not made up where only the server knows', () => {
    expect(ids(withConversation(list, conversation('d', 50), undefined, 'recent'))).toEqual(['a', 'b', 'c']);
  });

  test('stands where the longest wait puts it', () => {
    const waiting = pages(conversation('c', 10), conversation('b', 20), conversation('a', 30));
    expect(ids(withConversation(waiting, conversation('d', 15), true, 'waiting'))).toEqual(['c', 'd', 'b', 'a']);
  });

  test('older than everything that was fetched, it waits for its page', () => {
    const more = { pages: [{ items: [conversation('a', 30)], next_cursor: 'x' }], pageParams: [undefined] };
    expect(withConversation(more, conversation('z', 1), true, 'recent').pages[0]!.items).toHaveLength(1);
  });
});

describe('which list a conversation belongs to', () => {
  const cases: [string, Filters, Partial<Conversation>, boolean | undefined][] = [
    ['mine', { status: 'active', assigned_to: 'me' }, { assigned_to_id: 'me-id' }, true],
    ['somebody else has it', { status: 'active', assigned_to: 'me' }, { assigned_to_id: 'other' }, false],
    ['unassigned', { status: 'active', is_assigned: false }, {}, true],
    ['closed now', { status: 'active' }, { status: 'closed' }, false],
    ['snoozed now', { status: 'active' }, { is_snoozed: true }, false],
    ['among the snoozed', { status: 'active', is_snoozed: true }, { is_snoozed: true }, true],
    ['by label', { label: 'vip' }, { tags: ['vip'] }, true],
    ['mentions are the server’s to know', { mentions: 'me' }, {}, undefined],
    ['answered, so nobody waits', { sort: 'waiting' }, { awaiting_reply_since: null }, false],
  ];
  test.each(cases)('%s', (_name, filters, more, expected) => {
    expect(matches(conversation('a', 1, more), filters, 'me-id')).toBe(expected);
  });
});

describe('while the pointer is in the list', () => {
  const before = [conversation('a', 30), conversation('b', 20), conversation('c', 10)];

  test('nothing moves, and what is newer is counted', () => {
    const held = hold(before, [conversation('n', 50), conversation('c', 40), ...before.slice(0, 2)]);
    expect(held.rows.map((row) => row.id)).toEqual(['a', 'b', 'c']);
    expect(held.newer).toBe(2);
  });

  test('rows show what changed in them', () => {
    const held = hold(before, [before[0]!, conversation('b', 20, { unread_count: 5 }), before[2]!]);
    expect(held.rows[1]!.unread_count).toBe(5);
    expect(held.newer).toBe(0);
  });

  test('a row that left the list stays until the pointer goes', () => {
    expect(hold(before, before.slice(1)).rows).toHaveLength(3);
  });

  test('another page is added at the end', () => {
    expect(hold(before, [...before, conversation('d', 5)]).rows.map((row) => row.id)).toEqual(['a', 'b', 'c', 'd']);
  });
});
