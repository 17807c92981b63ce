import type { Filters } from './lists';

export const TABS = ['mine', 'unassigned', 'all', 'mentions', 'snoozed', 'closed', 'archived'] as const;
export type Tab = (typeof TABS)[number];

const SORTS = ['recent', 'waiting', 'priority'] as const;
const PLATFORMS = ['facebook', 'instagram', 'whatsapp', 'line'] as const;
const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;
const WINDOWS = ['open', 'closing', 'closed'] as const;

/** What the address says of the list: it can be bookmarked, and stands behind a saved view. */
export interface InboxSearch {
  tab?: Tab;
  sort?: (typeof SORTS)[number];
  platform?: (typeof PLATFORMS)[number];
  priority?: (typeof PRIORITIES)[number];
  window?: (typeof WINDOWS)[number];
  channel?: string;
  label?: string;
  team?: string;
  unread?: boolean;
  q?: string;
}

export const CHOICES = { platform: PLATFORMS, priority: PRIORITIES, window: WINDOWS, sort: SORTS } as const;
export const NARROWING = ['platform', 'channel', 'label', 'team', 'priority', 'window', 'unread', 'q'] as const;

/** Whatever stands in the address that we do not know is left out. */
export function readSearch(search: Record<string, unknown>): InboxSearch {
  return withoutAbsent({
    tab: oneOf(TABS, search.tab),
    sort: oneOf(SORTS, search.sort),
    platform: oneOf(PLATFORMS, search.platform),
    priority: oneOf(PRIORITIES, search.priority),
    window: oneOf(WINDOWS, search.window),
    channel: text(search.channel),
    label: text(search.label),
    team: text(search.team),
    unread: search.unread === true || undefined,
    q: text(search.q),
  });
}

/** What the API is asked for. */
export function filtersOf(search: InboxSearch): Filters {
  return withoutAbsent({
    ...OF_TAB[search.tab ?? 'all'],
    sort: search.sort === 'recent' ? undefined : search.sort,
    platform: search.platform,
    priority: search.priority,
    window: search.window,
    channel_id: search.channel,
    label: search.label,
    team_id: search.team,
    is_unread: search.unread,
    name_contains: search.q,
  });
}

const OF_TAB: Record<Tab, Filters> = {
  mine: { status: 'active', assigned_to: 'me' },
  unassigned: { status: 'active', is_assigned: false },
  all: { status: 'active' },
  mentions: { mentions: 'me' },
  snoozed: { status: 'active', is_snoozed: true },
  closed: { status: 'closed' },
  archived: { status: 'archived' },
};

function oneOf<T extends string>(choices: readonly T[], value: unknown): T | undefined {
  return choices.find((choice) => choice === value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() ? value : undefined;
}

function withoutAbsent<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** A saved view's filters as an address; what the address cannot say is left out. */
export function searchOf(filters: Record<string, unknown>): InboxSearch {
  const tab = TABS.find((name) => {
    const wanted = Object.entries(OF_TAB[name]).filter(([key]) => key !== 'status');
    return wanted.length > 0 && wanted.every(([key, value]) => filters[key] === value);
  });
  const byStatus = filters.status === 'closed' || filters.status === 'archived' ? filters.status : undefined;
  return readSearch({
    ...filters,
    tab: tab ?? byStatus,
    channel: filters.channel_id,
    team: filters.team_id,
    label: filters.label ?? filters.tag,
    unread: filters.is_unread,
    q: filters.name_contains,
  });
}
