import { Button, Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { t } from '@/i18n';
import { Empty, Failure, Skeletons } from '@/ui/states';
import type { Conversation } from './lists';
import { send } from './outgoing';
import classes from './templates.module.css';

type Template = Schemas['Template'];

interface Part {
  type?: string;
  text?: string;
}

/** The templates that the platform has approved, with their text, and blanks to fill. */
export default function TemplatePicker({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const [chosen, setChosen] = useState<Template>();
  const query = useQuery({
    queryKey: ['templates', conversation.channel_id],
    queryFn: () =>
      unwrap(
        api.GET('/api/v1/templates', { params: { query: { channel_id: conversation.channel_id, limit: 200 } } }),
      ).then((answer) => answer.items.filter((template) => template.status.toLowerCase() === 'approved')),
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
      {query.data?.length === 0 && <Empty title={t('inbox.noTemplates')} />}
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
            <li key={template.id}>
              <button type="button" onClick={() => setChosen(template)}>
                <strong dir="auto">{template.name}</strong>
                <small>{template.language}</small>
                <span dir="auto">{bodyOf(template)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Modal>
  );
}

interface FillProps {
  template: Template;
  conversation: Conversation;
  onBack: () => void;
  onSent: () => void;
}

function Fill({ template, conversation, onBack, onSent }: FillProps) {
  const body = bodyOf(template);
  const blanks = blanksOf(body);
  const [values, setValues] = useState<Record<string, string>>({});
  const isComplete = blanks.every((blank) => values[blank]?.trim());
  const submit = () => {
    const parameters = blanks.map((blank) => ({
      type: 'text',
      text: values[blank]!.trim(),
      ...(/^\d+$/.test(blank) ? {} : { parameter_name: blank }),
    }));
    const components = parameters.length > 0 ? [{ type: 'body', parameters }] : [];
    const { name, language, category } = template;
    void send(conversation.id, { kind: 'template', template: { name, language, category, components } });
    onSent();
  };
  return (
    <div className={classes.fill}>
      <p className={classes.preview} dir="auto">
        {body.replace(BLANK, (whole, blank: string) => values[blank]?.trim() || whole)}
      </p>
      {blanks.map((blank) => (
        <TextInput
          key={blank}
          label={t('inbox.templateBlank', { name: blank })}
          value={values[blank] ?? ''}
          onChange={(event) => setValues({ ...values, [blank]: event.currentTarget.value })}
        />
      ))}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onBack}>
          {t('shell.cancel')}
        </Button>
        <Button disabled={!isComplete} onClick={submit}>
          {t('inbox.send')}
        </Button>
      </div>
    </div>
  );
}

const BLANK = /\{\{\s*(\w+)\s*\}\}/g;

function bodyOf(template: Template): string {
  const parts = template.components as Part[];
  return parts.find((part) => part?.type?.toLowerCase() === 'body')?.text ?? '';
}

function blanksOf(text: string): string[] {
  return [...new Set([...text.matchAll(BLANK)].map((found) => found[1]!))];
}
