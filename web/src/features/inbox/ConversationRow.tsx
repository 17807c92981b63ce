import {
  IconAddressBook,
  IconArchive,
  IconCheck,
  IconCircleDashed,
  IconClock,
  IconFile,
  IconMapPin,
  IconMicrophone,
  IconPhoto,
  IconShare3,
  IconShoppingCart,
  IconSticker,
  IconTemplate,
  IconUserCheck,
  IconVideo,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type MouseEvent, memo, type ReactNode } from 'react';
import { t } from '@/i18n';
import { Avatar } from '@/ui/Avatar';
import { duration, shortAgo } from '@/ui/time';
import * as actions from './actions';
import type { Conversation } from './lists';
import { nameOf, windowClosesAt } from './naming';
import classes from './row.module.css';

interface Props {
  conversation: Conversation;
  isChosen: boolean;
  isSelected: boolean;
  isSelecting: boolean;
  assignee: string | undefined;
  colors: Record<string, string>;
  now: number;
  me: string | undefined;
  onSelect: (id: string, isRange: boolean) => void;
}

const CLOSING_MS = 2 * 3_600_000;

/** One line of the list: plain elements, painted again only when something in it changed. */
export const ConversationRow = memo(function ConversationRow(props: Props) {
  const { conversation, isChosen, isSelected, isSelecting, assignee, colors, now, me, onSelect } = props;
  const name = nameOf(conversation);
  const isUnread = conversation.unread_count > 0;
  const lastAt = Date.parse(conversation.last_message_at ?? conversation.created_at);
  const select = (event: MouseEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onSelect(conversation.id, event.shiftKey);
  };
  return (
    <article
      className={classes.row}
      data-chosen={isChosen || undefined}
      data-unread={isUnread || undefined}
      data-selected={isSelected || undefined}
      data-priority={conversation.priority}
    >
      <Link
        to="/inbox/$id"
        params={{ id: conversation.id }}
        search
        preload={false}
        className={classes.link}
        aria-current={isChosen ? 'true' : undefined}
        aria-label={`${name}${isUnread ? `, ${t('inbox.unreadCount', { count: conversation.unread_count })}` : ''}`}
        onClick={(event) => (isSelecting || event.shiftKey) && select(event)}
      />
      <button
        type="button"
        className={classes.picture}
        aria-label={t('inbox.select', { name })}
        aria-pressed={isSelected}
        onClick={select}
      >
        <Avatar name={name} url={conversation.contact_avatar_url} platform={conversation.platform} size={38} />
        <span className={classes.tick} data-shown={isSelecting || undefined}>
          {isSelected && <IconCheck size={14} stroke={3} aria-hidden />}
        </span>
      </button>
      <div className={classes.body}>
        <div className={classes.line}>
          <span className={classes.name}>
            <bdi>{name}</bdi>
          </span>
          <time className={classes.time} dateTime={conversation.last_message_at ?? undefined}>
            {shortAgo(lastAt, now)}
          </time>
        </div>
        <div className={classes.line}>
          <span className={classes.preview}>
            <Preview conversation={conversation} me={me} />
          </span>
          {isUnread && <span className={classes.count}>{Math.min(conversation.unread_count, 99)}</span>}
        </div>
        <div className={classes.line}>
          <span className={classes.source}>
            <bdi>{conversation.channel_name}</bdi>
          </span>
          <Chips conversation={conversation} assignee={assignee} colors={colors} now={now} />
        </div>
      </div>
      <HoverActions conversation={conversation} />
    </article>
  );
});

function Chips({ conversation, assignee, colors, now }: Pick<Props, 'conversation' | 'assignee' | 'colors' | 'now'>) {
  const closesAt = windowClosesAt(conversation);
  const left = closesAt === undefined ? undefined : closesAt - now;
  return (
    <span className={classes.chips}>
      {conversation.is_snoozed && <IconClock size={13} aria-label={t('inbox.snoozed')} role="img" />}
      {left !== undefined && left > 0 && left < CLOSING_MS && conversation.status === 'active' && (
        <span className={classes.closing}>{t('inbox.left', { time: duration(left) })}</span>
      )}
      {conversation.tags.slice(0, 4).map((tag) => (
        <span key={tag} className={classes.dot} style={{ background: colors[tag] }} title={tag} />
      ))}
      {assignee && (
        <span className={classes.assignee} title={assignee}>
          <Avatar name={assignee} size={18} />
        </span>
      )}
    </span>
  );
}

function HoverActions({ conversation }: { conversation: Conversation }) {
  const act = (run: (conversation: Conversation) => unknown) => (event: MouseEvent) => {
    event.stopPropagation();
    run(conversation);
  };
  const tomorrow = () => actions.snooze(conversation, actions.snoozeChoices(new Date())[1]!.until);
  const isActive = conversation.status === 'active';
  return (
    <span className={classes.actions}>
      <Quick label={t('inbox.do.assignMe')} onClick={act(actions.assignToMe)}>
        <IconUserCheck size={16} aria-hidden />
      </Quick>
      {isActive && (
        <Quick label={t('inbox.do.snoozeTomorrow')} onClick={act(tomorrow)}>
          <IconClock size={16} aria-hidden />
        </Quick>
      )}
      {isActive ? (
        <Quick label={t('inbox.do.resolve')} onClick={act(actions.resolve)}>
          <IconCheck size={16} aria-hidden />
        </Quick>
      ) : (
        <Quick label={t('inbox.do.archive')} onClick={act(actions.archive)}>
          <IconArchive size={16} aria-hidden />
        </Quick>
      )}
    </span>
  );
}

/** Reachable by keys as commands of the open conversation; a stop of its own in every row would only be in the way. */
function Quick({
  label,
  onClick,
  children,
}: {
  label: string;
  onClick: (event: MouseEvent) => void;
  children: ReactNode;
}) {
  return (
    <button type="button" className={classes.quick} title={label} aria-label={label} tabIndex={-1} onClick={onClick}>
      {children}
    </button>
  );
}

/** Whose the last word is, and what kind of word, before the word itself. */
function Preview({ conversation, me }: { conversation: Conversation; me: string | undefined }) {
  const { last_message: last, last_message_text: text } = conversation;
  const author = authorOf(conversation, me);
  const kind = last && kindOf(last.type);
  const Icon = kind && ICONS[kind];
  return (
    <>
      {author && (
        <span className={classes.author}>
          <bdi>{author}</bdi>
        </span>
      )}
      {Icon && <Icon size={14} className={classes.kind} aria-hidden />}
      <bdi>{last?.is_unsent ? t('inbox.unsent') : text || (kind ? t(`inbox.type.${kind}`) : t('inbox.noText'))}</bdi>
    </>
  );
}

const ICONS = {
  image: IconPhoto,
  video: IconVideo,
  audio: IconMicrophone,
  file: IconFile,
  sticker: IconSticker,
  location: IconMapPin,
  contact: IconAddressBook,
  share: IconShare3,
  template: IconTemplate,
  order: IconShoppingCart,
  story: IconCircleDashed,
} as const;

function kindOf(type: string): keyof typeof ICONS | undefined {
  const kind = type.startsWith('story_') ? 'story' : type;
  return kind in ICONS ? (kind as keyof typeof ICONS) : undefined;
}

/** Nothing for the customer of a private conversation: it is theirs. */
function authorOf({ last_message: last, type }: Conversation, me: string | undefined): string | undefined {
  if (!last) return undefined;
  if (last.author_type === 'customer')
    return type !== 'private' && last.author_name ? `${last.author_name}:` : undefined;
  if (last.author_type === 'flow' || last.author_type === 'ai') return t('inbox.bot');
  if (last.author_user_id !== null && last.author_user_id === me) return t('inbox.you');
  const [first] = last.author_name.split(' ');
  return first ? `${first}:` : t('inbox.you');
}
