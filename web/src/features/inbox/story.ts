import type { Message } from './messages';

const LIFE_MS = 24 * 3_600_000;

/**
 * How long the story of this message can still be seen, in milliseconds; 0: no more; undefined: nobody knows.
 *
 * A story lives for a day. A mention comes when it is posted. An answer comes at any time of that day: it only tells
 * when the story must be over.
 */
export function storyLeft(message: Pick<Message, 'type' | 'occurred_at'>, now: number): number | undefined {
  const left = Math.max(0, Date.parse(message.occurred_at) + LIFE_MS - now);
  return message.type === 'story_mention' || left === 0 ? left : undefined;
}
