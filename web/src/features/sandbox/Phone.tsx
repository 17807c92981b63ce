import { useEffect, useRef, useState } from 'react';
import { t } from '@/i18n';
import type { PhoneMessage, Player } from './api';
import { Bubble } from './Bubble';
import { PhoneComposer } from './PhoneComposer';
import { readable } from './readable';
import classes from './sandbox.module.css';
import { SKINS } from './skins';
import { useMessages, usePlay } from './usePhone';

/** One customer's screen: the conversation with the business, in the platform's skin. */
export function Phone({ player, business }: { player: Player; business: string }) {
  const messages = useMessages(player).data ?? [];
  const play = usePlay(player);
  const [reply, setReply] = useState<PhoneMessage>();
  const [edit, setEdit] = useState<PhoneMessage>();
  const end = useRef<HTMLLIElement>(null);
  const newest = messages.at(-1)?.id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message scrolls, nothing else
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' });
  }, [newest]);

  const act = (action: string, content?: Record<string, unknown>) => play.mutate({ action, content });
  const last = messages.at(-1);
  const quickReplies = last?.direction === 'out' ? readable(last).quickReplies : [];
  return (
    <section className={classes.phone} data-platform={player.platform} aria-label={SKINS[player.platform].label}>
      <header className={classes.bar}>
        <span aria-hidden className={classes.avatar}>
          {business.slice(0, 1)}
        </span>
        <strong>{business}</strong>
        <span className={classes.network}>{SKINS[player.platform].label}</span>
      </header>
      <ol className={classes.messages} aria-live="polite">
        {messages.map((message) => (
          <Bubble
            key={message.id}
            platform={player.platform}
            message={message}
            quoted={messages.find((one) => one.id === message.reply_to)}
            onTap={(label) => act('tap', { label })}
            onAct={act}
            onReply={setReply}
            onEdit={setEdit}
          />
        ))}
        <li ref={end} aria-hidden />
      </ol>
      {quickReplies.length > 0 && (
        <div className={classes.quickReplies}>
          {quickReplies.map((one) => (
            <button key={one.label} type="button" onClick={() => act('tap', { label: one.label })}>
              {one.label}
            </button>
          ))}
        </div>
      )}
      {play.error && (
        <p role="alert" className={classes.problem}>
          {play.error.message || t('sandbox.no_sandbox')}
        </p>
      )}
      {play.data?.reason && (
        <p role="alert" className={classes.problem}>
          {play.data.reason}
        </p>
      )}
      <PhoneComposer
        key={edit?.id ?? ''}
        platform={player.platform}
        reply={reply}
        edit={edit}
        onCancel={() => {
          setReply(undefined);
          setEdit(undefined);
        }}
        onPlay={(action, content) => {
          act(action, content);
          setReply(undefined);
          setEdit(undefined);
        }}
      />
    </section>
  );
}
