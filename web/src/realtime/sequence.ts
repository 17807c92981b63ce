/** One change that somebody made, as the server tells it: ids, never a message's text. */
export interface ScreenEvent {
  seq: number;
  created_at: string;
  kind: string;
  subject_id: string;
  conversation_id: string | null;
  data: Record<string, unknown>;
}

export interface Batch {
  events: ScreenEvent[];
  last_seq: number;
}

export interface Taken {
  /** Events that were not applied before, in order. */
  fresh: ScreenEvent[];
  /** The number to remember, and to ask `since` from after a break. */
  lastSeq: number;
  /** Numbers are missing between what we have and this batch: ask the server since `lastSeq`, apply nothing. */
  hasGap: boolean;
}

/**
 * What of a batch is new. `lastSeq` is undefined before the first batch: then everything counts as known already,
 * because screens fetch after it came.
 */
export function take(lastSeq: number | undefined, batch: Batch): Taken {
  if (lastSeq === undefined) return { fresh: [], lastSeq: batch.last_seq, hasGap: false };
  const fresh = inOrder(batch.events.filter((event) => event.seq > lastSeq));
  let expected = lastSeq + 1;
  for (const event of fresh) {
    if (event.seq !== expected) return { fresh: [], lastSeq, hasGap: true };
    expected += 1;
  }
  const reached = expected - 1;
  if (batch.last_seq > reached) return { fresh: [], lastSeq, hasGap: true };
  return { fresh, lastSeq: reached, hasGap: false };
}

function inOrder(events: ScreenEvent[]): ScreenEvent[] {
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}
