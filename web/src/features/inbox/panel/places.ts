/** What people speak who write to businesses on these platforms; others can still come from a platform. */
const SPOKEN =
  'ar bn cs da de el en es fa fi fil fr he hi hu id it ja km ko lo ms my nb nl pl pt ro ru sv sw ta te th tr uk ur vi zh zh-TW'.split(
    ' ',
  );

interface Choice {
  value: string;
  label: string;
}

/** "th" → "Thai", "pt_BR" → "Brazilian Portuguese"; what no one knows as it is. */
export function languageName(tag: string, language: string): string {
  if (!tag) return '';
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(tag.replace(/_/g, '-')) ?? tag;
  } catch {
    return tag;
  }
}

export function languageChoices(current: string, language: string): Choice[] {
  const tags = SPOKEN.includes(current) || !current ? SPOKEN : [current, ...SPOKEN];
  return tags
    .map((value) => ({ value, label: languageName(value, language) }))
    .sort((one, other) => one.label.localeCompare(other.label, language));
}

export function timezoneChoices(current: string): Choice[] {
  const names = Intl.supportedValuesOf('timeZone');
  const all = names.includes(current) || !current ? names : [current, ...names];
  return all.map((value) => ({ value, label: value.replace(/_/g, ' ') }));
}

/** What the clock says where they are; nothing for a zone that no one knows. */
export function timeIn(timezone: string, now: number, language: string): string {
  if (!timezone) return '';
  try {
    return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit', timeZone: timezone }).format(now);
  } catch {
    return '';
  }
}
