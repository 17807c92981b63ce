import { useMemo, useRef } from 'react';
import { t } from '@/i18n';
import { type Command, useCommands } from '@/ui/commands';
import type { Mode } from './drafts';

interface Doing {
  attach: () => void;
  /** Undefined when it cannot be done now. */
  record: (() => void) | undefined;
  choices: (() => void) | undefined;
  later: (() => void) | undefined;
}

const SOMETIMES = ['record', 'choices', 'later'] as const;

/** What the palette and the single keys do in the composer. */
export function useComposerCommands(switchTo: (mode: Mode) => void, doing: Doing): void {
  const latest = useRef(doing);
  latest.current = doing;
  const possible = SOMETIMES.filter((name) => doing[name]).join(' ');
  const commands = useMemo<Command[]>(
    () => [
      { id: 'reply', label: t('inbox.do.reply'), section: 'compose', keys: ['r'], run: () => switchTo('reply') },
      { id: 'note', label: t('inbox.do.note'), section: 'compose', keys: ['n'], run: () => switchTo('note') },
      { id: 'attach', label: t('inbox.do.attach'), section: 'compose', run: () => latest.current.attach() },
      ...SOMETIMES.filter((name) => possible.split(' ').includes(name)).map((name) => ({
        id: `compose.${name}`,
        label: t(`inbox.do.${name}`),
        section: 'compose' as const,
        run: () => latest.current[name]?.(),
      })),
    ],
    [switchTo, possible],
  );
  useCommands(commands);
}
