import { Menu, useMantineColorScheme } from '@mantine/core';
import {
  IconBuildingBroadcastTower,
  IconDeviceMobileMessage,
  IconInbox,
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSettings,
  IconSun,
} from '@tabler/icons-react';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useMemo, useRef } from 'react';
import { useMe } from '@/api/queries';
import { useSettingsCommands } from '@/features/settings/useSettingsCommands';
import { LANGUAGES, type Language, setLanguage, t } from '@/i18n';
import { UpdateBar } from '@/pwa/UpdateBar';
import { useInstalled } from '@/pwa/useInstalled';
import { Avatar } from './Avatar';
import { ConnectionBar } from './ConnectionBar';
import { type Command, listenForKeys, useCommands } from './commands';
import { asked, isKeySheetOpen, isPaletteOpen, openKeySheet, openPalette } from './overlays';
import classes from './shell.module.css';
import { signOut } from './signOut';
import { useStore } from './store';
import { TipLayer } from './TipLayer';
import { tipBeside } from './tips';
import { undoLast } from './toasts';

const Palette = lazy(() => import('./Palette'));
const KeySheet = lazy(() => import('./KeySheet'));
const AskDialog = lazy(() => import('./AskDialog'));

/** Loaded when it is first wanted; from then on it stays, so that it can close in its own time. */
function Later({ isWanted, of: Wanted }: { isWanted: boolean; of: ComponentType }) {
  const wasWanted = useRef(false);
  wasWanted.current ||= isWanted;
  return wasWanted.current ? (
    <Suspense>
      <Wanted />
    </Suspense>
  ) : null;
}

/** Rail and content. Below 720 px the rail lies at the bottom. */
export function Shell() {
  useEffect(listenForKeys, []);
  useShellCommands();
  useSettingsCommands();
  useInstalled();
  const hasSandbox = useMe().features.has_sandbox;
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t('shell.skipToContent')}
      </a>
      <nav className={classes.rail} aria-label={t('shell.navigation')}>
        <img className={classes.logo} src="/icon.svg" alt="Hubbub" width={30} height={30} />
        <Place to="/inbox" label={t('shell.inbox')} icon={<IconInbox size={21} aria-hidden />} />
        <Place to="/channels" label={t('shell.channels')} icon={<IconBuildingBroadcastTower size={21} aria-hidden />} />
        <Place to="/settings" label={t('shell.settings')} icon={<IconSettings size={21} aria-hidden />} />
        <span className={classes.gap} />
        {hasSandbox && (
          <a
            className={classes.place}
            href="/sandbox"
            target="_blank"
            rel="noopener"
            aria-label={t('shell.sandbox')}
            {...tipBeside(t('shell.sandbox'))}
          >
            <IconDeviceMobileMessage size={20} aria-hidden />
          </a>
        )}
        <RailButton label={t('shell.searchEverything')} onClick={openPalette}>
          <IconSearch size={20} aria-hidden />
        </RailButton>
        <Account />
      </nav>
      <div className={classes.main}>
        <ConnectionBar />
        <UpdateBar />
        <main id="content" className={classes.content} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <TipLayer />
      <Later isWanted={useStore(isPaletteOpen)} of={Palette} />
      <Later isWanted={useStore(isKeySheetOpen)} of={KeySheet} />
      <Later isWanted={useStore(asked) !== undefined} of={AskDialog} />
    </div>
  );
}

function Place({ to, label, icon }: { to: '/inbox' | '/channels' | '/settings'; label: string; icon: ReactNode }) {
  return (
    <Link
      to={to}
      className={classes.place}
      aria-label={label}
      activeProps={{ 'data-active': true }}
      {...tipBeside(label)}
    >
      {icon}
    </Link>
  );
}

function RailButton({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className={classes.place} aria-label={label} onClick={onClick} {...tipBeside(label)}>
      {children}
    </button>
  );
}

function Account() {
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const isDark = colorScheme === 'dark';
  return (
    <Menu position="right-end" width={240}>
      <Menu.Target>
        <button type="button" className={classes.account} aria-label={t('shell.account')}>
          <Avatar name={me.user?.name ?? '?'} size={32} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <strong dir="auto">{me.user?.name}</strong>
          <span dir="auto">{me.organization.name}</span>
        </div>
        <Menu.Divider />
        <Menu.Item
          leftSection={isDark ? <IconSun size={16} aria-hidden /> : <IconMoon size={16} aria-hidden />}
          onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
        >
          {isDark ? t('shell.light') : t('shell.dark')}
        </Menu.Item>
        <Menu.Sub>
          <Menu.Sub.Target>
            <Menu.Sub.Item leftSection={<IconLanguage size={16} aria-hidden />}>{t('shell.language')}</Menu.Sub.Item>
          </Menu.Sub.Target>
          <Menu.Sub.Dropdown>
            {Object.entries(LANGUAGES).map(([tag, { name }]) => (
              <Menu.Item key={tag} lang={tag} onClick={() => void setLanguage(tag as Language)}>
                {name}
              </Menu.Item>
            ))}
          </Menu.Sub.Dropdown>
        </Menu.Sub>
        {me.features.has_sandbox && (
          <Menu.Item
            leftSection={<IconDeviceMobileMessage size={16} aria-hidden />}
            component="a"
            href="/sandbox"
            target="_blank"
            rel="noopener"
          >
            {t('shell.sandbox')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={openKeySheet}>
          {t('shell.keySheet')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void signOut()}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const SANDBOX = { section: 'go' as const, run: () => void window.open('/sandbox', '_blank', 'noopener') };

function useShellCommands(): void {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const hasSandbox = useMe().features.has_sandbox;
  const commands = useMemo<Command[]>(
    () => [
      { id: 'palette', label: t('shell.searchEverything'), section: 'help', keys: ['mod+k'], run: openPalette },
      { id: 'keys', label: t('shell.keySheet'), section: 'help', keys: ['?', 'shift+?'], run: openKeySheet },
      { id: 'undo', label: t('shell.undo'), section: 'help', keys: ['mod+z'], isForFields: false, run: undoLast },
      {
        id: 'go.inbox',
        label: t('shell.inbox'),
        section: 'go',
        keys: ['g i'],
        run: () => void navigate({ to: '/inbox' }),
      },
      {
        id: 'go.channels',
        label: t('shell.channels'),
        section: 'go',
        keys: ['g c'],
        run: () => void navigate({ to: '/channels' }),
      },
      {
        id: 'go.settings',
        label: t('shell.settings'),
        section: 'go',
        keys: ['g s'],
        run: () => void navigate({ to: '/settings' }),
      },
      ...(hasSandbox ? [{ id: 'go.sandbox', label: t('shell.sandbox'), keys: ['g p'], ...SANDBOX }] : []),
      ...(['light', 'dark'] as const).map((scheme) => ({
        id: `theme.${scheme}`,
        label: t(`shell.${scheme}`),
        keywords: `${t('shell.appearance')} theme`,
        section: 'view' as const,
        run: () => setColorScheme(scheme),
      })),
      ...Object.entries(LANGUAGES).map(([tag, { name }]) => ({
        id: `language.${tag}`,
        label: name,
        keywords: `${t('shell.language')} language ${tag}`,
        section: 'view' as const,
        run: () => void setLanguage(tag as Language),
      })),
      { id: 'signOut', label: t('shell.signOut'), section: 'help', run: () => void signOut() },
    ],
    [navigate, setColorScheme, hasSandbox],
  );
  useCommands(commands);
}
