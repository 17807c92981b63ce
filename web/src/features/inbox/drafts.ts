import { makeStoredStore, type Store } from '@/ui/store';
import type { Choices } from './choices';
import type { Outgoing } from './outgoing';

export type Mode = 'reply' | 'note';

/** What somebody has begun to write in one conversation. */
export interface Written {
  mode: Mode;
  reply: string;
  note: string;
  /** What stands below the reply to be tapped. */
  choices?: Choices;
}

const EMPTY: Written = { mode: 'reply', reply: '', note: '' };
const MOST_KEPT = 100;

/** One for all conversations, so that old ones can be let go. */
const drafts: Store<Record<string, Written>> = makeStoredStore('hubbub.drafts', {});

export function draftOf(conversationId: string): Written {
  return drafts.get()[conversationId] ?? EMPTY;
}

export function keepDraft(conversationId: string, written: Written): void {
  drafts.set((before) => {
    const { [conversationId]: _old, ...others } = before;
    if (!written.reply && !written.note && !written.choices && written.mode === 'reply') return others;
    const kept = Object.entries(others).slice(1 - MOST_KEPT);
    return Object.fromEntries([...kept, [conversationId, written]]);
  });
}

export const draftStore = drafts;

/** The text of a message that was refused goes back to where it was written. */
export function giveBack(entry: Outgoing): void {
  const now = draftOf(entry.conversation_id);
  const reply = [entry.draft.text, now.reply].filter(Boolean).join('\n');
  keepDraft(entry.conversation_id, { ...now, mode: 'reply', reply });
}
