/** What stands in the settings, and who may see it. Members, roles, teams and two-factor will join `organization`. */
export const SECTIONS = [
  { group: 'you', pages: [{ name: 'profile' }, { name: 'notifications' }] },
  {
    group: 'desk',
    pages: [{ name: 'labels' }, { name: 'canned-replies' }, { name: 'views' }, { name: 'working-hours' }],
  },
  {
    group: 'organization',
    pages: [
      { name: 'api-keys', permission: 'manage_keys' },
      { name: 'security', permission: 'read_security' },
    ],
  },
  { group: 'running', pages: [{ name: 'work' }, { name: 'events' }] },
] as const;

type PageOf<S> = S extends { pages: readonly (infer P)[] } ? P : never;
type Entry = PageOf<(typeof SECTIONS)[number]>;
export type Section = Entry['name'];

/** The groups with the pages that these permissions allow. */
export function allowedSections(permissions: readonly string[]) {
  const isAllowed = (page: Entry) => !('permission' in page) || permissions.includes(page.permission);
  return SECTIONS.map(({ group, pages }) => ({
    group,
    pages: (pages as readonly Entry[]).filter(isAllowed).map(({ name }) => name),
  }));
}
