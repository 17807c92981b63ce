import { Switch, Textarea, TextInput } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { useMay, useMe } from '@/api/queries';
import { t } from '@/i18n';
import { FormDialog, List, useChange } from '../parts';
import classes from '../settings.module.css';
import { previewOf, SAMPLE, VARIABLES } from './preview';

type Reply = Schemas['CannedReply'];

const repliesQuery = queryOptions({
  queryKey: keys.cannedReplies,
  queryFn: () => unwrap(api.GET('/api/v1/canned-replies')).then((answer) => answer.items),
});

/** Answers that are written once, and found by typing a slash. */
export function RepliesPage() {
  const mayAnswer = useMay('answer');
  const mayShare = useMay('manage_desk');
  return (
    <List
      title={t('shell.settings.canned-replies')}
      help={t('settings.help.canned-replies')}
      found={useQuery(repliesQuery)}
      empty={{
        icon: <IconBolt size={28} aria-hidden />,
        title: t('settings.replies.none'),
        help: t('settings.replies.noneHelp'),
      }}
      add={mayAnswer ? t('settings.replies.new') : undefined}
      nameOf={(reply) => `/${reply.shortcut}`}
      mayChange={(reply) => mayShare || (mayAnswer && !reply.is_shared)}
      row={(reply) => (
        <>
          <div className={classes.what}>
            <strong dir="auto">
              <code dir="auto">/{reply.shortcut}</code> {reply.title}
            </strong>
            <span dir="auto">{reply.text}</span>
          </div>
          <span className={classes.badge}>{t(reply.is_shared ? 'settings.shared' : 'settings.own')}</span>
        </>
      )}
      form={(reply, onClose) => <ReplyForm reply={reply} mayShare={mayShare} onClose={onClose} />}
      deletion={{
        title: t('settings.replies.delete'),
        text: (reply) => t('settings.sure', { name: `/${reply.shortcut}` }),
        run: ({ id }) =>
          unwrap(api.DELETE('/api/v1/canned-replies/{reply_id}', { params: { path: { reply_id: id } } })),
        stale: keys.cannedReplies,
      }}
    />
  );
}

function ReplyForm({ reply, mayShare, onClose }: { reply?: Reply; mayShare: boolean; onClose: () => void }) {
  const [shortcut, setShortcut] = useState(reply?.shortcut ?? '');
  const [title, setTitle] = useState(reply?.title ?? '');
  const [text, setText] = useState(reply?.text ?? '');
  const [isShared, setShared] = useState(reply?.is_shared ?? mayShare);
  const field = useRef<HTMLTextAreaElement>(null);
  const save = useChange(
    () => {
      const body = { shortcut: shortcut.trim(), title: title.trim(), text, is_shared: isShared };
      return reply
        ? unwrap(api.PATCH('/api/v1/canned-replies/{reply_id}', { params: { path: { reply_id: reply.id } }, body }))
        : unwrap(api.POST('/api/v1/canned-replies', { body }));
    },
    keys.cannedReplies,
    onClose,
  );
  const insert = (name: string) => {
    const area = field.current;
    if (!area) return;
    const words = `{{${name}}}`;
    const end = area.selectionStart + words.length;
    flushSync(() => setText(text.slice(0, area.selectionStart) + words + text.slice(area.selectionEnd)));
    area.focus();
    area.setSelectionRange(end, end);
  };
  return (
    <FormDialog
      title={reply ? t('settings.change', { name: `/${reply.shortcut}` }) : t('settings.replies.new')}
      submit={t('settings.save')}
      isPending={save.isPending}
      problem={save.error}
      onSubmit={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <TextInput
        label={t('settings.replies.shortcut')}
        description={t('settings.replies.shortcutHelp')}
        required
        data-autofocus
        maxLength={51}
        dir="auto"
        value={shortcut}
        onChange={(event) => setShortcut(event.target.value)}
      />
      <TextInput
        label={t('settings.replies.title')}
        maxLength={200}
        dir="auto"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <Textarea
        ref={field}
        label={t('settings.replies.text')}
        required
        autosize
        minRows={3}
        maxRows={12}
        maxLength={20_000}
        dir="auto"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: buttons that write into the field above are no fieldset */}
      <div className={classes.chips} role="group" aria-label={t('settings.replies.variables')}>
        {VARIABLES.map((name) => (
          <button key={name} type="button" dir="ltr" onClick={() => insert(name)}>
            {`{{${name}}}`}
          </button>
        ))}
      </div>
      {text.trim() !== '' && <Preview text={text} />}
      {mayShare && (
        <Switch
          label={t('settings.replies.share')}
          checked={isShared}
          onChange={(event) => setShared(event.target.checked)}
        />
      )}
    </FormDialog>
  );
}

function Preview({ text }: { text: string }) {
  const me = useMe();
  const name = me.user?.name ?? '';
  const known = {
    ...SAMPLE,
    'agent.name': name,
    'agent.first_name': name.split(' ')[0]!,
    'channel.name': me.organization.name,
    'organization.name': me.organization.name,
  };
  return (
    <section className={classes.preview} aria-label={t('settings.replies.preview')}>
      <span>{t('settings.replies.preview')}</span>
      <p dir="auto">{previewOf(text, known)}</p>
    </section>
  );
}
