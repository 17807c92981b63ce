import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef } from 'react';
import { useMe } from '@/api/queries';
import { t } from '@/i18n';
import { type Command, useCommands } from '@/ui/commands';
import { makeStore } from '@/ui/store';
import * as actions from './actions';
import type { Conversation } from './lists';

export type Chooser = 'assign' | 'label' | 'priority' | 'snooze';

/** Which of the header's menus is open: keys open them as well as the pointer. */
export const openChooser = makeStore<Chooser | undefined>(undefined);

/** What can be done with the open conversation, by key and by name. */
export function useConversationCommands(conversation: Conversation): void {
  const mayAnswer = useMe().permissions.includes('answer');
  const navigate = useNavigate();
  const latest = useRef(conversation);
  latest.current = conversation;
  const isActive = conversation.status === 'active';
  const { is_snoozed } = conversation;
  const commands = useMemo<Command[]>(() => {
    const now = () => latest.current;
    const choose = (chooser: Chooser) => () => openChooser.set(chooser);
    const list: Command[] = [
      {
        id: 'close-view',
        label: t('inbox.do.leave'),
        section: 'view',
        keys: ['Escape'],
        run: () => void navigate({ to: '/inbox', search: true }),
      },
    ];
    if (!mayAnswer) return list;
    const add = (id: string, label: string, keys: string[], run: () => unknown) =>
      list.push({ id: `conversation.${id}`, label, keys, section: 'conversation', run: () => void run() });
    add('assign', t('inbox.do.assign'), ['a', 'alt+s'], choose('assign'));
    add('assignMe', t('inbox.do.assignMe'), ['shift+a'], () => actions.assignToMe(now()));
    add('label', t('inbox.do.label'), ['l', 'alt+l'], choose('label'));
    add('priority', t('inbox.do.priority'), ['p', 'alt+p'], choose('priority'));
    if (is_snoozed) add('unsnooze', t('inbox.do.unsnooze'), ['z'], () => actions.unsnooze(now()));
    else add('snooze', t('inbox.do.snooze'), ['z'], choose('snooze'));
    if (isActive) add('resolve', t('inbox.do.resolve'), ['e', 'alt+e'], () => actions.resolve(now()));
    else add('reopen', t('inbox.do.reopen'), ['e', 'alt+e'], () => actions.reopen(now()));
    add('archive', t('inbox.do.archive'), ['shift+e'], () => actions.archive(now()));
    add('unread', t('inbox.do.unread'), ['u'], () => actions.markUnread(now()));
    return list;
  }, [mayAnswer, isActive, is_snoozed, navigate]);
  useCommands(commands);
}
