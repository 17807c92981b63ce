import { Menu } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import {
  IconArchive,
  IconArrowLeft,
  IconCheck,
  IconClock,
  IconDots,
  IconFlag,
  IconLayoutSidebarRight,
  IconMail,
  IconPencil,
  IconTag,
  IconUser,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import { labelsQuery, membersQuery, useMay, useMe } from '@/api/queries';
import { dateFormat, t } from '@/i18n';
import { presence } from '@/realtime/socket';
import { Avatar } from '@/ui/Avatar';
import { PLATFORM_NAMES } from '@/ui/ChannelBadge';
import { IconButton } from '@/ui/IconButton';
import { LazyMenu } from '@/ui/LazyMenu';
import { useStore } from '@/ui/store';
import * as actions from './actions';
import { useNames } from './ConversationList';
import classes from './header.module.css';
import type { Conversation } from './lists';
import { nameOf } from './naming';
import { CHOICES } from './search';
import { type Chooser, openChooser } from './useConversationCommands';

interface Props {
  conversation: Conversation;
  isPanelOpen: boolean;
  onTogglePanel: () => void;
}

const PHONE = '(max-width: 719px)';
const AT_ONCE = { getInitialValueInEffect: false };

/** Who it is, who looks at it, and what can be done with it. */
export const ConversationHeader = memo(function ConversationHeader(props: Props) {
  const { conversation, isPanelOpen, onTogglePanel } = props;
  const mayAnswer = useMay('answer');
  const name = nameOf(conversation);
  // On a phone it is the whole page: the list with its heading is not there.
  const Name = useMediaQuery(PHONE, false, AT_ONCE) ? 'h1' : 'h2';
  return (
    <header className={classes.header}>
      <Link to="/inbox" search className={classes.back} aria-label={t('inbox.do.leave')}>
        <IconArrowLeft size={20} aria-hidden />
      </Link>
      <Avatar name={name} url={conversation.contact_avatar_url} platform={conversation.platform} size={34} />
      <div className={classes.who}>
        <Name>
          <bdi>{name}</bdi>
        </Name>
        <span className={classes.place}>
          <span>{PLATFORM_NAMES[conversation.platform]} ·</span> <bdi>{conversation.channel_name}</bdi>
        </span>
      </div>
      <Viewers conversation={conversation} />
      {mayAnswer && <Actions conversation={conversation} />}
      <IconButton label={t('inbox.do.panel')} isLarge aria-pressed={isPanelOpen} onClick={onTogglePanel}>
        <IconLayoutSidebarRight size={19} aria-hidden />
      </IconButton>
    </header>
  );
});

/** Colleagues who look at it too; a pencil for whoever writes. */
function Viewers({ conversation }: { conversation: Conversation }) {
  const me = useMe().user?.id;
  const here = useStore(presence);
  const people = here?.conversation_id === conversation.id ? here.people.filter((person) => person.user_id !== me) : [];
  if (people.length === 0) return null;
  const writing = people.filter((person) => person.is_typing);
  return (
    <div className={classes.viewers} role="status">
      {writing.length > 0 && (
        <span className={classes.writing}>
          {t('inbox.writing', { name: writing.map((person) => person.name).join(', ') })}
        </span>
      )}
      {people.slice(0, 4).map((person) => (
        <span
          key={person.user_id}
          className={classes.viewer}
          data-writing={person.is_typing || undefined}
          title={t('inbox.viewing', { name: person.name })}
        >
          <Avatar name={person.name} size={26} />
          {person.is_typing && (
            <span className={classes.pen}>
              <IconPencil size={11} aria-hidden />
            </span>
          )}
          <span className="visually-hidden">{t('inbox.viewing', { name: person.name })}</span>
        </span>
      ))}
    </div>
  );
}

function Actions({ conversation }: { conversation: Conversation }) {
  const names = useNames();
  const assignee = names[conversation.assigned_to_id ?? ''];
  const isActive = conversation.status === 'active';
  return (
    <>
      <ChooserMenu
        chooser="assign"
        label={assignee ? t('inbox.assignedTo', { name: assignee }) : t('inbox.do.assign')}
        icon={assignee ? <Avatar name={assignee} size={22} /> : <IconUser size={18} aria-hidden />}
        isOnWide
      >
        <Assignees conversation={conversation} />
      </ChooserMenu>
      <ChooserMenu chooser="label" label={t('inbox.do.label')} icon={<IconTag size={18} aria-hidden />} isOnWide>
        <LabelChoices conversation={conversation} />
      </ChooserMenu>
      <ChooserMenu chooser="priority" label={t('inbox.do.priority')} icon={<IconFlag size={18} aria-hidden />} isOnWide>
        <Priorities conversation={conversation} />
      </ChooserMenu>
      <ChooserMenu chooser="snooze" label={t('inbox.do.snooze')} icon={<IconClock size={18} aria-hidden />} isOnWide>
        <SnoozeChoices conversation={conversation} />
      </ChooserMenu>
      <More conversation={conversation} assigned={assignee} />
      <button
        type="button"
        className={classes.resolve}
        data-reopen={!isActive || undefined}
        aria-label={isActive ? t('inbox.do.resolve') : t('inbox.do.reopen')}
        onClick={() => void (isActive ? actions.resolve(conversation) : actions.reopen(conversation))}
      >
        <IconCheck size={16} aria-hidden />
        <span>{isActive ? t('inbox.do.resolve') : t('inbox.do.reopen')}</span>
      </button>
    </>
  );
}

interface ChooserProps {
  chooser: Chooser;
  label: string;
  icon: ReactNode;
  isOnWide?: boolean;
  children: ReactNode;
}

function ChooserMenu({ chooser, label, icon, isOnWide, children }: ChooserProps) {
  const open = useStore(openChooser);
  return (
    <LazyMenu
      opened={open === chooser}
      onChange={(isOpen) => openChooser.set(isOpen ? chooser : undefined)}
      position="bottom-end"
      width={230}
      className={classes.choices}
      button={(props) => (
        <IconButton label={label} isLarge className={isOnWide ? classes.wide : undefined} {...props}>
          {icon}
        </IconButton>
      )}
    >
      {children}
    </LazyMenu>
  );
}

function Assignees({ conversation }: { conversation: Conversation }) {
  const me = useMe().user?.id;
  const members = useQuery(membersQuery).data?.filter((member) => member.is_active && member.role !== 'viewer') ?? [];
  const sorted = members.toSorted((one, other) => Number(other.user_id === me) - Number(one.user_id === me));
  return (
    <>
      {sorted.map(({ user_id, name }) => (
        <Menu.Item
          key={user_id}
          dir="auto"
          leftSection={<Avatar name={name} size={22} />}
          rightSection={user_id === conversation.assigned_to_id && <IconCheck size={15} aria-hidden />}
          onClick={() => void actions.assign(conversation, user_id, name)}
        >
          {user_id === me ? t('inbox.me', { name }) : name}
        </Menu.Item>
      ))}
      {conversation.assigned_to_id && (
        <Menu.Item onClick={() => void actions.assign(conversation, null)}>{t('inbox.nobody')}</Menu.Item>
      )}
    </>
  );
}

function Priorities({ conversation }: { conversation: Conversation }) {
  return CHOICES.priority.map((priority) => (
    <Menu.Item
      key={priority}
      rightSection={priority === conversation.priority && <IconCheck size={15} aria-hidden />}
      onClick={() => void actions.setPriority(conversation, priority)}
    >
      {t(`inbox.priority.${priority}`)}
    </Menu.Item>
  ));
}

function LabelChoices({ conversation }: { conversation: Conversation }) {
  const labels = useQuery(labelsQuery).data ?? [];
  if (labels.length === 0) return <Menu.Label>{t('inbox.noLabels')}</Menu.Label>;
  return labels.map(({ id, name, color }) => {
    const isSet = conversation.tags.includes(name);
    return (
      <Menu.Item
        key={id}
        dir="auto"
        closeMenuOnClick={false}
        leftSection={<span className={classes.dot} style={{ background: color }} />}
        rightSection={isSet && <IconCheck size={15} aria-hidden />}
        onClick={() => void actions.changeTags(conversation, isSet ? [] : [name], isSet ? [name] : [])}
      >
        {name}
      </Menu.Item>
    );
  });
}

function SnoozeChoices({ conversation }: { conversation: Conversation }) {
  const when = dateFormat({ weekday: 'short', hour: 'numeric', minute: '2-digit' });
  if (conversation.is_snoozed) {
    return <Menu.Item onClick={() => void actions.unsnooze(conversation)}>{t('inbox.do.unsnooze')}</Menu.Item>;
  }
  return (
    <>
      {actions.snoozeChoices(new Date()).map(({ name, until }) => (
        <Menu.Item
          key={name}
          rightSection={<span className={classes.when}>{when.format(until)}</span>}
          onClick={() => void actions.snooze(conversation, until)}
        >
          {t(`inbox.snoozeUntil.${name}`)}
        </Menu.Item>
      ))}
      <Menu.Item onClick={() => void actions.snooze(conversation, null)}>{t('inbox.snoozeUntil.reply')}</Menu.Item>
    </>
  );
}

/** What has no room of its own there. */
const ON_PHONES = { assign: IconUser, label: IconTag, priority: IconFlag, snooze: IconClock };

function More({ conversation, assigned }: { conversation: Conversation; assigned: string | undefined }) {
  return (
    <LazyMenu
      position="bottom-end"
      width={220}
      button={(props) => (
        <IconButton label={t('inbox.do.more')} isLarge {...props}>
          <IconDots size={18} aria-hidden />
        </IconButton>
      )}
    >
      <MoreChoices conversation={conversation} assigned={assigned} />
    </LazyMenu>
  );
}

function MoreChoices({ conversation, assigned }: { conversation: Conversation; assigned: string | undefined }) {
  return (
    <>
      <Menu.Item leftSection={<IconMail size={16} aria-hidden />} onClick={() => void actions.markUnread(conversation)}>
        {t('inbox.do.unread')}
      </Menu.Item>
      {(Object.keys(ON_PHONES) as Chooser[]).map((chooser) => {
        const Icon = ON_PHONES[chooser];
        const isAssigned = chooser === 'assign' && assigned;
        return (
          <Menu.Item
            key={chooser}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={() => openChooser.set(chooser)}
            className={classes.narrow}
          >
            {isAssigned ? t('inbox.assignedTo', { name: isAssigned }) : t(`inbox.do.${chooser}`)}
          </Menu.Item>
        );
      })}
      <Menu.Item leftSection={<IconArchive size={16} aria-hidden />} onClick={() => void actions.archive(conversation)}>
        {t('inbox.do.archive')}
      </Menu.Item>
    </>
  );
}
