import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { conversationsQuery } from '@/features/inbox/lists';
import { useLater } from './useLater';

const NAME = 'Hubbub';

/** How many open conversations of one's own nobody has read: in the window's title, and on the app's icon. */
export function useUnreadBadge(): void {
  const isTime = useLater();
  const found = useInfiniteQuery({
    ...conversationsQuery({ assigned_to: 'me', status: 'active', is_unread: true }),
    enabled: isTime,
  });
  const pages = found.data?.pages ?? [];
  const count = pages.reduce((sum, page) => sum + page.items.length, 0);
  const isMore = Boolean(pages.at(-1)?.next_cursor);
  useEffect(() => {
    document.title = titleOf(count, isMore);
    void setAppBadge(count);
  }, [count, isMore]);
  useEffect(
    () => () => {
      document.title = NAME;
    },
    [],
  );
}

export function titleOf(count: number, isMore: boolean): string {
  if (count === 0) return NAME;
  return `(${count}${isMore ? '+' : ''}) ${NAME}`;
}

/** Installed apps only, and not everywhere. */
export async function setAppBadge(count: number): Promise<void> {
  try {
    await (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.());
  } catch {
    // Not allowed here.
  }
}
