import { expect, test } from 'vitest';
import { storyLeft } from './story';

const HOUR = 3_600_000;
const POSTED = Date.parse('2026-03-01T10:00:00Z');
const occurred_at = new Date(POSTED).toISOString();

test('a mention tells how long its story lives', () => {
  const mention = { type: 'story_mention', occurred_at };
  expect(storyLeft(mention, POSTED + HOUR)).toBe(23 * HOUR);
  expect(storyLeft(mention, POSTED + 25 * HOUR)).toBe(0);
});

test('an answer tells only when its story must be over', () => {
  const answer = { type: 'story_reply', occurred_at };
  expect(storyLeft(answer, POSTED + HOUR)).toBeUndefined();
  expect(storyLeft(answer, POSTED + 24 * HOUR)).toBe(0);
});
