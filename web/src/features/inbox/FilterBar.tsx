import { Menu } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconArrowsSort, IconCheck, IconFilter, IconSearch, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, memo, Suspense, useMemo, useRef, useState } from 'react';
import { channelsQuery, countsQuery, labelsQuery, teamsQuery } from '@/api/queries';
import { t, withWords } from '@/i18n';
import { PLATFORM_NAMES } from '@/ui/ChannelBadge';
import { type Command, useCommands } from '@/ui/commands';
import { IconButton } from '@/ui/IconButton';
import { Count } from './Count';
import classes from './filterbar.module.css';
import { CHOICES, type InboxSearch, NARROWING, TABS, type Tab } from './search';
import { useFilterWords } from './useFilterWords';
import { useInboxSearch } from './useInboxSearch';
import { Views } from './Views';

const KeepView = lazy(() => withWords('settings', import('./KeepView')));
const MAIN: Tab[] = ['mine', 'unassigned', 'all'];
const GO: Partial<Record<Tab, string>> = { mine: 'g m', unassigned: 'g u', all: 'g a', mentions: 'g n' };

/** Whose conversations, in which order, and narrowed to what. */
export const FilterBar = memo(function FilterBar() {
  const [search, change] = useInboxSearch();
  useTabCommands(change);
  return (
    <header className={classes.bar}>
      <div className={classes.top}>
        <h1 className={classes.title}>{t('shell.inbox')}</h1>
        <SearchField key={search.q ?? ''} words={search.q ?? ''} onChange={(q) => change({ q: q || undefined })} />
        <Narrow search={search} change={change} />
        <Sort search={search} change={change} />
      </div>
      <Tabs search={search} change={change} />
      <Chips search={search} change={change} />
    </header>
  );
});

interface Part {
  search: InboxSearch;
  change: (changed: Partial<InboxSearch>) => void;
}

function SearchField({ words, onChange }: { words: string; onChange: (words: string) => void }) {
  const [typed, setTyped] = useState(words);
  const field = useRef<HTMLInputElement>(null);
  const tell = useDebouncedCallback(onChange, 350);
  const commands = useMemo<Command[]>(
    () => [
      {
        id: 'list.search',
        label: t('inbox.searchName'),
        section: 'list',
        keys: ['/'],
        run: () => field.current?.focus(),
      },
    ],
    [],
  );
  useCommands(commands);
  return (
    <label className={classes.search}>
      <IconSearch size={15} aria-hidden />
      <input
        ref={field}
        value={typed}
        placeholder={t('inbox.searchName')}
        aria-label={t('inbox.searchName')}
        onChange={(event) => {
          setTyped(event.target.value);
          tell(event.target.value.trim());
        }}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
    </label>
  );
}

function Tabs({ search, change }: Part) {
  const counts = useQuery(countsQuery).data;
  const [isKeeping, setKeeping] = useState(false);
  const chosen = search.tab ?? 'all';
  const rest = TABS.filter((tab) => !MAIN.includes(tab));
  const shownRest = rest.includes(chosen) ? chosen : undefined;
  const count = (tab: Tab) => (tab === 'closed' ? undefined : counts?.[tab]);
  return (
    <nav className={classes.tabs} aria-label={t('inbox.whose')}>
      {[...MAIN, ...(shownRest ? [shownRest] : [])].map((tab) => (
        <button
          key={tab}
          type="button"
          className={classes.tab}
          aria-pressed={tab === chosen}
          onClick={() => change({ tab: tab === 'all' ? undefined : tab })}
        >
          {t(`inbox.tab.${tab}`)} <Count value={count(tab)} />
        </button>
      ))}
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <button type="button" className={classes.tab} aria-label={t('inbox.moreTabs')}>
            {counts?.mentions ? <span className={classes.notice} /> : null}⋯
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {rest.map((tab) => (
            <Menu.Item key={tab} rightSection={<Count value={count(tab)} />} onClick={() => change({ tab })}>
              {t(`inbox.tab.${tab}`)}
            </Menu.Item>
          ))}
          <Views search={search} onKeep={() => setKeeping(true)} />
        </Menu.Dropdown>
      </Menu>
      {isKeeping && (
        <Suspense>
          <KeepView search={search} onClose={() => setKeeping(false)} />
        </Suspense>
      )}
    </nav>
  );
}

function Sort({ search, change }: Part) {
  const chosen = search.sort ?? 'recent';
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <IconButton label={t('inbox.sortBy', { order: t(`inbox.sort.${chosen}`) })}>
          <IconArrowsSort size={17} aria-hidden />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        {CHOICES.sort.map((sort) => (
          <Menu.Item
            key={sort}
            rightSection={sort === chosen && <IconCheck size={15} aria-hidden />}
            onClick={() => change({ sort: sort === 'recent' ? undefined : sort })}
          >
            {t(`inbox.sort.${sort}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Narrow({ search, change }: Part) {
  const channels = useQuery(channelsQuery).data ?? [];
  const labels = useQuery(labelsQuery).data ?? [];
  const teams = useQuery(teamsQuery).data ?? [];
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <IconButton label={t('inbox.narrow')}>
          <IconFilter size={17} aria-hidden />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => change({ unread: search.unread ? undefined : true })}>
          {t('inbox.filter.unread')}
        </Menu.Item>
        <Choices
          name={t('inbox.filter.platform')}
          choices={CHOICES.platform.map((value) => [value, PLATFORM_NAMES[value]])}
          onChoose={(platform) => change({ platform })}
        />
        <Choices
          name={t('inbox.filter.channel')}
          choices={channels.map((channel) => [channel.id, channel.name])}
          onChoose={(channel) => change({ channel })}
        />
        <Choices
          name={t('inbox.filter.label')}
          choices={labels.map((label) => [label.name, label.name])}
          onChoose={(label) => change({ label })}
        />
        <Choices
          name={t('inbox.filter.team')}
          choices={teams.map((team) => [team.id, team.name])}
          onChoose={(team) => change({ team })}
        />
        <Choices
          name={t('inbox.filter.priority')}
          choices={CHOICES.priority.map((value) => [value, t(`inbox.priority.${value}`)])}
          onChoose={(priority) => change({ priority })}
        />
        <Choices
          name={t('inbox.filter.window')}
          choices={CHOICES.window.map((value) => [value, t(`inbox.window.${value}`)])}
          onChoose={(window) => change({ window })}
        />
      </Menu.Dropdown>
    </Menu>
  );
}

interface ChoicesProps<T extends string> {
  name: string;
  choices: [T, string][];
  onChoose: (value: T) => void;
}

function Choices<T extends string>({ name, choices, onChoose }: ChoicesProps<T>) {
  if (choices.length === 0) return null;
  return (
    <Menu.Sub>
      <Menu.Sub.Target>
        <Menu.Sub.Item>{name}</Menu.Sub.Item>
      </Menu.Sub.Target>
      <Menu.Sub.Dropdown mah={320} className={classes.scrolling}>
        {choices.map(([value, label]) => (
          <Menu.Item key={value} onClick={() => onChoose(value)} dir="auto">
            {label}
          </Menu.Item>
        ))}
      </Menu.Sub.Dropdown>
    </Menu.Sub>
  );
}

function Chips({ search, change }: Part) {
  const named = useFilterWords(search);
  const shown = NARROWING.filter((name) => named[name]);
  if (shown.length === 0) return null;
  return (
    <div className={classes.chips}>
      {shown.map((name) => (
        <button
          key={name}
          type="button"
          className={classes.chip}
          aria-label={t('inbox.withoutFilter', { name: named[name]! })}
          onClick={() => change({ [name]: undefined })}
        >
          <span dir="auto">{named[name]}</span>
          <IconX size={13} aria-hidden />
        </button>
      ))}
    </div>
  );
}

function useTabCommands(change: Part['change']): void {
  const commands = useMemo<Command[]>(
    () =>
      TABS.map((tab) => ({
        id: `tab.${tab}`,
        label: t(`inbox.tab.${tab}`),
        section: 'go',
        keys: GO[tab] ? [GO[tab]] : undefined,
        run: () => change({ tab: tab === 'all' ? undefined : tab }),
      })),
    [change],
  );
  useCommands(commands);
}
