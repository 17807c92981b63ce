/** The forms behind greeting, menu and questions, and the platforms' shapes of them. */

export type Json = { [name: string]: unknown };

export interface MenuItem extends Json {
  type: 'postback' | 'web_url';
  title: string;
  payload?: string;
  url?: string;
}

export interface Draft {
  getStarted: string;
  greetings: { locale: string; text: string }[];
  menu: MenuItem[];
  questions: { question: string; payload: string }[];
  richMenu: string;
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The list that counts for every language; a flat list is one. */
function actionsOf(value: unknown): Json[] {
  const rows = list(value);
  const ours = rows.find((row) => row.locale === 'default') ?? rows[0];
  return ours && 'call_to_actions' in ours ? list(ours.call_to_actions) : rows;
}

export function draftOf(settings: Json): Draft {
  return {
    getStarted: text((settings.get_started as Json | undefined)?.payload),
    greetings: list(settings.greeting).map((row) => ({ locale: text(row.locale), text: text(row.text) })),
    menu: actionsOf(settings.persistent_menu) as MenuItem[],
    questions: actionsOf(settings.ice_breakers).map((row) => ({
      question: text(row.question),
      payload: text(row.payload),
    })),
    richMenu: text(settings.default_rich_menu_id),
  };
}

/** Lists for other languages stay as they are. */
function withActions(before: unknown, actions: Json[]): Json[] | null {
  if (actions.length === 0) return null;
  const rows = list(before).filter((row) => 'call_to_actions' in row);
  const own = rows.find((row) => row.locale === 'default') ?? { locale: 'default' };
  return [{ ...own, call_to_actions: actions }, ...rows.filter((row) => row.locale !== 'default')];
}

/** What is sent: only what differs from `before`; null takes away. */
export function changesOf(draft: Draft, before: Json, settable: readonly string[]): Json {
  const said = draft.greetings.filter((one) => one.text.trim());
  const questions = draft.questions
    .filter((one) => one.question.trim())
    .map((one) => ({ question: one.question, payload: one.payload || one.question }));
  const all: Json = {
    get_started: draft.getStarted.trim() ? { payload: draft.getStarted.trim() } : null,
    greeting: said.length > 0 ? said : null,
    persistent_menu: withActions(
      before.persistent_menu,
      draft.menu.filter((one) => one.title.trim()),
    ),
    ice_breakers: withActions(before.ice_breakers, questions),
    default_rich_menu_id: draft.richMenu || null,
  };
  const old = draftOf(before);
  const isSame: Record<string, boolean> = {
    get_started: same(draft.getStarted.trim(), old.getStarted),
    greeting: same(said, old.greetings),
    persistent_menu: same(draft.menu, old.menu),
    ice_breakers: same(questions, old.questions),
    default_rich_menu_id: same(draft.richMenu, old.richMenu),
  };
  const changed = settable.filter((name) => name in all && !isSame[name]);
  return Object.fromEntries(changed.map((name) => [name, all[name]]));
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** One setting in a few words, for people who compare; `held` knows the names of rich menus. */
export function saidOf(name: string, settings: Json, held: Json): string {
  const draft = draftOf(settings);
  const menu = list(held.rich_menus).find((one) => one.richMenuId === draft.richMenu);
  const said: Record<string, string[]> = {
    get_started: [draft.getStarted],
    greeting: draft.greetings.map((one) => one.text),
    persistent_menu: draft.menu.map((one) => one.title),
    ice_breakers: draft.questions.map((one) => one.question),
    default_rich_menu_id: [text(menu?.name) || draft.richMenu],
  };
  return (said[name] ?? [settings[name] ? JSON.stringify(settings[name]) : '']).join(' · ');
}
