import { IconArrowDown } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { t } from '@/i18n';
import { Failure, Skeletons } from '@/ui/states';
import { dayName, useNow } from '@/ui/time';
import { ActivityRow } from './ActivityRow';
import { Bubble } from './Bubble';
import type { Conversation } from './lists';
import { measuredBefore, useKeptMeasures } from './measured';
import type { Message } from './messages';
import { NoteRow } from './NoteRow';
import { OutgoingRow } from './OutgoingRow';
import type { Item } from './thread';
import classes from './thread.module.css';
import { useThread } from './useThread';

interface Props {
  conversation: Conversation;
  /** What came after this moment was unread when the reader came. */
  readThrough: number | undefined;
  canQuote: boolean;
  canReact: boolean;
  onQuote: (message: Message) => void;
  onReact: (message: Message, emoji: string) => void;
}

const ESTIMATE = 64;
const PADDING_END = 12;
const NEAR_START = 600;
const AT_END = 80;
const FOUND_MS = 2000;

/** The conversation itself: only what is on the screen is in the page, and the end stays in sight when something comes. */
export const Thread = memo(function Thread(props: Props) {
  const { conversation, readThrough, canQuote, canReact, onQuote, onReact } = props;
  const { query, messages, items } = useThread(conversation.id, readThrough);
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow();
  const [found, setFound] = useState<string>();
  const [isAway, setAway] = useState(false);
  const byId = useMemo(() => new Map(messages.map((message) => [message.id, message])), [messages]);
  const [before] = useState(() => measuredBefore(conversation.id, PADDING_END));
  const virtual = useVirtualizer<HTMLDivElement, Element>({
    ...before,
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATE,
    getItemKey: (place) => items[place]!.key,
    overscan: 8,
    paddingEnd: PADDING_END,
    paddingStart: 8,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END,
  });
  useKeptMeasures(conversation.id, virtual);
  const missed = useMissed(items, isAway);
  useStayAtEnd(scroller, () => virtual.scrollToEnd(), query.isPending);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    setAway(element.scrollHeight - element.scrollTop - element.clientHeight > AT_END * 3);
    if (element.scrollTop < NEAR_START && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  };
  const latest = useRef({ items, virtual, fetchNextPage, hasNextPage });
  latest.current = { items, virtual, fetchNextPage, hasNextPage };
  const jump = useCallback(async (id: string) => {
    const place = await placeOf(id, latest);
    if (place < 0) return;
    latest.current.virtual.scrollToIndex(place, { align: 'center' });
    setFound(id);
    setTimeout(() => setFound(undefined), FOUND_MS);
  }, []);
  useEffect(() => {
    const element = scroller.current;
    if (hasNextPage && !isFetchingNextPage && element && element.scrollHeight <= element.clientHeight)
      void fetchNextPage();
  });
  const pages = query.data?.pages.length ?? 0;
  // Whoever stands at the very start when a page has come cannot scroll to ask for the next one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a page
  useEffect(() => {
    if (pages > 1 && hasNextPage && scroller.current && scroller.current.scrollTop < NEAR_START) void fetchNextPage();
  }, [pages]);
  if (query.isPending || (query.isError && items.length === 0)) {
    return (
      <div className={classes.thread}>
        {query.isPending ? (
          <Skeletons count={6} height={64} />
        ) : (
          <Failure problem={query.error} onRetry={() => void query.refetch()} />
        )}
      </div>
    );
  }
  const isGroup = conversation.type !== 'private';
  return (
    <div className={classes.thread}>
      <section
        ref={scroller}
        className={classes.scroller}
        onScroll={onScroll}
        tabIndex={0}
        aria-label={t('inbox.thread')}
      >
        <div className={classes.sheet} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const item = items[index]!;
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className={classes.place}
                style={{ transform: `translateY(${start}px)` }}
              >
                {item.kind === 'message' ? (
                  <Bubble
                    message={item.message}
                    isFirst={item.isFirst}
                    isLast={item.isLast}
                    isGroup={isGroup}
                    isFound={found === item.message.id}
                    quoted={byId.get(item.message.reply_to?.id as string)}
                    canQuote={canQuote}
                    canReact={canReact}
                    onQuote={onQuote}
                    onReact={onReact}
                    onJump={jump}
                  />
                ) : (
                  <Other item={item} now={now} />
                )}
              </div>
            );
          })}
        </div>
      </section>
      {isAway && (
        <button
          type="button"
          className={classes.latest}
          onClick={() => virtual.scrollToIndex(items.length - 1, { align: 'end' })}
        >
          <IconArrowDown size={15} aria-hidden />
          {missed > 0 ? t('inbox.latestCount', { count: missed }) : t('inbox.latest')}
        </button>
      )}
    </div>
  );
});

function Other({ item, now }: { item: Exclude<Item, { kind: 'message' }>; now: number }) {
  switch (item.kind) {
    case 'day':
      return (
        <div className={classes.day}>
          <span>{dayName(item.at, now)}</span>
        </div>
      );
    case 'unread':
      return (
        <div className={classes.unread}>
          <span>{t('inbox.unreadSince')}</span>
        </div>
      );
    case 'note':
      return <NoteRow note={item.note} />;
    case 'activity':
      return <ActivityRow line={item.line} more={item.more} />;
    case 'outgoing':
      return <OutgoingRow entry={item.entry} />;
  }
}

/** What takes room above or below (a bar, a growing field) must not push the newest message out of sight. */
function useStayAtEnd(scroller: RefObject<HTMLDivElement | null>, toEnd: () => void, isPending: boolean): void {
  const latest = useRef(toEnd);
  latest.current = toEnd;
  useEffect(() => {
    const element = scroller.current;
    if (!element || isPending) return undefined;
    let isAtEnd = true;
    const onScroll = () => {
      isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END;
    };
    const sizes = new ResizeObserver(() => isAtEnd && latest.current());
    sizes.observe(element);
    if (element.firstElementChild) sizes.observe(element.firstElementChild);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, isPending]);
}

/** How many messages came below while the reader was further up; older pages do not count. */
function useMissed(items: Item[], isAway: boolean): number {
  const lastSeen = useRef<string>(undefined);
  if (!isAway) lastSeen.current = items.at(-1)?.key;
  const place = items.findIndex((item) => item.key === lastSeen.current);
  return place < 0 ? 0 : items.slice(place + 1).filter((item) => item.kind === 'message').length;
}

interface Latest {
  items: Item[];
  hasNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

const MOST_PAGES = 20;

/** The line of a message; older pages are fetched until it is there. */
async function placeOf(id: string, latest: { current: Latest }): Promise<number> {
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const place = latest.current.items.findIndex((item) => item.kind === 'message' && item.message.id === id);
    if (place >= 0 || !latest.current.hasNextPage) return place;
    await latest.current.fetchNextPage();
    await new Promise((done) => setTimeout(done, 0));
  }
  return -1;
}
