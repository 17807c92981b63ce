import { Menu } from '@mantine/core';
import { IconBookmark, IconBookmarkPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queries';
import { t } from '@/i18n';
import { showError } from '@/ui/toasts';
import { filtersOf, type InboxSearch, NARROWING, searchOf } from './search';

const viewsQuery = {
  queryKey: keys.views,
  queryFn: () => unwrap(api.GET('/api/v1/views')).then((answer) => answer.items),
};

/** The lists that the team has kept, and a way to keep this one. */
export function Views({ search }: { search: InboxSearch }) {
  const navigate = useNavigate();
  const views = useQuery(viewsQuery).data ?? [];
  const isNarrowed = NARROWING.some((name) => search[name] !== undefined) || search.sort !== undefined;
  if (views.length === 0 && !isNarrowed) return null;
  return (
    <>
      <Menu.Label>{t('inbox.views')}</Menu.Label>
      {views.map((view) => (
        <Menu.Item
          key={view.id}
          leftSection={<IconBookmark size={15} aria-hidden />}
          dir="auto"
          onClick={() => void navigate({ to: '/inbox', search: searchOf(view.filters) })}
        >
          {view.name}
        </Menu.Item>
      ))}
      {isNarrowed && (
        <Menu.Item leftSection={<IconBookmarkPlus size={15} aria-hidden />} onClick={() => void keep(search)}>
          {t('inbox.keepView')}
        </Menu.Item>
      )}
    </>
  );
}

async function keep(search: InboxSearch): Promise<void> {
  const name = window.prompt(t('inbox.viewName'))?.trim();
  if (!name) return;
  try {
    const filters = filtersOf(search) as Record<string, unknown>;
    await unwrap(api.POST('/api/v1/views', { body: { name, filters, is_shared: false } }));
    await queryClient.invalidateQueries({ queryKey: keys.views });
  } catch (problem) {
    showError(problem);
  }
}
