import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type RefObject, useState } from 'react';
import { flushSync } from 'react-dom';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { membersQuery, useMe } from '@/api/queries';
import { previewOf } from '@/features/settings/canned-replies/preview';
import { t } from '@/i18n';
import { showError } from '@/ui/toasts';
import type { Mode } from './drafts';
import type { Conversation } from './lists';
import classes from './suggestions.module.css';

interface Suggestion {
  key: string;
  title: string;
  text: string;
  choose: () => void;
}

interface Wanted {
  sign: '/' | '@';
  words: string;
  from: number;
  to: number;
}

const MOST = 8;

const cannedQuery = {
  queryKey: keys.cannedReplies,
  queryFn: () => unwrap(api.GET('/api/v1/canned-replies')).then((answer) => answer.items),
};

interface Given {
  conversation: Conversation;
  mode: Mode;
  text: string;
  field: RefObject<HTMLTextAreaElement | null>;
  write: (text: string) => void;
}

/** What the server will put into a canned reply here, as far as the screen knows it. */
function useKnown(conversation: Conversation): Record<string, string> {
  const me = useMe();
  const contact = conversation.contact_name ?? '';
  const agent = me.user?.name ?? '';
  return {
    'contact.name': contact,
    'contact.first_name': contact.split(' ')[0]!,
    'agent.name': agent,
    'agent.first_name': agent.split(' ')[0]!,
    'channel.name': conversation.channel_name,
    'organization.name': me.organization.name,
  };
}

/** `/` offers canned replies, filled for this customer; `@` in a note offers colleagues. */
export function useSuggestions({ conversation, mode, text, field, write }: Given) {
  const [cursor, setCursor] = useState(0);
  const [closedAt, setClosedAt] = useState<string>();
  const [chosen, setChosen] = useState(0);
  const wanted = closedAt === text ? undefined : wantedAt(text, cursor, mode);
  const canned = useQuery({ ...cannedQuery, enabled: wanted?.sign === '/' }).data ?? [];
  const members = useQuery({ ...membersQuery, enabled: wanted?.sign === '@' }).data ?? [];
  const known = useKnown(conversation);
  const insert = (words: string) => {
    const area = field.current;
    // Asked anew: a canned reply takes a moment to be filled, and the agent may have typed on.
    const place = area && wantedAt(area.value, area.selectionStart, mode);
    if (!place) return;
    const end = place.from + words.length;
    // At once, so that the next key already finds the cursor behind the words.
    flushSync(() => write(area.value.slice(0, place.from) + words + area.value.slice(place.to)));
    area.setSelectionRange(end, end);
  };
  const render = async (id: string) => {
    try {
      const params = { path: { reply_id: id } };
      const body = { conversation_id: conversation.id };
      insert((await unwrap(api.POST('/api/v1/canned-replies/{reply_id}/render', { params, body }))).text);
    } catch (problem) {
      showError(problem);
    }
  };
  const all: Suggestion[] =
    wanted?.sign === '/'
      ? canned.map(({ id, shortcut, title, text: words }) => ({
          key: id,
          title: `/${shortcut} ${title}`,
          text: previewOf(words, known),
          choose: () => void render(id),
        }))
      : members
          .filter((member) => member.is_active)
          .map(({ user_id, name }) => ({ key: user_id, title: name, text: '', choose: () => insert(`@${name} `) }));
  const found = wanted
    ? all.filter(({ title, text: words }) => `${title} ${words}`.toLowerCase().includes(wanted.words)).slice(0, MOST)
    : [];
  const current = Math.min(chosen, found.length - 1);
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (found.length === 0) return false;
    if (event.key === 'ArrowDown') setChosen((current + 1) % found.length);
    else if (event.key === 'ArrowUp') setChosen((current + found.length - 1) % found.length);
    else if (event.key === 'Enter' || event.key === 'Tab') found[current]?.choose();
    else if (event.key === 'Escape') setClosedAt(text);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return {
    found,
    current,
    onKeyDown,
    onSelect: () => setCursor(field.current?.selectionStart ?? 0),
    close: () => setClosedAt(text),
  };
}

/** The word under the cursor when it begins with a sign that we know. A slash begins the whole reply. */
export function wantedAt(text: string, cursor: number, mode: Mode): Wanted | undefined {
  const before = text.slice(0, cursor);
  const found = mode === 'note' ? /(?:^|\s)(@)([^\s@]*)$/.exec(before) : /(?:^|\s)(\/)([^\s/]*)$/.exec(before);
  if (!found) return undefined;
  const [, sign, words] = found;
  return { sign: sign as '/' | '@', words: words!.toLowerCase(), from: cursor - words!.length - 1, to: cursor };
}

export function Suggestions({ found, current }: { found: Suggestion[]; current: number }) {
  if (found.length === 0) return null;
  return (
    <ul className={classes.list} aria-label={t('inbox.suggestions')}>
      {found.map((suggestion, place) => (
        <li key={suggestion.key}>
          <button
            type="button"
            tabIndex={-1}
            data-current={place === current || undefined}
            onPointerDown={(event) => {
              event.preventDefault();
              suggestion.choose();
            }}
          >
            <strong dir="auto">{suggestion.title}</strong>
            {suggestion.text && <span dir="auto">{suggestion.text}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
