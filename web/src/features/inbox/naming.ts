import { t } from '@/i18n';
import type { Conversation } from './lists';

const WINDOW_MS = 24 * 3_600_000;

/** What a conversation is called: the group's title, else the person, else what we know of it. */
export function nameOf(conversation: Conversation): string {
  return (conversation.type !== 'private' && conversation.title) || conversation.contact_name || t('inbox.nameless');
}

/** When a free reply ends, as far as a list needs to know; the composer asks the server. */
export function windowClosesAt(conversation: Conversation): number | undefined {
  if (conversation.platform === 'line' || !conversation.last_inbound_at) return undefined;
  return Date.parse(conversation.last_inbound_at) + WINDOW_MS;
}
