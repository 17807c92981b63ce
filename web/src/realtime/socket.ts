import type { Socket } from 'socket.io-client';
import { signIn } from '@/api/client';
import { makeStore } from '@/ui/store';
import { refresh, refreshAll, refreshFailed } from './refresh';
import { type Batch, take } from './sequence';

export interface Viewer {
  user_id: string;
  name: string;
  is_typing: boolean;
  kind: 'reply' | 'note' | null;
}

/** Whether changes arrive by themselves; undefined until the first attempt ended. */
export const isConnected = makeStore<boolean | undefined>(undefined);
/** Who looks at the conversation that we look at. */
export const presence = makeStore<{ conversation_id: string; people: Viewer[] } | undefined>(undefined);
export const online = makeStore<ReadonlySet<string>>(new Set());

let socket: Socket | undefined;
let lastSeq: number | undefined;
let viewed: string | null = null;
let telling: number | undefined;
let isRepairing = false;

const AGAIN_MS = 1000;
/** From one conversation to another is one thing to tell, and it can wait until the screen stands. */
const VIEWING_MS = 50;

let isBegun = false;

export async function connect(): Promise<void> {
  if (isBegun) return;
  isBegun = true;
  // The screen comes first.
  const { io } = await import('socket.io-client');
  socket = io({
    transports: ['websocket'],
    reconnectionDelay: 300,
    reconnectionDelayMax: 5000,
    auth: (tell) => tell(lastSeq === undefined ? {} : { since: lastSeq }),
  });
  socket.on('connect', () => {
    isConnected.set(true);
    if (viewed) say('viewing', { conversation_id: viewed });
    refreshFailed();
  });
  socket.on('disconnect', (reason) => {
    isConnected.set(false);
    presence.set(undefined);
    // The server ended it: it restarts, or nobody is signed in any more. Only coming again tells which.
    if (reason === 'io server disconnect') setTimeout(() => socket?.connect(), AGAIN_MS * (1 + Math.random()));
  });
  socket.on('connect_error', (problem: Error & { data?: { code?: string } }) => {
    isConnected.set(false);
    if (problem.data?.code === 'unauthenticated') signIn();
  });
  socket.on('events', onBatch);
  socket.on('reset', (frame: { last_seq: number }) => {
    lastSeq = frame.last_seq;
    void refreshAll();
  });
  socket.on('presence', presence.set);
  socket.on('online', (frame: { users: { user_id: string }[] }) => {
    online.set(new Set(frame.users.map((user) => user.user_id)));
  });
}

function onBatch(batch: Batch): void {
  const isFirst = lastSeq === undefined;
  const taken = take(lastSeq, batch);
  lastSeq = taken.lastSeq;
  if (isFirst) void refreshAll();
  else if (taken.hasGap) void repair();
  else if (taken.fresh.length > 0) refresh(taken.fresh);
}

/** Asks for what was missed; while it is under way, further gaps are part of the same answer. */
async function repair(): Promise<void> {
  if (isRepairing || !socket) return;
  isRepairing = true;
  try {
    const answer = await socket.timeout(8000).emitWithAck('since', { seq: lastSeq });
    if (answer.is_reset) {
      lastSeq = answer.last_seq;
      await refreshAll();
    } else if (!answer.error) {
      const taken = take(lastSeq, answer);
      lastSeq = taken.hasGap ? answer.last_seq : taken.lastSeq;
      if (taken.hasGap) await refreshAll();
      else refresh(taken.fresh);
    }
  } catch {
    // The connection broke: the next one begins with `since`.
  } finally {
    isRepairing = false;
  }
}

function say(name: string, content: object): void {
  if (socket?.connected) socket.emit(name, content, () => undefined);
}

/** Tells colleagues which conversation is on this screen. */
export function view(conversationId: string | null): void {
  viewed = conversationId;
  presence.set(undefined);
  telling ??= window.setTimeout(() => {
    telling = undefined;
    say('viewing', { conversation_id: viewed });
  }, VIEWING_MS);
}

export function sayTyping(conversationId: string, isTyping: boolean, kind: 'reply' | 'note'): void {
  say('typing', { conversation_id: conversationId, is_typing: isTyping, kind });
}
