import { IconArchive, IconCheck, IconClock, IconUserCheck } from '@tabler/icons-react';
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
  onSelect: (id: string, isRange: boolean) => void;
}

const CLOSING_MS = 2 * 3_600_000;

/** One line of the list: plain elements, painted again only when something in it changed. */
export const ConversationRow = memo(function ConversationRow(props: Props) {
  const { conversation, isChosen, isSelected, isSelecting, assignee, colors, now, onSelect } = props;
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
        <Avatar name={name} platform={conversation.platform} size={38} />
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
            {isOurs(conversation) && <span className={classes.author}>{t('inbox.you')} </span>}
            <bdi>{conversation.last_message_text || t('inbox.noText')}</bdi>
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

function isOurs(conversation: Conversation): boolean {
  const { last_outbound_at: outbound, last_inbound_at: inbound } = conversation;
  return outbound !== null && (inbound === null || outbound > inbound);
}
