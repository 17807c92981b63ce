import { ApiError, api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { meQuery, queryClient } from '@/api/queries';
import { t } from '@/i18n';
import { showError, showToast, undoWaitsFor } from '@/ui/toasts';
import { type Conversation, placeConversation, staleLists } from './lists';

type Priority = Conversation['priority'];
export type BulkAction = Schemas['BulkChange']['action'];

interface Change {
  /** What the screen shows at once. */
  patch: Partial<Conversation>;
  ask: () => Promise<Conversation | unknown>;
  /** Said when it is done; with a way back when there is one. */
  said?: string;
  undo?: () => void;
}

const at = (id: string) => ({ params: { path: { conversation_id: id } } });

/** Shows a change at once, asks the server for it, and takes it back with the server's sentence when it says no. */
function change(conversation: Conversation, wanted: Change): Promise<void> {
  const changed = carryOut(conversation, wanted);
  undoWaitsFor(changed);
  return changed;
}

async function carryOut(conversation: Conversation, { patch, ask, said, undo }: Change): Promise<void> {
  placeConversation({ ...conversation, ...patch });
  try {
    const answer = await ask();
    if (isConversation(answer)) placeConversation(answer);
    if (said) showToast(said, undo);
  } catch (problem) {
    placeConversation(conversation);
    showError(problem);
  } finally {
    void queryClient.invalidateQueries({ queryKey: keys.counts });
  }
}

function isConversation(answer: unknown): answer is Conversation {
  return typeof answer === 'object' && answer !== null && 'handover' in answer && 'contact_id' in answer;
}

/** As it is now, not as it was when somebody pressed a key six seconds ago. */
function current(conversation: Conversation): Conversation {
  return queryClient.getQueryData<Conversation>(keys.conversation(conversation.id)) ?? conversation;
}

export function assign(conversation: Conversation, userId: string | null, name?: string): Promise<void> {
  const before = conversation.assigned_to_id;
  const body = userId ? { assigned_to: userId } : { is_unassigned: true };
  return change(conversation, {
    patch: { assigned_to_id: userId },
    ask: () =>
      unwrap(api.PATCH('/api/v1/conversations/{conversation_id}', { ...at(conversation.id), body: patch(body) })),
    said: userId ? t('inbox.done.assigned', { name: name ?? '' }) : t('inbox.done.unassigned'),
    undo: () => void assign(current(conversation), before),
  });
}

export function assignToMe(conversation: Conversation): Promise<void> {
  const me = queryClient.getQueryData(meQuery.queryKey)?.user;
  return me ? assign(conversation, me.id, me.name) : Promise.resolve();
}

export function setPriority(conversation: Conversation, priority: Priority): Promise<void> {
  const before = conversation.priority;
  return change(conversation, {
    patch: { priority },
    ask: () =>
      unwrap(
        api.PATCH('/api/v1/conversations/{conversation_id}', { ...at(conversation.id), body: patch({ priority }) }),
      ),
    said: t('inbox.done.priority', { priority: t(`inbox.priority.${priority}`) }),
    undo: () => void setPriority(current(conversation), before),
  });
}

function patch(given: Partial<Schemas['ConversationChange']>): Schemas['ConversationChange'] {
  return given as Schemas['ConversationChange'];
}

export function resolve(conversation: Conversation): Promise<void> {
  return change(conversation, {
    patch: { status: 'closed' },
    ask: () => unwrap(api.POST('/api/v1/conversations/{conversation_id}/close', at(conversation.id))),
    said: t('inbox.done.resolved'),
    undo: () => void reopen(current(conversation)),
  });
}

export function reopen(conversation: Conversation): Promise<void> {
  return change(conversation, {
    patch: { status: 'active' },
    ask: () => unwrap(api.POST('/api/v1/conversations/{conversation_id}/reopen', at(conversation.id))),
  });
}

export function archive(conversation: Conversation): Promise<void> {
  return change(conversation, {
    patch: { status: 'archived' },
    ask: () => unwrap(api.POST('/api/v1/conversations/{conversation_id}/archive', at(conversation.id))),
    said: t('inbox.done.archived'),
    undo: () => void reopen(current(conversation)),
  });
}

export function snooze(conversation: Conversation, until: Date | null): Promise<void> {
  const body = until ? { until: until.toISOString() } : { until_reply: true };
  return change(conversation, {
    patch: { is_snoozed: true, snoozed_until: until?.toISOString() ?? null },
    ask: () =>
      unwrap(
        api.POST('/api/v1/conversations/{conversation_id}/snooze', {
          ...at(conversation.id),
          body: body as Schemas['SnoozeIn'],
        }),
      ),
    said: t('inbox.done.snoozed'),
    undo: () => void unsnooze(current(conversation)),
  });
}

export function unsnooze(conversation: Conversation): Promise<void> {
  return change(conversation, {
    patch: { is_snoozed: false, snoozed_until: null },
    ask: () => unwrap(api.POST('/api/v1/conversations/{conversation_id}/unsnooze', at(conversation.id))),
  });
}

export function changeTags(conversation: Conversation, add: string[], remove: string[]): Promise<void> {
  const kept = conversation.tags.filter((tag) => !remove.includes(tag));
  return change(conversation, {
    patch: { tags: [...new Set([...kept, ...add])] },
    ask: () =>
      unwrap(
        api.POST('/api/v1/conversations/{conversation_id}/tags', { ...at(conversation.id), body: { add, remove } }),
      ),
  });
}

export function markUnread(conversation: Conversation): Promise<void> {
  return change(conversation, {
    patch: { unread_count: Math.max(1, conversation.unread_count) },
    ask: () => unwrap(api.POST('/api/v1/conversations/{conversation_id}/unread', at(conversation.id))),
    said: t('inbox.done.unread'),
    undo: () => void markRead(current(conversation)),
  });
}

/** Nobody asked for it, so nothing is said about it; the customer sees it where the platform can show it. */
export async function markRead(conversation: Conversation): Promise<void> {
  if (conversation.unread_count === 0) return;
  placeConversation({ ...conversation, unread_count: 0 });
  const read = api.POST('/api/v1/conversations/{conversation_id}/read', { ...at(conversation.id), body: null });
  await Promise.allSettled([
    unwrap(read),
    unwrap(api.POST('/api/v1/conversations/{conversation_id}/seen', at(conversation.id))),
  ]);
}

/** The same change to many. What could not be done is told, and stays as it was. */
export async function changeMany(ids: string[], action: BulkAction, value: string | null = null): Promise<void> {
  try {
    const body = { ids, action, value };
    const { items } = await unwrap(api.POST('/api/v1/conversations/bulk', { body }));
    const failed = items.filter((item) => !item.is_ok);
    showToast(t('inbox.done.many', { count: items.length - failed.length }));
    const reason = failed[0]?.error;
    if (reason) showError(new ApiError(0, reason.code, reason.sentence));
  } catch (problem) {
    showError(problem);
  } finally {
    staleLists();
    void queryClient.invalidateQueries({ queryKey: keys.counts });
  }
}

/** Moments that people mean: later today, tomorrow morning, next Monday morning. */
export function snoozeChoices(now: Date): { name: 'laterToday' | 'tomorrow' | 'nextWeek'; until: Date }[] {
  const later = new Date(now.getTime() + 3 * 3_600_000);
  const daysToMonday = (8 - now.getDay()) % 7 || 7;
  return [
    { name: 'laterToday', until: later },
    { name: 'tomorrow', until: morning(now, 1) },
    { name: 'nextWeek', until: morning(now, daysToMonday) },
  ];
}

function morning(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 9);
}
