import { Button, Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { needWords, t } from '@/i18n';
import { Empty, Failure, Skeletons } from '@/ui/states';
import type { Conversation } from './lists';
import { send } from './outgoing';
import { Buttons } from './Said';
import {
  type Blank,
  blanksOf,
  componentsOf,
  isApproved,
  type Template,
  type Words,
  whyNot,
  wordsOf,
} from './templates';
import classes from './templates.module.css';

/** The platform's templates, with their text and blanks to fill; those that cannot be sent say why. */
export default function TemplatePicker({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const [chosen, setChosen] = useState<Template>();
  const query = useQuery({
    queryKey: ['templates', conversation.channel_id],
    queryFn: () => fetchTemplates(conversation.channel_id),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('inbox.templates')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      {query.isPending && <Skeletons count={3} height={56} />}
      {query.isError && <Failure problem={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && <Empty title={t('templates.none')} />}
      {chosen ? (
        <Fill
          key={chosen.id}
          template={chosen}
          conversation={conversation}
          onBack={() => setChosen(undefined)}
          onSent={onClose}
        />
      ) : (
        <ul className={classes.list}>
          {query.data?.map((template) => (
            <Row key={template.id} template={template} onChoose={() => setChosen(template)} />
          ))}
        </ul>
      )}
    </Modal>
  );
}

/** With the words of this dialogue. Those that can be sent stand first. */
async function fetchTemplates(channelId: string): Promise<Template[]> {
  const params = { query: { channel_id: channelId, limit: 200 } };
  const [{ items }] = await Promise.all([unwrap(api.GET('/api/v1/templates', { params })), needWords('templates')]);
  return items.sort(
    (a, b) =>
      Number(isApproved(b)) - Number(isApproved(a)) ||
      a.name.localeCompare(b.name) ||
      a.language.localeCompare(b.language),
  );
}

function Row({ template, onChoose }: { template: Template; onChoose: () => void }) {
  const reason = whyNot(template);
  return (
    <li>
      <button type="button" disabled={reason !== undefined} onClick={onChoose}>
        <strong dir="auto">{template.name}</strong>
        <small>{template.language}</small>
        <span dir="auto">{wordsOf(template).body}</span>
        {reason && <em>{t(reason)}</em>}
      </button>
    </li>
  );
}

interface FillProps {
  template: Template;
  conversation: Conversation;
  onBack: () => void;
  onSent: () => void;
}

function Fill({ template, conversation, onBack, onSent }: FillProps) {
  const blanks = blanksOf(template);
  const [values, setValues] = useState<Record<string, string>>({});
  const isComplete = blanks.every((blank) => values[blank.id]?.trim());
  const words = wordsOf(template, values);
  const submit = () => {
    const { name, language, category } = template;
    const use = { name, language, category, components: componentsOf(template, values) };
    const text = [words.header, words.body].filter(Boolean).join('\n');
    void send(conversation.id, { kind: 'template', text, template: use });
    onSent();
  };
  return (
    <form
      className={classes.fill}
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete) submit();
      }}
    >
      <Preview words={words} />
      {blanks.map((blank, place) => (
        <TextInput
          key={blank.id}
          label={labelOf(blank)}
          placeholder={blank.example && t('templates.example', { example: blank.example })}
          value={values[blank.id] ?? ''}
          autoFocus={place === 0}
          onChange={(event) => setValues({ ...values, [blank.id]: event.currentTarget.value })}
        />
      ))}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onBack}>
          {t('shell.cancel')}
        </Button>
        <Button type="submit" disabled={!isComplete} autoFocus={blanks.length === 0}>
          {t('inbox.send')}
        </Button>
      </div>
    </form>
  );
}

function Preview({ words }: { words: Words }) {
  return (
    <section className={classes.preview} dir="auto" aria-label={t('templates.preview')}>
      {words.header && <strong>{words.header}</strong>}
      <p>{words.body}</p>
      {words.footer && <small>{words.footer}</small>}
      <Buttons buttons={words.buttons.map((title) => ({ title }))} />
    </section>
  );
}

function labelOf(blank: Blank): string {
  if (blank.kind === 'code') return t('templates.code');
  if (blank.kind === 'link') return t('templates.linkEnd', { title: blank.title });
  if (blank.kind !== 'text') return t(`templates.file.${blank.kind}`);
  return blank.where === 'header' ? t('templates.headerBlank') : t('templates.blank', { name: blank.name });
}
