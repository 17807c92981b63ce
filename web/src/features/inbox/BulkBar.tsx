import { Menu } from '@mantine/core';
import {
  IconArchive,
  IconCheck,
  IconClock,
  IconFlag,
  IconMail,
  IconMailOpened,
  IconTag,
  IconUser,
  IconX,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { labelsQuery, membersQuery } from '@/api/queries';
import { t } from '@/i18n';
import { IconButton } from '@/ui/IconButton';
import { type BulkAction, changeMany, snoozeChoices } from './actions';
import classes from './bulkbar.module.css';
import { CHOICES } from './search';

/** What can be done to all that are ticked. */
export default function BulkBar({ ids, onDone }: { ids: string[]; onDone: () => void }) {
  const members = useQuery(membersQuery).data?.filter((member) => member.is_active) ?? [];
  const labels = useQuery(labelsQuery).data ?? [];
  const run = (action: BulkAction, value: string | null = null) => {
    onDone();
    void changeMany(ids, action, value);
  };
  return (
    <div className={classes.bar} role="toolbar" aria-label={t('inbox.bulk')}>
      <One label={t('shell.close')} icon={<IconX size={17} aria-hidden />} onClick={onDone} />
      <span className={classes.count}>{t('inbox.selected', { count: ids.length })}</span>
      <Choose label={t('inbox.do.assign')} icon={<IconUser size={17} aria-hidden />}>
        <Menu.Item onClick={() => run('assign')}>{t('inbox.nobody')}</Menu.Item>
        {members.map((member) => (
          <Menu.Item key={member.user_id} dir="auto" onClick={() => run('assign', member.user_id)}>
            {member.name}
          </Menu.Item>
        ))}
      </Choose>
      {labels.length > 0 && (
        <Choose label={t('inbox.do.label')} icon={<IconTag size={17} aria-hidden />}>
          {labels.map((label) => (
            <Menu.Item key={label.id} dir="auto" onClick={() => run('label', label.name)}>
              {label.name}
            </Menu.Item>
          ))}
        </Choose>
      )}
      <Choose label={t('inbox.do.priority')} icon={<IconFlag size={17} aria-hidden />}>
        {CHOICES.priority.map((priority) => (
          <Menu.Item key={priority} onClick={() => run('priority', priority)}>
            {t(`inbox.priority.${priority}`)}
          </Menu.Item>
        ))}
      </Choose>
      <Choose label={t('inbox.do.snooze')} icon={<IconClock size={17} aria-hidden />}>
        {snoozeChoices(new Date()).map(({ name, until }) => (
          <Menu.Item key={name} onClick={() => run('snooze', until.toISOString())}>
            {t(`inbox.snoozeUntil.${name}`)}
          </Menu.Item>
        ))}
        <Menu.Item onClick={() => run('snooze')}>{t('inbox.snoozeUntil.reply')}</Menu.Item>
      </Choose>
      <One label={t('inbox.do.resolve')} icon={<IconCheck size={17} aria-hidden />} onClick={() => run('close')} />
      <One label={t('inbox.do.archive')} icon={<IconArchive size={17} aria-hidden />} onClick={() => run('archive')} />
      <One label={t('inbox.do.read')} icon={<IconMailOpened size={17} aria-hidden />} onClick={() => run('read')} />
      <One label={t('inbox.do.unread')} icon={<IconMail size={17} aria-hidden />} onClick={() => run('unread')} />
    </div>
  );
}

function One({ label, icon, onClick }: { label: string; icon: ReactNode; onClick: () => void }) {
  return (
    <IconButton label={label} onClick={onClick}>
      {icon}
    </IconButton>
  );
}

function Choose({ label, icon, children }: { label: string; icon: ReactNode; children: ReactNode }) {
  return (
    <Menu position="top" width={200}>
      <Menu.Target>
        <IconButton label={label}>{icon}</IconButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.scrolling}>{children}</Menu.Dropdown>
    </Menu>
  );
}
