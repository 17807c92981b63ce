import { IconArrowUp, IconInbox } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { labelsQuery, membersQuery, useMe } from '@/api/queries';
import { t } from '@/i18n';
import { type Command, useCommands } from '@/ui/commands';
import { Empty, Failure, Skeletons } from '@/ui/states';
import { useNow } from '@/ui/time';
import { ConversationRow } from './ConversationRow';
import { FilterBar } from './FilterBar';
import classes from './list.module.css';
import { conversationsQuery } from './lists';
import { filtersOf } from './search';
import { useHeldOrder } from './useHeldOrder';
import { useInboxSearch } from './useInboxSearch';
import { useSelection } from './useSelection';

const BulkBar = lazy(() => import('./BulkBar'));

const ROW = 76;
const NEAR_END = 8;

export function ConversationList({ chosenId }: { chosenId: string | undefined }) {
  const [search] = useInboxSearch();
  const filters = useMemo(() => filtersOf(search), [search]);
  const query = useInfiniteQuery(conversationsQuery(filters));
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return (
    <section className={classes.column} aria-label={t('inbox.conversations')}>
      <FilterBar />
      {query.isPending && <Skeletons count={8} height={ROW} />}
      {query.isError && items.length === 0 && <Failure problem={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <Empty icon={<IconInbox size={34} stroke={1.4} aria-hidden />} title={t('inbox.emptyList')}>
          {t('inbox.emptyListHint')}
        </Empty>
      )}
      {items.length > 0 && <Rows key={JSON.stringify(filters)} chosenId={chosenId} query={query} items={items} />}
    </section>
  );
}

interface RowsProps {
  chosenId: string | undefined;
  items: ReturnType<typeof useHeldOrder>['rows'];
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

function Rows({ chosenId, items, query }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [isHeld, setHeld] = useState(false);
  const { rows, newer } = useHeldOrder(items, isHeld);
  const selection = useSelection(rows);
  const me = useMe().user?.id;
  const names = useNames();
  const colors = useLabelColors();
  const now = useNow();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (place) => rows[place]!.id,
    overscan: 6,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - NEAR_END) void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  useListCommands(rows, chosenId, (place) => virtual.scrollToIndex(place), selection.toggle);
  const release = () => {
    setHeld(false);
    virtual.scrollToIndex(0);
  };
  return (
    <div className={classes.rows}>
      {newer > 0 && (
        <button type="button" className={classes.newer} onClick={release}>
          {t('inbox.newer', { count: newer })} <IconArrowUp size={14} aria-hidden />
        </button>
      )}
      <div
        ref={scroller}
        className={classes.scroller}
        onPointerEnter={(event) => event.pointerType === 'mouse' && setHeld(true)}
        onPointerMove={(event) => event.pointerType === 'mouse' && setHeld(true)}
        onPointerLeave={() => setHeld(false)}
      >
        <ul className={classes.sheet} style={{ height: virtual.getTotalSize() }} aria-label={t('inbox.conversations')}>
          {shown.map(({ index, key, start }) => {
            const conversation = rows[index]!;
            return (
              <li
                key={key}
                className={classes.place}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={hasNextPage ? -1 : rows.length}
                aria-posinset={index + 1}
              >
                <ConversationRow
                  conversation={conversation}
                  isChosen={conversation.id === chosenId}
                  isSelected={selection.ids.has(conversation.id)}
                  isSelecting={selection.ids.size > 0}
                  assignee={names[conversation.assigned_to_id ?? '']}
                  colors={colors}
                  now={now}
                  me={me}
                  onSelect={selection.toggle}
                />
              </li>
            );
          })}
        </ul>
      </div>
      {selection.ids.size > 0 && (
        <Suspense>
          <BulkBar ids={[...selection.ids]} onDone={selection.clear} />
        </Suspense>
      )}
    </div>
  );
}

export function useNames(): Record<string, string> {
  const members = useQuery(membersQuery).data;
  return useMemo(() => Object.fromEntries((members ?? []).map((member) => [member.user_id, member.name])), [members]);
}

export function useLabelColors(): Record<string, string> {
  const labels = useQuery(labelsQuery).data;
  return useMemo(() => Object.fromEntries((labels ?? []).map((label) => [label.name, label.color])), [labels]);
}

function useListCommands(
  rows: RowsProps['items'],
  chosenId: string | undefined,
  show: (place: number) => void,
  toggle: (id: string, isRange: boolean) => void,
): void {
  const navigate = useNavigate();
  const latest = useRef({ rows, show });
  latest.current = { rows, show };
  const commands = useMemo<Command[]>(() => {
    const step = (by: number) => () => {
      const places = latest.current.rows;
      const now = places.findIndex((row) => row.id === chosenId);
      const place = Math.min(places.length - 1, Math.max(0, now < 0 ? 0 : now + by));
      const id = places[place]?.id;
      if (!id) return;
      latest.current.show(place);
      void navigate({ to: '/inbox/$id', params: { id }, search: true });
    };
    return [
      {
        id: 'list.next',
        label: t('inbox.do.next'),
        section: 'list',
        keys: ['j', 'alt+j'],
        isForFields: false,
        run: step(1),
      },
      {
        id: 'list.before',
        label: t('inbox.do.before'),
        section: 'list',
        keys: ['k', 'alt+k'],
        isForFields: false,
        run: step(-1),
      },
      {
        id: 'list.select',
        label: t('inbox.do.select'),
        section: 'list',
        keys: ['x'],
        run: () => chosenId && toggle(chosenId, false),
      },
    ];
  }, [navigate, chosenId, toggle]);
  useCommands(commands);
}
