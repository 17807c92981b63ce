import type { QueryKey } from '@tanstack/react-query';
import { keys } from '@/api/keys';
import type { ScreenEvent } from './sequence';

/** What has to be fetched again after some events: each thing once, however often it changed. */
export interface Plan {
  conversations: Set<string>;
  /** People whose conversations show something of them. */
  contacts: Set<string>;
  /** Conversation → messages that are new there. */
  created: Map<string, Set<string>>;
  /** Conversation → messages that changed there. */
  changed: Map<string, Set<string>>;
  /** Answers that are stale as a whole. */
  stale: QueryKey[];
  isCountStale: boolean;
}

/** Kinds whose subject is not a message or a conversation → the answers that they make stale. */
const STALE: Record<string, (event: ScreenEvent) => QueryKey[]> = {
  'channel.changed': (event) => [keys.channels, keys.channel(event.subject_id), keys.capabilities(event.subject_id)],
  'contact.changed': (event) => [keys.contact(event.subject_id)],
  'template.changed': () => [['templates']],
  'team.changed': () => [keys.teams],
  'label.changed': () => [keys.labels],
  'view.changed': () => [keys.views],
  'canned_reply.changed': () => [keys.cannedReplies],
  'working_hours.changed': () => [keys.workingHours],
  'member.changed': () => [keys.members, keys.me],
  'flow.changed': () => [['flows']],
  'lead.changed': () => [['leads']],
  'processing.changed': () => [['processing']],
  'note.created': (event) => ofConversation(event, keys.notes),
  'note.changed': (event) => ofConversation(event, keys.notes),
  'scheduled.changed': (event) => ofConversation(event, keys.scheduled),
};

function ofConversation(event: ScreenEvent, key: (id: string) => QueryKey): QueryKey[] {
  return event.conversation_id ? [key(event.conversation_id)] : [];
}

export function planOf(events: readonly ScreenEvent[]): Plan {
  const plan: Plan = {
    conversations: new Set(),
    contacts: new Set(),
    created: new Map(),
    changed: new Map(),
    stale: [],
    isCountStale: false,
  };
  const stale = new Map<string, QueryKey>();
  for (const event of events) {
    if (event.kind.startsWith('conversation.')) addConversation(plan, event, stale);
    else if (event.kind === 'message.created') addMessage(plan.created, event);
    else if (event.kind === 'message.changed') addMessage(plan.changed, event);
    else if (event.kind === 'mention.changed') plan.isCountStale = true;
    else if (event.kind === 'contact.changed') plan.contacts.add(event.subject_id);
    for (const key of STALE[event.kind]?.(event) ?? []) stale.set(JSON.stringify(key), key);
  }
  for (const [conversation, messages] of plan.created)
    for (const id of messages) plan.changed.get(conversation)?.delete(id);
  plan.stale = [...stale.values()];
  return plan;
}

function addConversation(plan: Plan, event: ScreenEvent, stale: Map<string, QueryKey>): void {
  const id = event.conversation_id ?? event.subject_id;
  plan.conversations.add(id);
  plan.isCountStale = true;
  for (const key of [keys.ways(id), keys.activity(id), keys.run(id)]) stale.set(JSON.stringify(key), key);
}

function addMessage(into: Map<string, Set<string>>, event: ScreenEvent): void {
  const conversation = event.conversation_id;
  if (!conversation) return;
  const messages = into.get(conversation) ?? new Set();
  messages.add(event.subject_id);
  into.set(conversation, messages);
}
