import { expect, test } from 'vitest';
import { snoozeChoices } from './actions';
import { type Capabilities, kindOf, lengthOf } from './capabilities';
import { wantedAt } from './Suggestions';
import { filtersOf, readSearch, searchOf } from './search';

test('a slash at the beginning of a word offers canned replies, in the middle it is a slash', () => {
  expect(wantedAt('/thx', 4, 'reply')).toEqual({ sign: '/', words: 'thx', from: 0, to: 4 });
  expect(wantedAt('Hello /th', 9, 'reply')).toMatchObject({ sign: '/', words: 'th', from: 6 });
  expect(wantedAt('and/or', 6, 'reply')).toBeUndefined();
  expect(wantedAt('https://x', 9, 'reply')).toBeUndefined();
});

test('an @ offers colleagues in notes only', () => {
  expect(wantedAt('ask @mi', 7, 'note')).toMatchObject({ sign: '@', words: 'mi' });
  expect(wantedAt('ask @mi', 7, 'reply')).toBeUndefined();
});

test('a text is as long as its platform counts', () => {
  expect(lengthOf('👍🏽é', 'graphemes')).toBe(2);
  expect(lengthOf('👍🏽', 'characters')).toBe(2);
  expect(lengthOf('👍🏽', 'utf16')).toBe(4);
  expect(lengthOf('สวัสดี', 'bytes')).toBe(18);
});

const capabilities = {
  media: {
    image: { mime_types: ['image/jpeg', 'image/png'], max_bytes: 1000, max_per_message: 1 },
    file: { mime_types: ['application/pdf'], max_bytes: 5000, max_per_message: 1 },
  },
} as unknown as Capabilities;

test('only files that the platform takes are taken', () => {
  expect(kindOf('image/png', 500, capabilities)).toEqual({ kind: 'image' });
  expect(kindOf('application/pdf', 500, capabilities)).toEqual({ kind: 'file' });
  expect(kindOf('image/png', 1500, capabilities)).toEqual({ reason: 'size', limit: 1000 });
  expect(kindOf('video/mp4', 10, capabilities)).toEqual({ reason: 'type' });
});

test('next week is the coming Monday, also on a Monday and a Sunday', () => {
  for (const [day, monday] of [
    [5, 12],
    [11, 12],
    [8, 12],
  ] as const) {
    const until = snoozeChoices(new Date(2026, 0, day, 15)).find((choice) => choice.name === 'nextWeek')!.until;
    expect([until.getDate(), until.getHours()]).toEqual([monday, 9]);
  }
});

test('what the address says that nobody knows is left out', () => {
  expect(readSearch({ tab: 'mine', sort: 'by-moon', platform: 'line', channel: 7, unread: 'yes' })).toEqual({
    tab: 'mine',
    platform: 'line',
  });
});

test('a list that is kept as a view opens as the same list', () => {
  const search = { tab: 'unassigned', platform: 'whatsapp', label: 'vip', sort: 'waiting', unread: true } as const;
  expect(searchOf(filtersOf(search) as Record<string, unknown>)).toEqual(search);
  expect(searchOf(filtersOf({ tab: 'archived' }) as Record<string, unknown>)).toEqual({ tab: 'archived' });
});
