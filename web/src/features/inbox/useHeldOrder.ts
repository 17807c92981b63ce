import { useRef } from 'react';
import type { Conversation } from './lists';

export interface Held {
  rows: Conversation[];
  /** Conversations that belong further up than they stand, or do not stand there yet. */
  newer: number;
}

/** While held, every row stays where it is: nothing moves under the pointer. More may be added at the end. */
export function useHeldOrder(items: readonly Conversation[], isHeld: boolean): Held {
  const shown = useRef<Conversation[]>([]);
  const held = isHeld ? hold(shown.current, items) : { rows: [...items], newer: 0 };
  shown.current = held.rows;
  return held;
}

export function hold(before: readonly Conversation[], items: readonly Conversation[]): Held {
  if (before.length === 0) return { rows: [...items], newer: 0 };
  const now = new Map(items.map((item) => [item.id, item]));
  const stood = new Set(before.map((row) => row.id));
  const last = Math.max(-1, ...items.flatMap((item, place) => (stood.has(item.id) ? [place] : [])));
  const added = items.slice(last + 1);
  const rows = [...before.map((row) => now.get(row.id) ?? row), ...added];
  const above = items.slice(0, last + 1);
  const isNew = above.filter((item) => !stood.has(item.id)).length;
  return { rows, newer: isNew + moved(above, before) };
}

/** How many stand higher among the others now than they are shown. */
function moved(items: readonly Conversation[], before: readonly Conversation[]): number {
  const place = new Map(before.map((row, number) => [row.id, number]));
  let lowest = Number.POSITIVE_INFINITY;
  let count = 0;
  for (const item of items.toReversed()) {
    const was = place.get(item.id);
    if (was === undefined) continue;
    if (was > lowest) count += 1;
    else lowest = was;
  }
  return count;
}
