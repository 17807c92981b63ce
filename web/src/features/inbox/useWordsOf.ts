import { useQuery } from '@tanstack/react-query';
import { channelsQuery, teamsQuery } from '@/api/queries';
import { t } from '@/i18n';
import { PLATFORM_NAMES } from '@/ui/ChannelBadge';
import { type InboxSearch, NARROWING } from './search';

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

/** Words that say what they are only with its name before them. */
const NAMED = ['channel', 'label', 'team', 'priority'] as const;

/** All that an address of the list says: whose conversations, narrowed to what, in which order. */
export function useWordsOf(search: InboxSearch): string[] {
  const words = useFilterWords(search);
  for (const name of NAMED) {
    if (words[name]) words[name] = t('inbox.filterIs', { name: t(`inbox.filter.${name}`), value: words[name] });
  }
  const filters = NARROWING.map((name) => words[name]).filter((word) => word !== undefined);
  const order = search.sort ? [t('inbox.sortBy', { order: t(`inbox.sort.${search.sort}`) })] : [];
  return [t(`inbox.tab.${search.tab ?? 'all'}`), ...filters, ...order];
}
