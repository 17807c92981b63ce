import { IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { membersQuery, queryClient, useMay, useMe } from '@/api/queries';
import { t } from '@/i18n';
import { Avatar } from '@/ui/Avatar';
import { Failure, Skeletons } from '@/ui/states';
import { fullTime, shortAgo, useNow } from '@/ui/time';
import { showError } from '@/ui/toasts';
import { Linked } from '../Linked';
import type { Conversation } from '../lists';
import { Suggestions, useSuggestions } from '../Suggestions';
import { saveNote } from '../sending';
import type { Note } from '../thread';
import { notesQuery } from '../useThread';
import classes from './notes.module.css';
import panel from './panel.module.css';
import { Reason, Sure } from './Reason';

const SHOWN = 3;
const MANAGING = ['owner', 'admin', 'manager'];

/** What the team keeps in mind, newest first; written here as well as in the thread. */
export function NotesCard({ conversation }: { conversation: Conversation }) {
  const query = useQuery(notesQuery(conversation.id));
  const mayAnswer = useMay('answer');
  const [isLong, setLong] = useState(false);
  if (query.isError) return <Failure problem={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeletons count={2} height={44} />;
  const shown = isLong ? query.data : query.data.slice(0, SHOWN);
  return (
    <>
      {mayAnswer ? <NewNote conversation={conversation} /> : <Reason>{t('panel.mayAgents')}</Reason>}
      {query.data.length === 0 && <p className={panel.nothing}>{t('panel.note.none')}</p>}
      <ul className={classes.notes}>
        {shown.map((note) => (
          <One key={note.id} note={note} />
        ))}
      </ul>
      {query.data.length > SHOWN && (
        <button type="button" className={panel.add} onClick={() => setLong(!isLong)}>
          {isLong ? t('panel.note.fewer') : t('panel.note.all', { count: query.data.length })}
        </button>
      )}
    </>
  );
}

function NewNote({ conversation }: { conversation: Conversation }) {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  // Whom a note can mention is asked for before the first "@", so that a quick one mentions too.
  useQuery(membersQuery);
  const suggestions = useSuggestions({ conversation, mode: 'note', text, field, write: setText });
  const save = () => {
    if (text.trim() === '') return;
    void saveNote(conversation, text.trim());
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (suggestions.onKeyDown(event)) return;
    if (event.key === 'Escape') field.current?.blur();
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    save();
  };
  return (
    <div className={classes.writing}>
      <Suggestions {...suggestions} />
      <textarea
        ref={field}
        rows={text.includes('\n') || text.length > 60 ? 4 : 2}
        dir="auto"
        maxLength={20_000}
        value={text}
        aria-label={t('panel.note.add')}
        placeholder={t('inbox.notePlaceholder')}
        onChange={(event) => setText(event.target.value)}
        onSelect={suggestions.onSelect}
        onBlur={suggestions.close}
        onKeyDown={onKeyDown}
      />
      <div className={classes.foot}>
        <span>{t('panel.note.hint')}</span>
        <button type="button" disabled={text.trim() === ''} onClick={save}>
          {t('panel.note.save')}
        </button>
      </div>
    </div>
  );
}

function One({ note }: { note: Note }) {
  const me = useMe();
  const now = useNow();
  const at = Date.parse(note.created_at);
  const isOwn = note.author.user_id !== null && note.author.user_id === me.user?.id;
  const mayDelete = isOwn || MANAGING.includes(me.role);
  return (
    <li>
      <Sure question={t('panel.note.deleteSure')} onYes={() => void remove(note)}>
        {(ask) => (
          <div className={classes.head}>
            <Avatar name={note.author.name} size={20} />
            <strong dir="auto">{isOwn ? t('panel.note.you') : note.author.name}</strong>
            <time dateTime={note.created_at} title={fullTime(at)}>
              {shortAgo(at, now)}
            </time>
            {mayDelete && (
              <button type="button" aria-label={t('panel.note.delete')} onClick={ask}>
                <IconTrash size={13} aria-hidden />
              </button>
            )}
          </div>
        )}
      </Sure>
      <p dir="auto">
        <Linked text={note.text} />
      </p>
    </li>
  );
}

async function remove(note: Note): Promise<void> {
  const queryKey = keys.notes(note.conversation_id);
  const before = queryClient.getQueryData<Note[]>(queryKey);
  queryClient.setQueryData<Note[]>(queryKey, (all) => all?.filter(({ id }) => id !== note.id));
  try {
    await unwrap(api.DELETE('/api/v1/notes/{note_id}', { params: { path: { note_id: note.id } } }));
  } catch (problem) {
    queryClient.setQueryData(queryKey, before);
    showError(problem);
  }
}
