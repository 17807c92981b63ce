import { expect, test } from 'vitest';
import { answeringOf, type Way } from './ways';

const now = Date.UTC(2026, 0, 1, 12);
const way = (name: Way['way'], minutes: number | null): Way => ({
  way: name,
  tag: null,
  closes_at: minutes === null ? null : new Date(now + minutes * 60_000).toISOString(),
});

test('a free reply comes before everything else', () => {
  const ways = [way('template', null), way('human_agent', 500), way('reply', 30)];
  expect(answeringOf(ways, now)).toEqual({ kind: 'free', closesAt: now + 30 * 60_000 });
});

test('in the minute in which the window ends, a person may still answer for a week', () => {
  const ways = [way('reply', 0), way('human_agent', 500)];
  expect(answeringOf(ways, now).kind).toBe('human_agent');
});

test('after everything has ended only a template is left', () => {
  expect(answeringOf([way('reply', -5), way('human_agent', -1), way('template', null)], now).kind).toBe('template');
});

test('without an end a reply is always possible', () => {
  expect(answeringOf([way('reply', null)], now)).toEqual({ kind: 'free', closesAt: undefined });
});

test('a comment is answered in public, and privately where that is possible', () => {
  expect(answeringOf([way('comment_reply', null), way('private_reply', 60)], now)).toEqual({
    kind: 'comment',
    canPrivately: true,
  });
});

test('where nothing is possible, nothing is offered', () => {
  expect(answeringOf([], now)).toEqual({ kind: 'none' });
});
