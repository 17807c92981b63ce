import { useQuery } from '@tanstack/react-query';
import { channelsQuery, teamsQuery } from '@/api/queries';
import { t } from '@/i18n';
import { PLATFORM_NAMES } from '@/ui/ChannelBadge';
import type { InboxSearch, NARROWING } from './search';

/** What the list is narrowed to, each filter in the reader's words; those that are not set are undefined. */
export function useFilterWords(search: InboxSearch): Record<(typeof NARROWING)[number], string | undefined> {
  const channels = useQuery(channelsQuery).data;
  const teams = useQuery(teamsQuery).data;
  return {
    platform: search.platform && PLATFORM_NAMES[search.platform],
    channel: search.channel && (channels?.find((channel) => channel.id === search.channel)?.name ?? '…'),
    label: search.label,
    team: search.team && (teams?.find((team) => team.id === search.team)?.name ?? '…'),
    priority: search.priority && t(`inbox.priority.${search.priority}`),
    window: search.window && t(`inbox.window.${search.window}`),
    unread: search.unread ? t('inbox.filter.unread') : undefined,
    q: search.q && `“${search.q}”`,
  };
}
