import {
  IconAddressBook,
  IconMapPin,
  IconMicrophone,
  IconMoodSmile,
  IconPaperclip,
  IconPhoto,
  IconSend,
  IconShare3,
  IconShoppingCart,
  IconVideo,
  IconX,
} from '@tabler/icons-react';
import { type ChangeEvent, type FormEvent, useId, useState } from 'react';
import { t } from '@/i18n';
import type { Json, PhoneMessage, Platform } from './api';
import { readable } from './readable';
import classes from './sandbox.module.css';
import { kindName, SKINS } from './skins';

const ICONS: Record<string, typeof IconPhoto> = {
  image: IconPhoto,
  video: IconVideo,
  audio: IconMicrophone,
  file: IconPaperclip,
  document: IconPaperclip,
  sticker: IconMoodSmile,
  location: IconMapPin,
  share: IconShare3,
  contacts: IconAddressBook,
  order: IconShoppingCart,
};

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
          <span>
            {edit ? t('sandbox.editing') : t('sandbox.replying')}{' '}
            <bdi>{reply && (readable(reply).text || kindName(reply.type))}</bdi>
          </span>
          <button type="button" onClick={onCancel} aria-label={t('sandbox.cancel')}>
            <IconX size={16} aria-hidden />
          </button>
        </p>
      )}
      <div className={classes.tools}>
        {SKINS[platform].attachments.map(({ type, accept, label }) => {
          const Icon = ICONS[type] ?? IconPaperclip;
          return accept ? (
            <label key={type} className={classes.tool} title={t(label)}>
              <Icon size={20} aria-hidden />
              <span className={classes.hidden}>{t(label)}</span>
              <input className={classes.hidden} type="file" accept={accept} onChange={(event) => attach(type, event)} />
            </label>
          ) : (
            <button
              key={type}
              type="button"
              className={classes.tool}
              title={t(label)}
              aria-label={t(label)}
              onClick={() => onPlay('say', { type, text: '' })}
            >
              <Icon size={20} aria-hidden />
            </button>
          );
        })}
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
          dir="auto"
          autoComplete="off"
        />
        <button type="submit" aria-label={t('sandbox.send')} disabled={!text.trim()}>
          <IconSend size={18} aria-hidden />
        </button>
      </form>
      <div className={classes.more}>
        {SKINS[platform].actions.map(({ action, label, content }) => (
          <button key={action} type="button" onClick={() => onPlay(action, content ?? {})}>
            {t(label)}
          </button>
        ))}
      </div>
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
