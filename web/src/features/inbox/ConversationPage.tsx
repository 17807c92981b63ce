import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import {
  lazy,
  memo,
  type ReactNode,
  type RefObject,
  Suspense,
  startTransition,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queries';
import { t, withWords } from '@/i18n';
import { onNewMessages } from '@/realtime/refresh';
import { view } from '@/realtime/socket';
import { announce } from '@/ui/announcer';
import { type Command, useCommands } from '@/ui/commands';
import { Splitter } from '@/ui/Splitter';
import { Failure, Skeletons } from '@/ui/states';
import { makeStoredStore, useStore } from '@/ui/store';
import { useWhileShown } from '@/ui/useWhileShown';
import { markRead } from './actions';
import { Composer } from './Composer';
import { ConversationHeader } from './ConversationHeader';
import { useCapabilities } from './capabilities';
import classes from './conversation.module.css';
import type { Conversation } from './lists';
import { type Message, messagesQuery } from './messages';
import { nameOf } from './naming';
import { shownPicture } from './picture';
import { react } from './sending';
import { Thread } from './Thread';
import { useConversationCommands } from './useConversationCommands';

const IncidentBanner = lazy(() =>
  withWords('channels', import('./Banners')).then((module) => ({ default: module.IncidentBanner })),
);
const Lightbox = lazy(() => import('./Lightbox'));
const PanelDrawer = lazy(() => withWords('panel', import('./PanelDrawer')));
const Panel = lazy(() => withWords('panel', import('./panel/Panel')).then((module) => ({ default: module.Panel })));

/** Known before the first look, not corrected after it. */
const AT_ONCE = { getInitialValueInEffect: false };

const panelWidth = makeStoredStore('hubbub.panel-width', 316);
const isPanelOpen = makeStoredStore('hubbub.panel', true);

interface Props {
  id: string;
  /** Another one each time that somebody comes to it. */
  visit: number;
}

export const ConversationPage = memo(function ConversationPage({ id, visit }: Props) {
  const query = useQuery({
    queryKey: keys.conversation(id),
    queryFn: () =>
      unwrap(api.GET('/api/v1/conversations/{conversation_id}', { params: { path: { conversation_id: id } } })),
    // What the list knows is shown while the rest is asked for.
    placeholderData: () => fromLists(id),
  });
  if (query.isError) return <Failure problem={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeletons count={6} height={64} />;
  return <Open conversation={query.data} visit={visit} />;
});

function fromLists(id: string): Conversation | undefined {
  const lists = queryClient.getQueriesData<{ pages: { items: Conversation[] }[] }>({
    queryKey: keys.conversationLists,
  });
  for (const [, data] of lists) {
    const found = data?.pages.flatMap((page) => page.items).find((item) => item.id === id);
    if (found) return found;
  }
  return undefined;
}

function Open({ conversation, visit }: { conversation: Conversation; visit: number }) {
  const capabilities = useCapabilities(conversation.channel_id);
  const [quoted, setQuoted] = useState<Message>();
  const isOpen = useStore(isPanelOpen);
  const isWide = useMediaQuery('(min-width: 1100px)', true, AT_ONCE);
  const [isDrawerOpen, setDrawerOpen] = useWhileShown();
  const width = useStore(panelWidth);
  const hasPicture = useStore(shownPicture) !== undefined;
  const readThrough = useReadThrough(conversation, visit);
  const page = useRef<HTMLDivElement>(null);
  useSilence(page);
  useEffect(() => () => shownPicture.set(undefined), []);
  useReading(conversation);
  useConversationCommands(conversation);
  const togglePanel = useCallback(() => {
    if (isWide) isPanelOpen.set((before) => !before);
    else setDrawerOpen(true);
  }, [isWide, setDrawerOpen]);
  usePanelCommand(togglePanel);
  return (
    <div ref={page} className={classes.page}>
      <section className={classes.middle} aria-label={nameOf(conversation)}>
        <ConversationHeader conversation={conversation} isPanelOpen={isWide && isOpen} onTogglePanel={togglePanel} />
        <Suspense>
          <IncidentBanner conversation={conversation} />
        </Suspense>
        <Thread
          conversation={conversation}
          readThrough={readThrough}
          canQuote={capabilities?.can_quote ?? false}
          canReact={capabilities?.can_react ?? false}
          onQuote={setQuoted}
          onReact={react}
        />
        <Composer conversation={conversation} capabilities={capabilities} quoted={quoted} onQuoted={setQuoted} />
      </section>
      {isWide && isOpen && (
        <>
          <Splitter width={width} min={260} max={480} isBefore onChange={panelWidth.set} />
          <aside
            className={classes.panel}
            style={{ '--panel-width': `${width}px` } as React.CSSProperties}
            aria-label={t('inbox.details')}
          >
            <AfterPaint>
              <Panel conversation={conversation} />
            </AfterPaint>
          </aside>
        </>
      )}
      {!isWide && (
        <Suspense>
          <PanelDrawer conversation={conversation} isOpen={isDrawerOpen} onClose={() => setDrawerOpen(false)} />
        </Suspense>
      )}
      {hasPicture && (
        <Suspense>
          <Lightbox />
        </Suspense>
      )}
    </div>
  );
}

/** The thread is painted first; what stands beside it follows as soon as there is nothing else to do. */
function AfterPaint({ children }: { children: ReactNode }) {
  const [isPainted, setPainted] = useState(false);
  useEffect(() => afterPaint(() => startTransition(() => setPainted(true))), []);
  return isPainted && <Suspense>{children}</Suspense>;
}

/** A frame asks before it is painted, so a task of its own comes after. Returns what calls it off. */
function afterPaint(run: () => void): () => void {
  let timer = 0;
  const frame = requestAnimationFrame(() => {
    timer = window.setTimeout(run);
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/** What nobody looks at any more is not heard either. */
function useSilence(page: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const left = page.current;
    return () => {
      for (const media of left?.querySelectorAll<HTMLMediaElement>('audio, video') ?? []) media.pause();
    };
  }, [page]);
}

/** Where the reader was when they came: reading must not move the mark under their eyes. */
function useReadThrough(conversation: Conversation, visit: number): number | undefined {
  const kept = useRef<{ visit: number; mark: number | undefined }>(undefined);
  if (kept.current?.visit !== visit) kept.current = { visit, mark: markOf(conversation) };
  return kept.current.mark;
}

function markOf({ unread_count, read_through }: Conversation): number | undefined {
  if (unread_count === 0) return undefined;
  return read_through ? Date.parse(read_through) : 0;
}

/** While it is on the screen, and the window in front, what comes is read. */
function useReading(conversation: Conversation): void {
  const { id, unread_count: unread } = conversation;
  useEffect(() => {
    view(id);
    return () => view(null);
  }, [id]);
  useEffect(() => {
    if (unread === 0) return undefined;
    const read = () => {
      if (document.visibilityState === 'visible') void markRead(conversation);
    };
    const timer = setTimeout(read, 600);
    document.addEventListener('visibilitychange', read);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', read);
    };
  }, [unread, conversation]);
  useEffect(() => onNewMessages((where, ids) => where === id && say(id, ids)), [id]);
}

function say(conversationId: string, ids: readonly string[]): void {
  const pages = queryClient.getQueryData(messagesQuery(conversationId).queryKey)?.pages ?? [];
  const inbound = pages
    .flatMap((page) => page.items)
    .filter((message) => ids.includes(message.id) && message.direction === 'inbound');
  const last = inbound[0];
  if (last) announce(t('inbox.announce', { name: last.author_name, text: last.text.slice(0, 200) }));
}

function usePanelCommand(toggle: () => void): void {
  const commands = useMemo<Command[]>(
    () => [{ id: 'panel', label: t('inbox.do.panel'), section: 'view', keys: [']'], run: toggle }],
    [toggle],
  );
  useCommands(commands);
}
