import { Menu } from '@mantine/core';
import { IconBookmark, IconBookmarkPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { countsQuery } from '@/api/queries';
import { t } from '@/i18n';
import { Count } from './Count';
import { type InboxSearch, NARROWING, searchOf } from './search';

const viewsQuery = {
  queryKey: keys.views,
  queryFn: () => unwrap(api.GET('/api/v1/views')).then((answer) => answer.items),
};

/** The lists that the team has kept, and a way to keep this one. */
export function Views({ search, onKeep }: { search: InboxSearch; onKeep: () => void }) {
  const navigate = useNavigate();
  const views = useQuery(viewsQuery).data ?? [];
  const counts = useQuery(countsQuery).data?.saved_views;
  const isNarrowed = NARROWING.some((name) => search[name] !== undefined) || search.sort !== undefined;
  if (views.length === 0 && !isNarrowed) return null;
  return (
    <>
      <Menu.Label>{t('inbox.views')}</Menu.Label>
      {views.map((view) => (
        <Menu.Item
          key={view.id}
          leftSection={<IconBookmark size={15} aria-hidden />}
          rightSection={<Count value={counts?.[view.id]} />}
          onClick={() => void navigate({ to: '/inbox', search: searchOf(view.filters) })}
        >
          <bdi>{view.name}</bdi>
        </Menu.Item>
      ))}
      {isNarrowed && (
        <Menu.Item leftSection={<IconBookmarkPlus size={15} aria-hidden />} onClick={onKeep}>
          {t('inbox.keepView')}
        </Menu.Item>
      )}
    </>
  );
}
