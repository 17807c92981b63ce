import { expect, test } from 'vitest';
import { barsOf, type Channel, type Counter, chosenOf, readSearch, toneOf } from './channels';
import { changesOf, draftOf, saidOf } from './profile';

const channel = (name: string, status: string, platform = 'line') =>
  ({ name, status, platform, username: '', external_id: `id-${name}` }) as Channel;

test('what needs somebody stands first, what is disconnected last', () => {
  const all = [channel('a', 'disconnected'), channel('b', 'connected'), channel('c', 'needs_reconnect')];
  expect(chosenOf(all, {}).map((one) => one.name)).toEqual(['c', 'b', 'a']);
});

test('search, platform and state narrow the list together', () => {
  const all = [channel('Shop', 'connected'), channel('Shop', 'paused'), channel('Shop', 'paused', 'facebook')];
  expect(chosenOf(all, { q: 'sHo', state: 'paused', platform: 'line' })).toEqual([all[1]]);
  expect(chosenOf(all, { q: 'id-shop' })).toHaveLength(3);
});

test('an address with strange words is read as one without', () => {
  expect(readSearch({ state: 'on fire', platform: 'line', q: 5 })).toEqual({ platform: 'line' });
});

test('every state has a tone', () => {
  expect(['connected', 'paused', 'error', 'disconnected'].map(toneOf)).toEqual(['good', 'warn', 'danger', 'quiet']);
});

test('hours in which nothing came have an empty bar', () => {
  const counter = { hour: '2026-01-01T10:00:00Z', successful_requests: 4, failed_requests: 1 } as Counter;
  const bars = barsOf([counter], Date.parse('2026-01-01T11:30:00Z'), 3);
  expect(bars.map((bar) => [bar.good, bar.bad])).toEqual([
    [0, 0],
    [4, 1],
    [0, 0],
  ]);
});

const MENU = [
  {
    locale: 'default',
    composer_input_disabled: true,
    call_to_actions: [{ type: 'postback', title: 'A', payload: 'A' }],
  },
  { locale: 'th_TH', call_to_actions: [{ type: 'postback', title: 'ก', payload: 'A' }] },
];

test('what did not change is not sent', () => {
  const before = { get_started: { payload: 'GO' }, persistent_menu: MENU };
  expect(changesOf(draftOf(before), before, ['get_started', 'greeting', 'persistent_menu'])).toEqual({});
});

test('a changed menu keeps the lists of other languages', () => {
  const before = { persistent_menu: MENU };
  const draft = draftOf(before);
  draft.menu = [...draft.menu, { type: 'web_url', title: 'B', url: 'https://b.example' }];
  const sent = changesOf(draft, before, ['persistent_menu']).persistent_menu as typeof MENU;
  expect(sent[0]!.call_to_actions).toHaveLength(2);
  expect([sent[0]!.composer_input_disabled, sent[1]]).toEqual([true, MENU[1]]);
});

test('what was emptied is taken away, and only what the platform has is sent', () => {
  const before = { ice_breakers: [{ question: 'Open?', payload: 'HOURS' }] };
  const draft = { ...draftOf(before), questions: [], getStarted: 'GO' };
  expect(changesOf(draft, before, ['ice_breakers'])).toEqual({ ice_breakers: null });
});

test('a setting is said in a few words', () => {
  expect(saidOf('persistent_menu', { persistent_menu: MENU }, {})).toBe('A');
  expect(saidOf('greeting', {}, {})).toBe('');
  const held = { rich_menus: [{ richMenuId: 'r1', name: 'Summer' }], default_rich_menu_id: 'r1' };
  expect(saidOf('default_rich_menu_id', held, held)).toBe('Summer');
  expect(saidOf('commands', { commands: [] }, {})).toBe('[]');
});
