import { useSyncExternalStore } from 'react';
import type { Catalogue, Feature, Key } from './keys';

export const LANGUAGES = {
  en: { name: 'English', isRightToLeft: false },
  th: { name: 'ไทย', isRightToLeft: false },
  ja: { name: '日本語', isRightToLeft: false },
  de: { name: 'Deutsch', isRightToLeft: false },
  ar: { name: 'العربية', isRightToLeft: true },
} as const;

export type Language = keyof typeof LANGUAGES;
export type Values = Record<string, string | number>;
export type { Key };

/** English words that the first screen says; all others come with the screen that says them, by `needWords`. */
const atOnce = import.meta.glob<Catalogue>(['./en/shell.json', './en/inbox.json'], {
  eager: true,
  import: 'default',
});
const later = import.meta.glob<Catalogue>(['./*/*.json', '!./en/shell.json', '!./en/inbox.json'], {
  import: 'default',
});

const STORED = 'hubbub.language';
/** The same for the pages that the server writes: signing in speaks the language that was chosen here, and the reverse. */
const COOKIE = 'hubbub_language';
const YEAR_S = 31_536_000;
const ENGLISH: Record<string, string> = {};
/** Those of them that were wanted so far, whose words a new language must bring along. */
const features = new Set<string>();
for (const [path, catalogue] of Object.entries(atOnce)) {
  const feature = path.slice('./en/'.length, -'.json'.length);
  features.add(feature);
  join(ENGLISH, feature, catalogue);
}

let language: Language = 'en';
const words: { [L in Language]?: Record<string, string> } = { en: ENGLISH };
const loads = new Map<string, Promise<void>>();
let plurals = new Intl.PluralRules('en');
const listeners = new Set<() => void>();

/** File "en/inbox.json" and key "tabs.mine" make the word `inbox.tabs.mine`. */
function join(all: Record<string, string>, feature: string, catalogue: Catalogue): void {
  for (const [key, text] of Object.entries(catalogue)) all[`${feature}.${key}`] = text;
}

/**
 * The text for a key in the language of the screen, with `{name}` replaced.
 * With `count`, the form that the language wants: `key_one`, `key_other`, …; English stands in for what is missing.
 */
export function t(key: Key, values?: Values): string {
  const found = formOf(words[language] ?? ENGLISH, key, values) ?? formOf(ENGLISH, key, values) ?? key;
  if (!values) return found;
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? formatNumber(value) : value;
  });
}

function formOf(from: Record<string, string>, key: string, values?: Values): string | undefined {
  const count = values?.count;
  if (typeof count !== 'number') return from[key];
  return from[`${key}_${plurals.select(count)}`] ?? from[`${key}_other`] ?? from[key];
}

/** For words that come from the server: the catalogue's text when there is one, else what stands in `otherwise`. */
export function translated(key: string, otherwise: string, values?: Values): string {
  const isKnown = key in ENGLISH || `${key}_other` in ENGLISH;
  return isKnown ? t(key as Key, values) : otherwise;
}

export function currentLanguage(): Language {
  return language;
}

/** Rerenders whoever uses it when the language changes; the frame remounts everything below it. */
export function useLanguage(): Language {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => language,
  );
}

export async function setLanguage(wanted: Language): Promise<void> {
  // A screen may want its words meanwhile.
  for (let known = 0; known < features.size; ) {
    known = features.size;
    await Promise.all([...features].map((feature) => load(wanted, feature)));
  }
  language = wanted;
  plurals = new Intl.PluralRules(wanted);
  formats.clear();
  localStorage.setItem(STORED, wanted);
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store is not in every browser, and later than the screen.
  document.cookie = `${COOKIE}=${wanted}; path=/; max-age=${YEAR_S}; samesite=lax`;
  document.documentElement.lang = wanted;
  document.documentElement.dir = LANGUAGES[wanted].isRightToLeft ? 'rtl' : 'ltr';
  for (const listener of listeners) listener();
}

/** Before anything is shown that says words of these features; they are fetched once. */
export async function needWords(...wanted: Feature[]): Promise<void> {
  for (const feature of wanted) features.add(feature);
  await Promise.all(wanted.flatMap((feature) => [load('en', feature), load(language, feature)]));
}

/** Code that is loaded later, together with the words that it says. */
export async function withWords<Module>(feature: Feature, code: Promise<Module>): Promise<Module> {
  const [module] = await Promise.all([code, needWords(feature)]);
  return module;
}

function load(wanted: Language, feature: string): Promise<void> {
  const path = `./${wanted}/${feature}.json`;
  if (path in atOnce) return Promise.resolve();
  const known = loads.get(path);
  if (known) return known;
  const begun = later[path]!().then((catalogue) => {
    words[wanted] ??= {};
    join(words[wanted], feature, catalogue);
  });
  // What failed is tried again the next time.
  begun.catch(() => loads.delete(path));
  loads.set(path, begun);
  return begun;
}

/** The language that was chosen here, else the browser's first one that we speak, else English. */
export function preferredLanguage(): Language {
  const inCookie = new RegExp(`(?:^|; )${COOKIE}=(\\w+)`).exec(document.cookie)?.[1];
  const wanted = [inCookie, localStorage.getItem(STORED), ...navigator.languages].map((tag) => tag?.split('-')[0]);
  return (wanted.find((tag) => tag && tag in LANGUAGES) as Language | undefined) ?? 'en';
}

/** Making an Intl formatter costs more than a whole row: each is made once a language. */
const formats = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat | Intl.RelativeTimeFormat>();

export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return remembered(`d${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale(), options));
}

export function relativeFormat(): Intl.RelativeTimeFormat {
  return remembered('relative', () => new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: 'narrow' }));
}

export function formatNumber(value: number): string {
  return remembered('number', () => new Intl.NumberFormat(locale())).format(value);
}

/** English means the browser's own English, so that the clock and the order of dates are as its user expects. */
function locale(): string {
  const own = navigator.languages.find((tag) => tag.startsWith(language));
  return own ?? language;
}

function remembered<F extends Intl.DateTimeFormat | Intl.NumberFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: () => F,
): F {
  let found = formats.get(key);
  if (!found) {
    found = make();
    formats.set(key, found);
  }
  return found as F;
}

/** `t` for a component that must speak the new language at once when it changes. */
export function useT(): typeof t {
  useLanguage();
  return t;
}
