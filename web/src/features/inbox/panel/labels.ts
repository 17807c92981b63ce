import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queries';
import { t } from '@/i18n';
import { showError, showToast } from '@/ui/toasts';
import { changeTags } from '../actions';
import type { Conversation } from '../lists';

/** Colours that can be told apart, in light and in dark. */
const COLORS = ['#1971c2', '#2f9e44', '#e8590c', '#9c36b5', '#e03131', '#0c8599', '#f08c00', '#6741d9'];

function current(conversation: Conversation): Conversation {
  return queryClient.getQueryData<Conversation>(keys.conversation(conversation.id)) ?? conversation;
}

export async function addLabel(conversation: Conversation, name: string): Promise<void> {
  await changeTags(current(conversation), [name], []);
  if (!current(conversation).tags.includes(name)) return;
  showToast(t('panel.done.labelAdded', { name }), () => void removeLabel(conversation, name));
}

export async function removeLabel(conversation: Conversation, name: string): Promise<void> {
  await changeTags(current(conversation), [], [name]);
  if (current(conversation).tags.includes(name)) return;
  showToast(t('panel.done.labelRemoved', { name }), () => void addLabel(conversation, name));
}

/** A label that nobody had before, in the next colour. */
export async function createLabel(conversation: Conversation, name: string, count: number): Promise<void> {
  try {
    const body = { name, color: COLORS[count % COLORS.length]!, description: '' };
    await unwrap(api.POST('/api/v1/labels', { body }));
    await queryClient.invalidateQueries({ queryKey: keys.labels });
  } catch (problem) {
    showError(problem);
    return;
  }
  await addLabel(conversation, name);
}
