import { describe, expect, test } from 'vitest';
import { keys } from '@/api/keys';
import { planOf } from './plan';
import { type ScreenEvent, take } from './sequence';

function event(
  seq: number,
  kind = 'conversation.changed',
  subject = 'c1',
  conversation: string | null = 'c1',
): ScreenEvent {
  return {
    seq,
    kind,
    subject_id: subject,
    conversation_id: conversation,
    created_at: '2026-01-01T00:00:00Z',
    data: {},
  };
}

const numbers = (events: ScreenEvent[]) => events.map((one) => one.seq);

describe('what of a batch is new', () => {
  test('the first batch is only remembered: the screen fetches after it', () => {
    expect(take(undefined, { events: [event(7)], last_seq: 7 })).toEqual({ fresh: [], lastSeq: 7, hasGap: false });
  });

  test('events come in order, each once, however they arrive', () => {
    const taken = take(4, { events: [event(6), event(5), event(6), event(3)], last_seq: 6 });
    expect(numbers(taken.fresh)).toEqual([5, 6]);
    expect(taken.lastSeq).toBe(6);
  });

  test('a batch that was applied already changes nothing', () => {
    expect(take(9, { events: [event(8), event(9)], last_seq: 9 })).toEqual({ fresh: [], lastSeq: 9, hasGap: false });
  });

  test('a missing number is a gap, and nothing after it is applied', () => {
    expect(take(4, { events: [event(5), event(7)], last_seq: 7 })).toEqual({ fresh: [], lastSeq: 4, hasGap: true });
  });

  test('a batch that ends before its own last number is a gap', () => {
    expect(take(4, { events: [event(5)], last_seq: 8 }).hasGap).toBe(true);
  });

  test('an empty batch after a reconnect in which nothing happened is no gap', () => {
    expect(take(4, { events: [], last_seq: 4 })).toEqual({ fresh: [], lastSeq: 4, hasGap: false });
  });

  test('any way of cutting, repeating and mixing the same events leads to the same end', () => {
    const all = Array.from({ length: 40 }, (_, place) => event(place + 1));
    let lastSeq: number | undefined = 0;
    const applied: number[] = [];
    let random = 12345;
    while (lastSeq < 40) {
      random = (random * 1103515245 + 12345) % 2147483648;
      const from: number = Math.max(0, lastSeq - (random % 5));
      const to: number = Math.min(40, from + 1 + (random % 9));
      const cut: ScreenEvent[] = all.slice(from, to).reverse();
      const taken = take(lastSeq, { events: cut, last_seq: to });
      applied.push(...numbers(taken.fresh));
      lastSeq = taken.lastSeq;
    }
    expect(applied).toEqual(all.map((one) => one.seq));
  });
});

describe('what has to be fetched again', () => {
  test('a conversation that changed ten times is fetched once', () => {
    const plan = planOf(Array.from({ length: 10 }, (_, place) => event(place)));
    expect([...plan.conversations]).toEqual(['c1']);
    expect(plan.isCountStale).toBe(true);
    expect(plan.stale.filter((key) => key[0] === 'ways')).toHaveLength(1);
  });

  test('a message that was made and changed at once counts as made', () => {
    const plan = planOf([
      event(1, 'message.created', 'm1'),
      event(2, 'message.changed', 'm1'),
      event(3, 'message.changed', 'm2'),
    ]);
    expect([...plan.created.get('c1')!]).toEqual(['m1']);
    expect([...plan.changed.get('c1')!]).toEqual(['m2']);
  });

  test('a note makes the notes of its conversation stale, and nothing else', () => {
    const plan = planOf([event(1, 'note.created', 'n1')]);
    expect(plan.stale).toEqual([keys.notes('c1')]);
    expect(plan.conversations.size).toBe(0);
  });

  test('a contact is fetched again, and so is whatever shows its name', () => {
    const plan = planOf([event(1, 'contact.changed', 'p1', null)]);
    expect(plan.stale).toEqual([keys.contact('p1')]);
    expect([...plan.contacts]).toEqual(['p1']);
  });

  test('a kind that this version does not know is passed over', () => {
    const plan = planOf([event(1, 'moon.landed', 'x', null)]);
    expect(plan.stale).toEqual([]);
  });
});
