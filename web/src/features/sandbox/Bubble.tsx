import type { ReactNode } from 'react';
import { t } from '@/i18n';
import type { PhoneMessage, Platform } from './api';
import { type Button, type Media, readable } from './readable';
import classes from './sandbox.module.css';
import { SKINS } from './skins';

interface Props {
  platform: Platform;
  message: PhoneMessage;
  /** The customer's own id, for the mark of their reaction. */
  onTap: (label: string) => void;
  onAct: (action: string, content?: Record<string, unknown>) => void;
  onReply: (message: PhoneMessage) => void;
  onEdit: (message: PhoneMessage) => void;
  quoted?: PhoneMessage;
}

/** One bubble in the platform's skin, with what the customer can do to it. */
export function Bubble(props: Props) {
  const { message, platform } = props;
  if (message.is_unsent) return <li className={classes.gone}>{t('sandbox.unsent')}</li>;
  const shown = readable(message);
  const reactions = Object.values(message.reactions ?? {});
  return (
    <li className={classes.row} data-direction={message.direction}>
      <div className={classes.stack}>
        <div className={classes.bubble}>
          {props.quoted && (
            <blockquote className={classes.quote}>{readable(props.quoted).text || props.quoted.type}</blockquote>
          )}
          {shown.media.map((media) => (
            <MediaView key={media.url ?? media.name} media={media} />
          ))}
          {shown.text && <p className={classes.text}>{shown.text}</p>}
          {shown.place && (
            <p className={classes.text}>
              📍 {shown.place.title} {shown.place.latitude.toFixed(4)}, {shown.place.longitude.toFixed(4)}
            </p>
          )}
          {isBare(shown) && <p className={classes.kind}>{message.type}</p>}
          <Buttons buttons={shown.buttons} onTap={props.onTap} />
        </div>
        {shown.cards.length > 0 && (
          <div className={classes.cards}>
            {shown.cards.map((card) => (
              <div key={card.title + card.subtitle} className={classes.card}>
                {card.image && <img src={card.image} alt="" />}
                <strong>{card.title}</strong>
                <span>{card.subtitle}</span>
                <Buttons buttons={card.buttons} onTap={props.onTap} />
              </div>
            ))}
          </div>
        )}
        <div className={classes.under}>
          {reactions.length > 0 && <span className={classes.reactions}>{reactions.join('')}</span>}
          {message.edits ? <span>{t('sandbox.edited')}</span> : null}
          {message.direction === 'in' && <span>{message.status}</span>}
        </div>
      </div>
      <BubbleActions {...props} platform={platform} />
    </li>
  );
}

const isBare = (shown: ReturnType<typeof readable>) =>
  !shown.text && !shown.media.length && !shown.cards.length && !shown.buttons.length && !shown.place;

function Buttons({ buttons, onTap }: { buttons: Button[]; onTap: (label: string) => void }): ReactNode {
  return buttons.map((button, index) => (
    <button
      key={`${index}:${button.label}`}
      type="button"
      className={classes.button}
      disabled={button.isLink}
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
    <a href={media.url} download={media.name}>
      📄 {media.name}
    </a>
  );
}

function BubbleActions({ platform, message, onAct, onReply, onEdit }: Props) {
  const skin = SKINS[platform];
  if (message.direction === 'out') {
    return (
      <div className={classes.acts}>
        {skin.reactions.map((emoji) => (
          <button key={emoji} type="button" onClick={() => onAct('react', { message_id: message.id, emoji })}>
            {emoji}
          </button>
        ))}
        <button type="button" onClick={() => onReply(message)}>
          {t('sandbox.reply')}
        </button>
      </div>
    );
  }
  return (
    <div className={classes.acts}>
      {skin.canEdit && message.type === 'text' && (
        <button type="button" onClick={() => onEdit(message)}>
          {t('sandbox.edit')}
        </button>
      )}
      <button type="button" onClick={() => onAct('unsend', { message_id: message.id })}>
        {t('sandbox.unsend')}
      </button>
    </div>
  );
}
