import {
  IconAd2,
  IconAlertCircle,
  IconArrowBackUp,
  IconCheck,
  IconChecks,
  IconClock,
  IconCornerUpLeft,
  IconEyeOff,
  IconMoodSmile,
  IconRobot,
  IconTrash,
} from '@tabler/icons-react';
import { memo, type ReactNode, useState } from 'react';
import { t, translated } from '@/i18n';
import { Avatar } from '@/ui/Avatar';
import { clockTime, fullTime } from '@/ui/time';
import { Attachments } from './Attachments';
import classes from './bubble.module.css';
import { EditHistory } from './EditHistory';
import { Linked } from './Linked';
import { hide, removeComment, retry } from './messageActions';
import type { Message } from './messages';
import { renewAddresses } from './messages';
import { Said } from './Said';

export interface BubbleProps {
  message: Message;
  isFirst: boolean;
  isLast: boolean;
  isGroup: boolean;
  isFound: boolean;
  /** The message that this one answers, when it is in the cache. */
  quoted: Message | undefined;
  canQuote: boolean;
  canReact: boolean;
  onQuote: (message: Message) => void;
  onReact: (message: Message, emoji: string) => void;
  onJump: (id: string) => void;
}

export const Bubble = memo(function Bubble(props: BubbleProps) {
  const { message, isFirst, isLast, isGroup, isFound } = props;
  if (message.type === 'system') return <p className={classes.system}>{message.text}</p>;
  const isOurs = message.direction === 'outbound';
  const isMachine = isOurs && (message.author_type === 'flow' || message.author_type === 'ai');
  const isBad = message.status === 'failed' || message.status === 'unknown';
  return (
    <div
      className={classes.row}
      data-ours={isOurs || undefined}
      data-machine={isMachine || undefined}
      data-first={isFirst || undefined}
      data-last={isLast || undefined}
      data-found={isFound || undefined}
    >
      {isGroup && !isOurs && (
        <span className={classes.face}>{isLast && <Avatar name={message.author_name || '?'} size={28} />}</span>
      )}
      <div className={classes.column}>
        {isFirst && <Author message={message} isGroup={isGroup} isMachine={isMachine} />}
        <div className={classes.line}>
          <div
            className={classes.bubble}
            data-bad={isBad || undefined}
            data-bare={isBare(message) || undefined}
            data-hidden={message.visibility === 'hidden' || undefined}
          >
            {message.is_unsent ? <Unsent /> : <Content {...props} />}
            {!message.is_unsent && <Footer message={message} isOurs={isOurs} />}
          </div>
          {!message.is_unsent && <Tools {...props} />}
        </div>
        <Reactions message={message} />
        {isBad && <Trouble message={message} />}
      </div>
    </div>
  );
});

function Author({ message, isGroup, isMachine }: { message: Message; isGroup: boolean; isMachine: boolean }) {
  if (message.direction === 'inbound' && !isGroup) return null;
  const name = message.author_name || translated(`inbox.author.${message.author_type}`, '');
  return (
    <span className={classes.author} dir="auto">
      {isMachine && <IconRobot size={13} aria-hidden />}
      {name}
    </span>
  );
}

function Unsent() {
  return (
    <span className={classes.gone}>
      <IconTrash size={14} aria-hidden /> {t('inbox.unsent')}
    </span>
  );
}

/** A picture or a sticker alone needs no ground. */
function isBare(message: Message): boolean {
  return (
    !message.text &&
    !message.is_unsent &&
    message.attachments.some((file) => file.url && /image|sticker|video/.test(file.type))
  );
}

function Content({ message, quoted, onJump }: BubbleProps) {
  const extra = (message.content.extra ?? {}) as Record<string, unknown>;
  return (
    <>
      <Context message={message} extra={extra} />
      {message.reply_to && <Quote message={quoted} id={message.reply_to.id as string | null} onJump={onJump} />}
      <Attachments message={message} onStale={() => void renewAddresses(message.conversation_id, message.id)} />
      {message.text && (
        <p className={classes.text} dir="auto" data-tap={message.type === 'interactive' || undefined}>
          {message.type === 'interactive' && <IconArrowBackUp size={14} aria-label={t('inbox.tapped')} role="img" />}
          <Linked text={message.text} />
        </p>
      )}
      <Said content={message.content} />
      {isEmpty(message) && <p className={classes.gone}>{nameless(message)}</p>}
    </>
  );
}

function isEmpty(message: Message): boolean {
  return !message.text && message.attachments.length === 0 && !message.content.said;
}

const KNOWN = [
  'image',
  'video',
  'audio',
  'file',
  'sticker',
  'location',
  'contact',
  'template',
  'order',
  'share',
] as const;

function nameless(message: Message): string {
  const known = KNOWN.find((type) => type === message.type);
  return known ? t(`inbox.type.${known}`) : t('inbox.unsupported');
}

/** Where the message comes from besides the thread: a story, an advertisement, a public comment, a forward. */
function Context({ message, extra }: { message: Message; extra: Record<string, unknown> }) {
  const notes: ReactNode[] = [];
  if (message.type === 'story_mention') notes.push(t('inbox.context.storyMention'));
  if (message.type === 'story_reply' || extra.story) notes.push(t('inbox.context.storyReply'));
  if (message.type === 'comment') notes.push(t('inbox.context.comment'));
  if (extra.is_forwarded || extra.is_frequently_forwarded || extra.forwarded) notes.push(t('inbox.context.forwarded'));
  if (extra.is_history) notes.push(t('inbox.context.history'));
  const referral = extra.referral as { headline?: unknown; ref?: unknown; source?: unknown } | undefined;
  if (referral)
    notes.push(<AdCard key="ad" words={[referral.headline, referral.ref].find((word) => typeof word === 'string')} />);
  if (notes.length === 0) return null;
  return notes.map((note, place) => (
    <span key={place} className={classes.context}>
      {note}
    </span>
  ));
}

function AdCard({ words }: { words: unknown }) {
  return (
    <>
      <IconAd2 size={14} aria-hidden /> {t('inbox.context.ad')} {typeof words === 'string' && <bdi>{words}</bdi>}
    </>
  );
}

function Quote({
  message,
  id,
  onJump,
}: {
  message: Message | undefined;
  id: string | null;
  onJump: (id: string) => void;
}) {
  const words = message ? message.text || nameless(message) : t('inbox.quoted');
  return (
    <button type="button" className={classes.quote} disabled={!id} onClick={() => id && onJump(id)} dir="auto">
      {message && <strong>{message.author_name}</strong>}
      <span>{words}</span>
    </button>
  );
}

function Footer({ message, isOurs }: { message: Message; isOurs: boolean }) {
  const at = Date.parse(message.occurred_at);
  return (
    <span className={classes.footer}>
      {message.visibility === 'hidden' && <IconEyeOff size={13} aria-label={t('inbox.hidden')} role="img" />}
      {message.is_edited && <EditHistory messageId={message.id} />}
      <time dateTime={message.occurred_at} title={fullTime(at)}>
        {clockTime(at)}
      </time>
      {isOurs && <Tick message={message} />}
    </span>
  );
}

function Tick({ message }: { message: Message }) {
  const moments = [
    message.sent_at && `${t('inbox.status.sent')} ${fullTime(Date.parse(message.sent_at))}`,
    message.delivered_at && `${t('inbox.status.delivered')} ${fullTime(Date.parse(message.delivered_at))}`,
    message.read_at && `${t('inbox.status.read')} ${fullTime(Date.parse(message.read_at))}`,
  ].filter(Boolean);
  const Icon = { queued: IconClock, sending: IconClock, sent: IconCheck, delivered: IconChecks, read: IconChecks }[
    message.status as string
  ];
  if (!Icon) return null;
  return (
    <span className={classes.tick} data-read={message.status === 'read' || undefined} title={moments.join('\n')}>
      <Icon size={14} stroke={2} role="img" aria-label={translated(`inbox.status.${message.status}`, message.status)} />
    </span>
  );
}

function Reactions({ message }: { message: Message }) {
  if (message.reactions.length === 0) return null;
  const counted = new Map<string, string[]>();
  for (const { emoji, name } of message.reactions) counted.set(emoji, [...(counted.get(emoji) ?? []), name]);
  return (
    <span className={classes.reactions}>
      {[...counted].map(([emoji, names]) => (
        <span key={emoji} className={classes.reaction} title={names.filter(Boolean).join(', ')}>
          {emoji} {names.length > 1 && names.length}
        </span>
      ))}
    </span>
  );
}

/** Why it did not go out, and the ways on. */
function Trouble({ message }: { message: Message }) {
  const sentence = typeof message.error?.sentence === 'string' ? message.error.sentence : t('inbox.status.failed');
  return (
    <div className={classes.trouble} role="alert">
      <IconAlertCircle size={15} aria-hidden />
      <span dir="auto">{sentence}</span>
      <button type="button" onClick={() => void retry(message)}>
        {message.status === 'unknown' ? t('inbox.sendAnyway') : t('shell.retry')}
      </button>
    </div>
  );
}

const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

/** The choices come into the page when the pointer or the focus does: most messages are never reacted to. */
function Reactor({ onChoose }: { onChoose: (emoji: string) => void }) {
  const [isNear, setNear] = useState(false);
  const come = () => setNear(true);
  return (
    <span className={classes.reactor}>
      <button type="button" aria-label={t('inbox.do.react')} aria-haspopup="true" onPointerEnter={come} onFocus={come}>
        <IconMoodSmile size={16} aria-hidden />
      </button>
      {isNear && (
        <span className={classes.emojis}>
          {QUICK.map((emoji) => (
            <button key={emoji} type="button" aria-label={emoji} onClick={() => onChoose(emoji)}>
              {emoji}
            </button>
          ))}
        </span>
      )}
    </span>
  );
}

function Tools({ message, canQuote, canReact, onQuote, onReact }: BubbleProps) {
  const isComment = message.type === 'comment';
  const isInbound = message.direction === 'inbound';
  return (
    <span className={classes.tools}>
      {canQuote && (
        <button
          type="button"
          aria-label={t('inbox.do.quote')}
          title={t('inbox.do.quote')}
          onClick={() => onQuote(message)}
        >
          <IconCornerUpLeft size={16} aria-hidden />
        </button>
      )}
      {canReact && isInbound && <Reactor onChoose={(emoji) => onReact(message, emoji)} />}
      {isComment && isInbound && (
        <>
          <button
            type="button"
            aria-label={message.visibility === 'hidden' ? t('inbox.do.unhide') : t('inbox.do.hide')}
            title={message.visibility === 'hidden' ? t('inbox.do.unhide') : t('inbox.do.hide')}
            onClick={() => void hide(message)}
          >
            <IconEyeOff size={16} aria-hidden />
          </button>
          <button
            type="button"
            aria-label={t('inbox.do.deleteComment')}
            title={t('inbox.do.deleteComment')}
            onClick={() => void removeComment(message)}
          >
            <IconTrash size={16} aria-hidden />
          </button>
        </>
      )}
    </span>
  );
}
