/** What is known of a person beside the fields that everybody has: names and values, as flows and programs set them. */
export type Attributes = Record<string, unknown>;

const LONGEST_NAME = 100;

/** What was typed, as the kind of value that stood there before; a new one is a number when it is written as one. */
export function readValue(text: string, before?: unknown): string | number | boolean {
  const words = text.trim();
  if (typeof before === 'string') return words;
  if (typeof before === 'boolean' && (words === 'true' || words === 'false')) return words === 'true';
  return isNumber(words) ? Number(words) : words;
}

/** "0123" and "1e9" are words: nobody means a number by them, and they could not be shown again as they were. */
function isNumber(words: string): boolean {
  return words !== '' && String(Number(words)) === words && Number.isFinite(Number(words));
}

export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Lists and objects come from programs; a line of text is no way to change them. */
export function isEditable(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** Why a name cannot be taken; undefined when it can. */
export function faultOf(name: string, attributes: Attributes): 'empty' | 'long' | 'taken' | undefined {
  const words = name.trim();
  if (words === '') return 'empty';
  if (words.length > LONGEST_NAME) return 'long';
  return words in attributes ? 'taken' : undefined;
}

export function withAttribute(attributes: Attributes, name: string, value: unknown): Attributes {
  return { ...attributes, [name]: value };
}

export function withoutAttribute(attributes: Attributes, name: string): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([other]) => other !== name));
}

/** "preferred_size" → "preferred size": names are made for programs. */
export function titleOf(name: string): string {
  return name.replace(/[_.-]+/g, ' ').trim() || name;
}

/** An erased person has nothing but the mark of it. */
export function isErased(attributes: Attributes): boolean {
  return attributes.erased === true;
}
