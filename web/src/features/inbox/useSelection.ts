import { useCallback, useRef, useState } from 'react';
import type { Conversation } from './lists';

const MOST = 200;

/** Which conversations are ticked; with Shift, everything between the last one and this one. */
export function useSelection(rows: readonly Conversation[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string | undefined>(undefined);
  const latest = useRef(rows);
  latest.current = rows;
  const toggle = useCallback((id: string, isRange: boolean) => {
    const from = last.current;
    last.current = id;
    setIds((before) => {
      if (isRange && from) return new Set([...before, ...between(latest.current, from, id)].slice(0, MOST));
      const after = new Set(before);
      if (!after.delete(id) && after.size < MOST) after.add(id);
      return after;
    });
  }, []);
  const clear = useCallback(() => setIds(new Set()), []);
  return { ids, toggle, clear };
}

function between(rows: readonly Conversation[], one: string, other: string): string[] {
  const places = [one, other].map((id) => rows.findIndex((row) => row.id === id)).sort((a, b) => a - b);
  return rows.slice(Math.max(0, places[0]!), places[1]! + 1).map((row) => row.id);
}
