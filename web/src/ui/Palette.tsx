import '@mantine/spotlight/styles.css';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { type FocusEvent, useEffect, useMemo } from 'react';
import { t } from '@/i18n';
import { type Command, type Section, useAllCommands } from './commands';
import { Keys } from './Keys';
import { isPaletteOpen } from './overlays';
import classes from './palette.module.css';
import { makeStoredStore, useStore } from './store';
import { paletteWords } from './typedAhead';

const [palette, controls] = createSpotlight();
const recent = makeStoredStore<string[]>('hubbub.palette', []);
const ORDER: Section[] = ['conversation', 'compose', 'list', 'go', 'view', 'help'];
const REMEMBERED = 5;

/** Everything that can be done here, found by a few letters. Its key works while typing as well. */
export default function Palette() {
  const words = useStore(paletteWords);
  const commands = useAllCommands();
  const isOpen = useStore(isPaletteOpen);
  useEffect(() => (isOpen ? controls.open() : controls.close()), [isOpen]);
  const groups = useMemo(() => grouped(commands, words), [commands, words]);
  return (
    <Spotlight.Root
      store={palette}
      onSpotlightClose={() => isPaletteOpen.set(false)}
      query={words}
      onQueryChange={paletteWords.set}
      shortcut={null}
      tagsToIgnore={[]}
      clearQueryOnClose
      transitionProps={{ duration: 0 }}
      lockScroll={false}
      radius="lg"
      size={620}
      scrollable
      maxHeight={420}
      attributes={{ content: { 'aria-label': t('shell.searchEverything') } }}
    >
      <Spotlight.Search
        placeholder={t('shell.palettePlaceholder')}
        aria-label={t('shell.palettePlaceholder')}
        onFocus={goOn}
        leftSection={<IconSearch size={18} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {groups.length === 0 && <Spotlight.Empty>{t('shell.nothingFound')}</Spotlight.Empty>}
        {groups.map(([name, found]) => (
          <Spotlight.ActionsGroup key={name} label={name}>
            {found.map((command) => (
              <Spotlight.Action key={command.id} onClick={() => choose(command)} className={classes.action}>
                <span className={classes.label}>{command.label}</span>
                {command.keys?.[0] && <Keys keys={command.keys[0]} />}
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        ))}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** With what was typed while it opened. */
function goOn({ currentTarget: field }: FocusEvent<HTMLInputElement>): void {
  if (field.value === '') return;
  field.setSelectionRange(field.value.length, field.value.length);
  document.querySelector(`#${palette.getState().listId} [data-action]`)?.setAttribute('data-selected', 'true');
  palette.updateState((state) => ({ ...state, selected: 0 }));
}

function choose(command: Command): void {
  recent.set((before) => [command.id, ...before.filter((id) => id !== command.id)].slice(0, REMEMBERED));
  // After the palette has given the focus back: the command may want it.
  setTimeout(command.run, 0);
}

function grouped(commands: readonly Command[], words: string): [string, Command[]][] {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter((command) => !command.isHidden && matches(command, wanted));
  const groups: [string, Command[]][] = ORDER.map((section) => [
    t(`shell.section.${section}`),
    found.filter((command) => command.section === section),
  ]);
  if (wanted.length === 0) {
    const before = recent.get().flatMap((id) => found.find((command) => command.id === id) ?? []);
    groups.unshift([t('shell.section.recent'), before]);
    for (const group of groups.slice(1)) group[1] = group[1].filter((command) => !before.includes(command));
  }
  return groups.filter(([, members]) => members.length > 0);
}

function matches(command: Command, wanted: string[]): boolean {
  const text = `${command.label} ${command.keywords ?? ''}`.toLowerCase();
  return wanted.every((word) => text.includes(word));
}
