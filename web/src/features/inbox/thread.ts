import type { Schemas } from '@/api/client';
import { startOfDay } from '@/ui/time';
import type { Message } from './messages';
import type { Outgoing } from './outgoing';

export type Note = Schemas['Note'];
export type ActivityLine = Schemas['ActivityLine'];

/** One line of the thread. `isFirst` and `isLast`: of a group by one author within three minutes. */
export type Item =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'unread'; key: string; at: number }
  | { kind: 'message'; key: string; at: number; message: Message; isFirst: boolean; isLast: boolean }
  | { kind: 'note'; key: string; at: number; note: Note }
  | { kind: 'activity'; key: string; at: number; line: ActivityLine; more: number }
  | { kind: 'outgoing'; key: string; at: number; entry: Outgoing };

const GROUP_MS = 3 * 60_000;

interface Sources {
  /** Oldest first, as the server orders them. */
  messages: readonly Message[];
  notes: readonly Note[];
  activity: readonly ActivityLine[];
  outgoing: readonly Outgoing[];
  /** Older messages exist that are not fetched: lines from before the first one would stand in the wrong place. */
  hasOlder: boolean;
  /** Where the reader was when the conversation was opened. */
  readThrough: number | undefined;
}

/** Messages, notes and what happened, as one thread. */
export function buildThread({ messages, notes, activity, outgoing, hasOlder, readThrough }: Sources): Item[] {
  const shown = messages.filter((message) => message.type !== 'reaction' && message.visibility !== 'deleted');
  const first = shown[0] ? Date.parse(shown[0].occurred_at) : Number.POSITIVE_INFINITY;
  const from = hasOlder ? first : Number.NEGATIVE_INFINITY;
  const beside = [...notes.map(noteItem), ...joinedActivity(activity)]
    .filter((item) => item.at >= from)
    .sort((one, other) => one.at - other.at);
  const merged = merge(shown.map(messageItem), beside);
  return [...withMarks(grouped(merged), readThrough, hasOlder), ...unconfirmed(messages, outgoing)];
}

type MessageItem = Extract<Item, { kind: 'message' }>;
type Beside = Extract<Item, { kind: 'note' | 'activity' }>;

function messageItem(message: Message): MessageItem {
  const at = Date.parse(message.occurred_at);
  return { kind: 'message', key: message.client_id ?? message.id, at, message, isFirst: true, isLast: true };
}

function noteItem(note: Note): Beside {
  return { kind: 'note', key: note.id, at: Date.parse(note.created_at), note };
}

/** The same thing done again and again by the same one is one line. */
function joinedActivity(lines: readonly ActivityLine[]): Beside[] {
  const joined: Extract<Item, { kind: 'activity' }>[] = [];
  const inOrder = lines.map((line) => ({ line, at: Date.parse(line.at) })).sort((one, other) => one.at - other.at);
  for (const { line, at } of inOrder) {
    const before = joined.at(-1);
    const isSame =
      before?.line.kind === line.kind && before.line.actor.id === line.actor.id && at - before.at < GROUP_MS;
    if (before && isSame) joined[joined.length - 1] = { ...before, at, line, more: before.more + 1 };
    else joined.push({ kind: 'activity', key: line.id, at, line, more: 0 });
  }
  return joined;
}

/** Messages keep the server's order, whatever their clocks say; the rest goes between them by time. */
function merge(messages: readonly MessageItem[], beside: readonly Beside[]): Item[] {
  const merged: Item[] = [];
  let next = 0;
  for (const message of messages) {
    while (next < beside.length && beside[next]!.at < message.at) merged.push(beside[next++]!);
    merged.push(message);
  }
  return [...merged, ...beside.slice(next)];
}

function grouped(items: Item[]): Item[] {
  return items.map((item, place) => {
    if (item.kind !== 'message') return item;
    return { ...item, isFirst: !isOneGroup(items[place - 1], item), isLast: !isOneGroup(item, items[place + 1]) };
  });
}

function isOneGroup(one: Item | undefined, other: Item | undefined): boolean {
  if (one?.kind !== 'message' || other?.kind !== 'message') return false;
  return authorOf(one.message) === authorOf(other.message) && Math.abs(other.at - one.at) < GROUP_MS;
}

function authorOf(message: Message): string {
  return `${message.direction} ${message.author_type} ${message.author_user_id ?? message.contact_id} ${message.author_name}`;
}

/**
 * Lines for days and for what is new. Where older messages follow, the first item is a message: a line that is still the
 * first one when they are there would keep the reader's place at the start.
 */
function withMarks(items: Item[], readThrough: number | undefined, hasOlder: boolean): Item[] {
  const marked: Item[] = [];
  let day = hasOlder && items[0] ? startOfDay(items[0].at) : undefined;
  let isMarked = readThrough === undefined;
  for (const item of items) {
    const itsDay = startOfDay(item.at);
    if (itsDay !== day) marked.push({ kind: 'day', key: `day-${itsDay}`, at: itsDay });
    day = itsDay;
    const isUnread = item.kind === 'message' && item.message.direction === 'inbound' && item.at > (readThrough ?? 0);
    const isFirst = hasOlder && marked.length === 0;
    if (!isMarked && isUnread && !isFirst) marked.push({ kind: 'unread', key: 'unread', at: item.at });
    isMarked ||= isUnread;
    marked.push(item);
  }
  return marked;
}

/** What the server has not confirmed. As soon as the message itself is there, it stands alone. */
function unconfirmed(messages: readonly Message[], outgoing: readonly Outgoing[]): Item[] {
  const known = new Set(messages.map((message) => message.client_id));
  return outgoing
    .filter((entry) => !known.has(entry.client_id))
    .map((entry) => ({ kind: 'outgoing', key: entry.client_id, at: Date.parse(entry.created_at), entry }));
}
