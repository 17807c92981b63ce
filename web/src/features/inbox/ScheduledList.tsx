import { IconCalendarClock, IconPencil, IconSend2, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { t } from '@/i18n';
import type { Conversation } from './lists';
import { dueTime, fromField, toField } from './moments';
import { changeScheduled, type Scheduled, scheduledQuery, sendNow, takeBack } from './scheduled';
import classes from './scheduled.module.css';

interface Draft {
  text?: string;
  media?: { file_name?: string; type?: string }[];
  template?: { name?: string };
}

/** What goes out later: when, and what can still be done about it. */
export default function ScheduledList({ conversation, canWrite }: { conversation: Conversation; canWrite: boolean }) {
  const waiting = useQuery(scheduledQuery(conversation.id)).data ?? [];
  if (waiting.length === 0) return null;
  return (
    <section className={classes.list} aria-label={t('inbox.scheduled.title')}>
      <ul>
        {waiting.map((one) => (
          <One key={one.id} one={one} canWrite={canWrite} />
        ))}
      </ul>
    </section>
  );
}

function One({ one, canWrite }: { one: Scheduled; canWrite: boolean }) {
  const [isChanging, setChanging] = useState(false);
  const draft = one.draft as Draft;
  const hasFailed = one.status === 'failed';
  const sentence = one.error?.sentence;
  if (isChanging) return <Change one={one} draft={draft} onDone={() => setChanging(false)} />;
  return (
    <li className={classes.one} data-bad={hasFailed || undefined}>
      <IconCalendarClock size={16} aria-hidden />
      <div className={classes.words}>
        <span className={classes.when}>
          {hasFailed ? t('inbox.scheduled.failed') : t('inbox.scheduled.at', { when: dueTime(new Date(one.due_at)) })}
          {one.author.name && (
            <>
              {' · '}
              <bdi>{one.author.name}</bdi>
            </>
          )}
        </span>
        <span className={classes.text} dir="auto">
          {wordsOf(draft)}
        </span>
        {hasFailed && typeof sentence === 'string' && (
          <span role="alert" dir="auto">
            {sentence}
          </span>
        )}
      </div>
      {canWrite && (
        <span className={classes.doing}>
          <Doing label={t('inbox.scheduled.sendNow')} onClick={() => void sendNow(one)}>
            <IconSend2 size={16} aria-hidden />
          </Doing>
          <Doing label={t('inbox.scheduled.change')} onClick={() => setChanging(true)}>
            <IconPencil size={16} aria-hidden />
          </Doing>
          <Doing label={t('inbox.scheduled.takeBack')} onClick={() => void takeBack(one)}>
            <IconTrash size={16} aria-hidden />
          </Doing>
        </span>
      )}
    </li>
  );
}

function wordsOf(draft: Draft): string {
  const files = draft.media?.map((file) => file.file_name || t('inbox.type.file')) ?? [];
  return [draft.text, draft.template?.name, ...files].filter(Boolean).join(' · ');
}

function Doing({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" title={label} aria-label={label} onClick={onClick}>
      {children}
    </button>
  );
}

const SOON_MS = 60_000;

function Change({ one, draft, onDone }: { one: Scheduled; draft: Draft; onDone: () => void }) {
  const [text, setText] = useState(draft.text ?? '');
  const [when, setWhen] = useState(toField(new Date(Math.max(Date.parse(one.due_at), Date.now() + SOON_MS))));
  const moment = fromField(when);
  const hasText = draft.text !== undefined;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (moment && (await changeScheduled(one, text.trim(), moment))) onDone();
  };
  return (
    <li className={classes.one}>
      <form
        className={classes.form}
        onSubmit={(event) => void save(event)}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      >
        {hasText && (
          <textarea
            // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that opened it
            autoFocus
            rows={2}
            dir="auto"
            value={text}
            aria-label={t('inbox.scheduled.text')}
            onChange={(event) => setText(event.target.value)}
          />
        )}
        <input
          type="datetime-local"
          required
          value={when}
          min={toField(new Date())}
          aria-label={t('inbox.scheduled.when')}
          onChange={(event) => setWhen(event.target.value)}
        />
        <button type="submit" disabled={!moment || (hasText && text.trim() === '')}>
          {t('inbox.scheduled.save')}
        </button>
        <button type="button" onClick={onDone}>
          {t('shell.cancel')}
        </button>
      </form>
    </li>
  );
}
