import type { QueryKey } from '@tanstack/react-query';
import { queryClient } from './queries';

/** Whether an answer is awaited that will replace everything under this key. */
export function isBeingFetched(queryKey: QueryKey): boolean {
  const query = queryClient.getQueryCache().find({ queryKey, exact: true });
  return query !== undefined && query.state.fetchStatus !== 'idle';
}

/** Comes back when no such answer is awaited any more. */
export async function untilFetched(queryKey: QueryKey): Promise<void> {
  while (isBeingFetched(queryKey)) {
    const query = queryClient.getQueryCache().find({ queryKey, exact: true });
    await query?.promise?.catch(() => undefined);
    await new Promise((done) => setTimeout(done, 0));
  }
}

interface Turn {
  isWantedAgain: boolean;
  end: Promise<void>;
}

const underWay = new Map<string, Turn>();

/**
 * Answers may overtake one another: what has the same name is fetched once at a time, and again for what came meanwhile.
 * Ends when everything that was wanted has come; fails as `fetch` fails.
 */
export function inTurn(name: string, fetch: () => Promise<void>): Promise<void> {
  const before = underWay.get(name);
  if (before) {
    before.isWantedAgain = true;
    return before.end;
  }
  const turn: Turn = { isWantedAgain: true, end: Promise.resolve() };
  underWay.set(name, turn);
  turn.end = run(turn, fetch).finally(() => underWay.delete(name));
  return turn.end;
}

async function run(turn: Turn, fetch: () => Promise<void>): Promise<void> {
  while (turn.isWantedAgain) {
    turn.isWantedAgain = false;
    await fetch();
  }
}
