import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useMe } from '@/api/queries';
import { t } from '@/i18n';
import { type Command, useCommands } from '@/ui/commands';
import { allowedSections } from './sections';

/** "Settings: Labels" and its like, from wherever one is. */
export function useSettingsCommands(): void {
  const navigate = useNavigate();
  const { permissions } = useMe();
  const commands = useMemo<Command[]>(
    () =>
      allowedSections(permissions)
        .flatMap(({ pages }) => pages)
        .map((name) => ({
          id: `go.settings.${name}`,
          label: t('shell.settings.command', { name: t(`shell.settings.${name}`) }),
          section: 'go',
          run: () => void navigate({ to: `/settings/${name}` }),
        })),
    [navigate, permissions],
  );
  useCommands(commands);
}
