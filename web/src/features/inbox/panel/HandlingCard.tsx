import { Menu } from '@mantine/core';
import { IconCheck, IconSelector, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { membersQuery, teamsQuery, useMay, useMe } from '@/api/queries';
import { t } from '@/i18n';
import { Avatar } from '@/ui/Avatar';
import { LazyMenu } from '@/ui/LazyMenu';
import { assign, setPriority } from '../actions';
import type { Conversation } from '../lists';
import { CHOICES } from '../search';
import fields from './fields.module.css';
import classes from './panel.module.css';
import { Reason } from './Reason';
import { giveToTeam, takeFromTeam } from './team';

/** Who takes care of it, and how urgent it is. */
export function HandlingCard({ conversation }: { conversation: Conversation }) {
  const mayAnswer = useMay('answer');
  return (
    <>
      <dl className={fields.rows}>
        <Assignee conversation={conversation} isLocked={!mayAnswer} />
        <Team conversation={conversation} isLocked={!mayAnswer} />
        <Priority conversation={conversation} isLocked={!mayAnswer} />
      </dl>
      {!mayAnswer && <Reason>{t('panel.mayAgents')}</Reason>}
    </>
  );
}

interface Row {
  conversation: Conversation;
  isLocked: boolean;
}

function Choice({ label, shown, isLocked, children }: ChoiceProps) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <LazyMenu
          position="bottom-start"
          width={220}
          className={classes.menu}
          button={(props) => (
            <button
              type="button"
              className={classes.chooser}
              disabled={isLocked}
              aria-label={`${label}: ${shown.text}`}
              {...props}
            >
              {shown.icon}
              <span dir="auto">{shown.text}</span>
              {!isLocked && <IconSelector size={14} aria-hidden />}
            </button>
          )}
        >
          {children}
        </LazyMenu>
      </dd>
    </>
  );
}

interface ChoiceProps {
  label: string;
  shown: { text: string; icon?: ReactNode };
  isLocked: boolean;
  children: ReactNode;
}

function Assignee({ conversation, isLocked }: Row) {
  const me = useMe().user?.id;
  const members = useQuery(membersQuery).data ?? [];
  const chosen = members.find(({ user_id }) => user_id === conversation.assigned_to_id);
  const able = members.filter(({ is_active, role }) => is_active && role !== 'viewer');
  const sorted = able.toSorted((one, other) => Number(other.user_id === me) - Number(one.user_id === me));
  const nameOf = (id: string, name: string) => (id === me ? t('inbox.me', { name }) : name);
  const shown = chosen
    ? { text: nameOf(chosen.user_id, chosen.name), icon: <Avatar name={chosen.name} size={20} /> }
    : { text: t('panel.handling.nobody') };
  return (
    <Choice label={t('panel.assignee')} shown={shown} isLocked={isLocked}>
      {sorted.map(({ user_id, name }) => (
        <Menu.Item
          key={user_id}
          leftSection={<Avatar name={name} size={20} />}
          rightSection={user_id === chosen?.user_id && <IconCheck size={15} aria-hidden />}
          onClick={() => void assign(conversation, user_id, name)}
        >
          <bdi>{nameOf(user_id, name)}</bdi>
        </Menu.Item>
      ))}
      {conversation.assigned_to_id && (
        <Menu.Item onClick={() => void assign(conversation, null)}>{t('panel.handling.nobody')}</Menu.Item>
      )}
    </Choice>
  );
}

function Team({ conversation, isLocked }: Row) {
  const teams = useQuery(teamsQuery).data ?? [];
  const chosen = teams.find(({ id }) => id === conversation.team_id);
  const able = teams.filter(({ id, is_active }) => is_active || id === chosen?.id);
  if (teams.length === 0) return null;
  const shown = chosen
    ? { text: chosen.name, icon: <IconUsersGroup size={16} aria-hidden /> }
    : { text: t('panel.handling.noTeam') };
  return (
    <Choice label={t('panel.team')} shown={shown} isLocked={isLocked}>
      {able.map((team) => (
        <Menu.Item
          key={team.id}
          rightSection={team.id === chosen?.id && <IconCheck size={15} aria-hidden />}
          onClick={() => void giveToTeam(conversation, team.id)}
        >
          <bdi>{team.name}</bdi>
        </Menu.Item>
      ))}
      {chosen && (
        <Menu.Item onClick={() => void takeFromTeam(conversation, chosen.id)}>{t('panel.handling.noTeam')}</Menu.Item>
      )}
    </Choice>
  );
}

function Priority({ conversation, isLocked }: Row) {
  const { priority } = conversation;
  const mark = (name: string) => <span className={classes.mark} data-priority={name} />;
  const shown = { text: t(`inbox.priority.${priority}`), icon: mark(priority) };
  return (
    <Choice label={t('panel.priority')} shown={shown} isLocked={isLocked}>
      {CHOICES.priority.map((name) => (
        <Menu.Item
          key={name}
          leftSection={mark(name)}
          rightSection={name === priority && <IconCheck size={15} aria-hidden />}
          onClick={() => void setPriority(conversation, name)}
        >
          {t(`inbox.priority.${name}`)}
        </Menu.Item>
      ))}
    </Choice>
  );
}
