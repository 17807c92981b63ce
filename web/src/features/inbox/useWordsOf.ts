import { t } from '@/i18n';
import { type InboxSearch, NARROWING } from './search';
import { useFilterWords } from './useFilterWords';

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
