import { IconLock, IconTrash } from '@tabler/icons-react';
import { memo } from 'react';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient, useMe } from '@/api/queries';
import { t } from '@/i18n';
import { clockTime, fullTime } from '@/ui/time';
import { showError } from '@/ui/toasts';
import { Linked } from './Linked';
import classes from './noterow.module.css';
import type { Note } from './thread';

/** What the team tells itself: on yellow, so that nobody takes it for an answer. */
export const NoteRow = memo(function NoteRow({ note }: { note: Note }) {
  const me = useMe();
  const at = Date.parse(note.created_at);
  const isOwn = note.author.user_id !== null && note.author.user_id === me.user?.id;
  return (
    <div className={classes.row}>
      <div className={classes.note}>
        <span className={classes.head}>
          <IconLock size={13} aria-hidden />
          <span dir="auto">{t('inbox.noteBy', { name: note.author.name })}</span>
          <time title={fullTime(at)}>{clockTime(at)}</time>
          {isOwn && (
            <button type="button" aria-label={t('inbox.do.deleteNote')} onClick={() => void remove(note)}>
              <IconTrash size={13} aria-hidden />
            </button>
          )}
        </span>
        <p dir="auto">
          <Linked text={note.text} />
        </p>
      </div>
    </div>
  );
});

async function remove(note: Note): Promise<void> {
  try {
    await unwrap(api.DELETE('/api/v1/notes/{note_id}', { params: { path: { note_id: note.id } } }));
    await queryClient.invalidateQueries({ queryKey: keys.notes(note.conversation_id) });
  } catch (problem) {
    showError(problem);
  }
}
