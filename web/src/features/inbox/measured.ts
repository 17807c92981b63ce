import type { Rect, VirtualItem, Virtualizer } from '@tanstack/react-virtual';
import { useEffect } from 'react';

const MOST = 60;

interface Measured {
  items: VirtualItem[];
  width: number;
}

/** How high the lines of threads were that were on the screen before, so that the next time they stand at once. */
const known = new Map<string, Measured>();
/** The room that the last thread had; the next one most likely has the same. */
let room: Rect = { width: 0, height: 0 };

/** What a virtualizer begins with: lines where they were, and the newest in sight. */
export function measuredBefore(id: string, padding: number) {
  const before = known.get(id);
  if (!before || before.width !== room.width) return { initialRect: room };
  const end = (before.items.at(-1)?.end ?? 0) + padding;
  return {
    initialRect: room,
    initialMeasurementsCache: before.items,
    initialOffset: Math.max(0, end - room.height),
  };
}

/** Keeps the heights when the thread leaves the screen. */
export function useKeptMeasures(id: string, virtual: Virtualizer<HTMLDivElement, Element>): void {
  useEffect(
    () => () => {
      if (!virtual.scrollRect) return;
      room = virtual.scrollRect;
      known.delete(id);
      known.set(id, { items: virtual.takeSnapshot(), width: room.width });
      const oldest = known.keys().next().value;
      if (known.size > MOST && oldest !== undefined) known.delete(oldest);
    },
    [id, virtual],
  );
}
