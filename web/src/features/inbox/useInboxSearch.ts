import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { type InboxSearch, readSearch } from './search';

/** What the list shows, and a way to change it. The open conversation stays open. */
export function useInboxSearch(): [InboxSearch, (change: Partial<InboxSearch>) => void] {
  const search = useSearch({ from: '/_app/inbox' });
  const navigate = useNavigate({ from: '/inbox' });
  const change = useCallback(
    (changed: Partial<InboxSearch>) => {
      void navigate({ to: '.', search: (before: InboxSearch) => readSearch({ ...before, ...changed }), replace: true });
    },
    [navigate],
  );
  return [search, change];
}
