import { IconArrowBackUp, IconMapPin, IconMoodSmile, IconPaperclip, IconPencil, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { t } from '@/i18n';
import { clockTime } from '@/ui/time';
import type { PhoneMessage, Platform } from './api';
import { type Button, type Media, readable } from './readable';
import classes from './sandbox.module.css';
import { kindName, SKINS, statusName } from './skins';

interface Props {
  platform: Platform;
  /** The business's id there: its reactions are not the customer's. */
  account: string;
  message: PhoneMessage;
  /** Said by the same side, right after the one above it. */
  isNext: boolean;
  /** The last that the customer said: here Messenger and Instagram tell how far it got. */
  isLastOwn: boolean;
  onTap: (label: string) => void;
  onAct: (action: string, content?: Record<string, unknown>) => void;
  onReply: (message: PhoneMessage) => void;
  onEdit: (message: PhoneMessage) => void;
  quoted?: PhoneMessage;
}

/** One bubble in the platform's skin, with what the customer can do to it. */
export function Bubble(props: Props) {
  const { message } = props;
  if (message.is_unsent) return <li className={classes.gone}>{t('sandbox.unsent')}</li>;
  const shown = readable(message);
  const reactions = Object.values(message.reactions ?? {});
  const isSticker = message.type === 'sticker' && shown.media.length === 0;
  const isBare =
    isSticker || !(shown.text || shown.media.length || shown.buttons.length || shown.place || props.quoted);
  return (
    <li className={classes.row} data-direction={message.direction} data-next={props.isNext || undefined}>
      <div className={classes.stack} data-reacted={reactions.length > 0 || undefined}>
        {!(isBare && shown.cards.length > 0) && (
          <div className={classes.bubble} data-sticker={isSticker || undefined}>
            {props.quoted && (
              <blockquote className={classes.quote} dir="auto">
                {readable(props.quoted).text || kindName(props.quoted.type)}
              </blockquote>
            )}
            {shown.media.map((media) => (
              <MediaView key={media.url ?? media.name} media={media} />
            ))}
            {shown.text && !isSticker && (
              <p className={classes.text} dir="auto">
                {shown.text}
              </p>
            )}
            {shown.place && (
              <p className={classes.place}>
                <IconMapPin size={18} aria-hidden />
                <bdi>
                  {shown.place.title} {shown.place.latitude.toFixed(4)}, {shown.place.longitude.toFixed(4)}
                </bdi>
              </p>
            )}
            {isSticker && (
              <span role="img" aria-label={t('sandbox.sticker')} className={classes.sticker}>
                <IconMoodSmile size={64} stroke={1.4} aria-hidden />
              </span>
            )}
            {isBare && !isSticker && <p className={classes.kind}>{kindName(message.type)}</p>}
            <Buttons buttons={shown.buttons} onTap={props.onTap} />
            <Foot {...props} />
          </div>
        )}
        {shown.cards.length > 0 && (
          <div className={classes.cards}>
            {shown.cards.map((card) => (
              <div key={card.title + card.subtitle} className={classes.card}>
                {card.image && <img src={card.image} alt="" />}
                <strong dir="auto">{card.title}</strong>
                <span dir="auto">{card.subtitle}</span>
                <Buttons buttons={card.buttons} onTap={props.onTap} />
              </div>
            ))}
          </div>
        )}
        {reactions.length > 0 && <span className={classes.reactions}>{reactions.join('')}</span>}
        <BubbleActions {...props} />
      </div>
    </li>
  );
}

/** When it was said and how far it got, as the platform's own app tells it. */
function Foot({ platform, message, isLastOwn }: Props) {
  const isOwn = message.direction === 'in';
  const isTold = isOwn && (platform === 'whatsapp' || platform === 'line' || isLastOwn);
  const ticks = platform === 'whatsapp' && isOwn;
  return (
    <span className={classes.foot}>
      {message.edits ? <span>{t('sandbox.edited')}</span> : null}
      <time dateTime={new Date(message.at).toISOString()}>{clockTime(message.at)}</time>
      {isTold &&
        (ticks ? (
          <span role="img" data-read={message.status === 'read' || undefined} aria-label={statusName(message.status)}>
            {message.status === 'sent' ? '✓' : '✓✓'}
          </span>
        ) : (
          <span>{statusName(message.status)}</span>
        ))}
    </span>
  );
}

function Buttons({ buttons, onTap }: { buttons: Button[]; onTap: (label: string) => void }): ReactNode {
  return buttons.map((button, index) => (
    <button
      key={`${index}:${button.label}`}
      type="button"
      className={classes.button}
      disabled={button.isLink}
      dir="auto"
      onClick={() => onTap(button.label)}
    >
      {button.label}
      {button.isLink && ' ↗'}
    </button>
  ));
}

function MediaView({ media }: { media: Media }) {
  if (media.url === null) return <p className={classes.kind}>{media.name}</p>;
  if (media.kind === 'image') return <img className={classes.media} src={media.url} alt={t('sandbox.image')} />;
  // biome-ignore lint/a11y/useMediaCaption: what a customer records has no captions
  if (media.kind === 'video') return <video className={classes.media} src={media.url} controls preload="none" />;
  // biome-ignore lint/a11y/useMediaCaption: what a customer records has no captions
  if (media.kind === 'audio') return <audio className={classes.media} src={media.url} controls preload="none" />;
  return (
    <a className={classes.place} href={media.url} download={media.name}>
      <IconPaperclip size={18} aria-hidden />
      <bdi>{media.name}</bdi>
    </a>
  );
}

function BubbleActions({ platform, account, message, onAct, onReply, onEdit }: Props) {
  const skin = SKINS[platform];
  if (message.direction === 'out') {
    const given = Object.entries(message.reactions ?? {})
      .filter(([who]) => who !== account)
      .map(([, emoji]) => emoji);
    return (
      <div className={classes.acts}>
        {skin.reactions.map((emoji) => (
          <button
            key={emoji}
            type="button"
            aria-label={t('sandbox.react', { emoji })}
            aria-pressed={given.includes(emoji)}
            onClick={() =>
              given.includes(emoji)
                ? onAct('unreact', { message_id: message.id })
                : onAct('react', { message_id: message.id, emoji })
            }
          >
            {emoji}
          </button>
        ))}
        <button type="button" onClick={() => onReply(message)}>
          <IconArrowBackUp size={15} aria-hidden />
          {t('sandbox.reply')}
        </button>
      </div>
    );
  }
  return (
    <div className={classes.acts}>
      {skin.canEdit && message.type === 'text' && (
        <button type="button" onClick={() => onEdit(message)}>
          <IconPencil size={15} aria-hidden />
          {t('sandbox.edit')}
        </button>
      )}
      <button type="button" onClick={() => onAct('unsend', { message_id: message.id })}>
        <IconTrash size={15} aria-hidden />
        {t('sandbox.unsend')}
      </button>
    </div>
  );
}
