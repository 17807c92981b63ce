import { ApiError, api, type Schemas, Unreachable, unwrap } from '@/api/client';
import { meQuery, queryClient } from '@/api/queries';
import { isConnected } from '@/realtime/socket';
import { makeStore, makeStoredStore } from '@/ui/store';
import { insertSent } from './messages';

export type Draft = Partial<Schemas['SendMessage']> & { client_id: string };

/** A reply that the server has not confirmed yet. It is shown at once, and gives way to the message that it becomes. */
export interface Outgoing {
  client_id: string;
  conversation_id: string;
  user_id: string;
  created_at: string;
  draft: Draft;
  /** `waiting`: no connection; it goes out by itself. `refused`: the server said why, a person decides. */
  state: 'sending' | 'waiting' | 'refused';
  error?: { code: string; sentence: string; details: Record<string, unknown> };
}

const RETRY_MS = 10_000;

export const outgoing = makeStoredStore<Outgoing[]>('hubbub.outgoing', []);
/** Replies that wait for a connection. */
export const unsentCount = makeStore(0);
outgoing.listen(countUnsent);

function countUnsent(): void {
  unsentCount.set(outgoing.get().filter((one) => one.state === 'waiting').length);
}

/** Shows a reply and sends it. Resolves when the server took it, refused it, or could not be reached. */
export async function send(
  conversationId: string,
  draft: Omit<Draft, 'client_id'>,
): Promise<Outgoing['state'] | 'sent'> {
  const client_id = crypto.randomUUID();
  const entry: Outgoing = {
    client_id,
    conversation_id: conversationId,
    user_id: queryClient.getQueryData(meQuery.queryKey)?.user?.id ?? '',
    created_at: new Date().toISOString(),
    draft: { ...draft, client_id },
    state: 'sending',
  };
  outgoing.set((before) => [...before, entry]);
  return deliver(entry);
}

/** Sends a refused one again, perhaps changed: confirmed by a person, say. */
export function sendAgain(entry: Outgoing, change: Partial<Draft> = {}): Promise<Outgoing['state'] | 'sent'> {
  const next: Outgoing = { ...entry, draft: { ...entry.draft, ...change }, state: 'sending', error: undefined };
  replace(next);
  return deliver(next);
}

export function forget(clientId: string): void {
  outgoing.set((before) => before.filter((one) => one.client_id !== clientId));
}

async function deliver(entry: Outgoing): Promise<Outgoing['state'] | 'sent'> {
  const params = { path: { conversation_id: entry.conversation_id } };
  const body = entry.draft as Schemas['SendMessage'];
  try {
    const message = await unwrap(api.POST('/api/v1/conversations/{conversation_id}/messages', { params, body }));
    insertSent(message);
    forget(entry.client_id);
    return 'sent';
  } catch (problem) {
    const next = problem instanceof Unreachable ? waiting(entry) : refused(entry, problem);
    replace(next);
    return next.state;
  }
}

function waiting(entry: Outgoing): Outgoing {
  return { ...entry, state: 'waiting' };
}

function refused(entry: Outgoing, problem: unknown): Outgoing {
  const known = problem instanceof ApiError ? problem : new ApiError(0, 'unknown', String(problem));
  if (known.status >= 500) return waiting(entry);
  const { code, message: sentence, details } = known;
  return { ...entry, state: 'refused', error: { code, sentence, details } };
}

function replace(next: Outgoing): void {
  outgoing.set((before) => before.map((one) => (one.client_id === next.client_id ? next : one)));
}

let isFlushing = false;

/** Sends what waits, in order. The server knows each by its client_id: twice is once. */
async function flush(): Promise<void> {
  const me = queryClient.getQueryData(meQuery.queryKey)?.user?.id;
  if (isFlushing || !me || !navigator.onLine) return;
  isFlushing = true;
  try {
    for (const entry of outgoing.get().filter((one) => one.state === 'waiting' && one.user_id === me)) {
      if ((await deliver(entry)) === 'waiting') break;
    }
  } finally {
    isFlushing = false;
  }
}

/** What was under way when the page was closed is waiting now. */
export function resumeSending(): () => void {
  outgoing.set((before) => before.map((one) => (one.state === 'sending' ? waiting(one) : one)));
  countUnsent();
  const forgetSocket = isConnected.listen(() => isConnected.get() && void flush());
  const onOnline = () => void flush();
  window.addEventListener('online', onOnline);
  const timer = setInterval(onOnline, RETRY_MS);
  void flush();
  return () => {
    forgetSocket();
    window.removeEventListener('online', onOnline);
    clearInterval(timer);
  };
}
