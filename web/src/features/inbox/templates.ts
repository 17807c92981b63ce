import type { Schemas } from '@/api/client';
import type { Key } from '@/i18n';

export type Template = Schemas['Template'];

/** Something that whoever sends the template fills in. `name` as it stands in the template. */
export interface Blank {
  id: string;
  where: 'header' | 'body' | 'button';
  kind: 'text' | 'image' | 'video' | 'document' | 'link' | 'code';
  name: string;
  example: string;
  /** Of its button, which is the `place`th. */
  title: string;
  place: number;
}

/** What the customer reads. */
export interface Words {
  header: string;
  body: string;
  footer: string;
  buttons: string[];
}

type Part = Record<string, unknown>;
type Values = Record<string, string>;

const BLANK = /\{\{\s*(\w+)\s*\}\}/g;
const FILES = ['image', 'video', 'document'] as const;
const ODD_PARTS = ['carousel', 'limited_time_offer'];
const ODD_BUTTONS = ['flow', 'otp', 'catalog', 'mpm'];

export function isApproved(template: Template): boolean {
  return template.status.toLowerCase() === 'approved';
}

/** Why it cannot be sent from here, in a word; undefined when it can. */
export function whyNot(template: Template): Key | undefined {
  if (!isApproved(template)) return STATES[template.status.toLowerCase()] ?? 'templates.status.other';
  const header = part(template, 'header');
  const format = text(header.format).toLowerCase() || 'text';
  const isOdd =
    ODD_PARTS.some((kind) => parts(template).some((one) => kindOf(one) === kind)) ||
    !['text', ...FILES].includes(format as never) ||
    buttonsOf(template).some((button) => ODD_BUTTONS.includes(kindOf(button)));
  return isOdd ? 'templates.unfillable' : undefined;
}

const STATES: Record<string, Key> = {
  disabled: 'templates.status.disabled',
  paused: 'templates.status.paused',
  pending: 'templates.status.pending',
  in_appeal: 'templates.status.pending',
  rejected: 'templates.status.rejected',
};

/** In the order in which they are read. */
export function blanksOf(template: Template): Blank[] {
  const header = part(template, 'header');
  const file = FILES.find((kind) => kind === text(header.format).toLowerCase());
  return [
    ...(file ? [blank('header', file, file)] : textBlanks('header', header)),
    ...textBlanks('body', part(template, 'body')),
    ...buttonsOf(template).flatMap(buttonBlank),
  ];
}

function blank(where: Blank['where'], kind: Blank['kind'], name: string, more: Partial<Blank> = {}): Blank {
  return { id: `${where}:${more.place ?? 0}:${name}`, where, kind, name, example: '', title: '', place: 0, ...more };
}

function textBlanks(where: 'header' | 'body', source: Part): Blank[] {
  const names = [...new Set([...text(source.text).matchAll(BLANK)].map((found) => found[1]!))];
  return names.map((name, place) => blank(where, 'text', name, { example: exampleOf(where, source, name, place) }));
}

function exampleOf(where: 'header' | 'body', source: Part, name: string, place: number): string {
  const example = record(source.example);
  const named = list(example[`${where}_text_named_params`]).map(record);
  const found = named.find((one) => one.param_name === name)?.example;
  const placed = list(example[`${where}_text`]);
  return text(found ?? list(placed[0])[place] ?? placed[place]);
}

function buttonBlank(button: Part, place: number): Blank[] {
  const more = { title: text(button.text), place, example: text(list(button.example)[0] ?? button.example) };
  if (kindOf(button) === 'copy_code') return [blank('button', 'code', 'code', more)];
  const fixed = text(button.url).replace(BLANK, '');
  const example = more.example.startsWith(fixed) ? more.example.slice(fixed.length) : more.example;
  return fixed === text(button.url) ? [] : [blank('button', 'link', 'link', { ...more, example })];
}

/** As the platform takes them: components without blanks are left out. */
export function componentsOf(template: Template, values: Values): Part[] {
  const blanks = blanksOf(template);
  const of = (where: Blank['where']) => blanks.filter((one) => one.where === where);
  const filled = (['header', 'body'] as const).map((type) => ({
    type,
    parameters: of(type).map((one) => parameter(one, values)),
  }));
  const pressed = of('button').map((one) => ({
    type: 'button',
    sub_type: one.kind === 'code' ? 'copy_code' : 'url',
    index: String(one.place),
    parameters: [parameter(one, values)],
  }));
  return [...filled.filter((one) => one.parameters.length > 0), ...pressed];
}

function parameter(one: Blank, values: Values): Part {
  const value = values[one.id]?.trim() ?? '';
  if (one.kind === 'code') return { type: 'coupon_code', coupon_code: value };
  if (one.kind === 'link' || one.kind === 'text') {
    const isNamed = one.kind === 'text' && !/^\d+$/.test(one.name);
    return { type: 'text', text: value, ...(isNamed ? { parameter_name: one.name } : {}) };
  }
  return { type: one.kind, [one.kind]: { link: value } };
}

/** What is read with these values; blanks that are empty stay. */
export function wordsOf(template: Template, values: Values = {}): Words {
  const read = (where: 'header' | 'body') =>
    text(part(template, where).text).replace(
      BLANK,
      (whole, name: string) => values[`${where}:0:${name}`]?.trim() || whole,
    );
  return {
    header: read('header'),
    body: read('body'),
    footer: text(part(template, 'footer').text),
    buttons: buttonsOf(template).map((button) => text(button.text) || text(button.type)),
  };
}

function parts(template: Template): Part[] {
  return template.components.map(record);
}

function part(template: Template, kind: string): Part {
  return parts(template).find((one) => kindOf(one) === kind) ?? {};
}

function buttonsOf(template: Template): Part[] {
  return list(part(template, 'buttons').buttons).map(record);
}

const kindOf = (one: Part): string => text(one.type).toLowerCase();
const record = (value: unknown): Part => (typeof value === 'object' && value !== null ? (value as Part) : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
