import { type ChangeEvent, type FormEvent, useId, useState } from 'react';
import { t } from '@/i18n';
import type { Json, PhoneMessage, Platform } from './api';
import { readable } from './readable';
import classes from './sandbox.module.css';
import { SKINS } from './skins';

interface Props {
  platform: Platform;
  reply?: PhoneMessage;
  edit?: PhoneMessage;
  onCancel: () => void;
  onPlay: (action: string, content: Json) => void;
}

/** Where the customer writes: text, files, stickers, and what else the platform knows. */
export function PhoneComposer({ platform, reply, edit, onCancel, onPlay }: Props) {
  const [text, setText] = useState(edit ? readable(edit).text : '');
  const field = useId();
  const quote: Json = reply ? { reply_to: reply.id } : {};

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim()) return;
    if (edit) onPlay('edit', { message_id: edit.id, text });
    else onPlay('say', { text, ...quote });
    setText('');
  };
  const attach = async (type: string, event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (!file) return;
    const held = { content_base64: await base64(file), mime_type: file.type, filename: file.name };
    onPlay('say', { type, text: '', ...held, ...quote });
  };
  return (
    <div className={classes.composer}>
      {(reply || edit) && (
        <p className={classes.replying}>
          {edit ? t('sandbox.editing') : t('sandbox.replying')} {reply && (readable(reply).text || reply.type)}
          <button type="button" onClick={onCancel} aria-label={t('sandbox.cancel')}>
            ✕
          </button>
        </p>
      )}
      <div className={classes.tools}>
        {SKINS[platform].attachments.map(({ type, accept, label }) =>
          accept ? (
            <label key={type} className={classes.tool}>
              {t(label)}
              <input type="file" accept={accept} onChange={(event) => attach(type, event)} hidden />
            </label>
          ) : (
            <button key={type} type="button" className={classes.tool} onClick={() => onPlay('say', { type, text: '' })}>
              {t(label)}
            </button>
          ),
        )}
        {SKINS[platform].actions.map(({ action, label, content }) => (
          <button key={action} type="button" className={classes.tool} onClick={() => onPlay(action, content ?? {})}>
            {t(label)}
          </button>
        ))}
      </div>
      <form onSubmit={submit} className={classes.entry}>
        <label htmlFor={field} className={classes.hidden}>
          {t('sandbox.message')}
        </label>
        <input
          id={field}
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder={t('sandbox.message')}
          autoComplete="off"
        />
        <button type="submit" disabled={!text.trim()}>
          {t('sandbox.send')}
        </button>
      </form>
    </div>
  );
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
