import { type Capabilities, lengthOf } from './capabilities';
import type { Draft } from './outgoing';

export type ChoiceType = 'postback' | 'url' | 'phone';

/** One thing that the customer can tap; `value` is an address or a number, where the type has one. */
export interface Choice {
  type: ChoiceType;
  title: string;
  value: string;
}

/** What stands below a reply to be tapped: quick replies go away after a tap, buttons stay. */
export interface Choices {
  kind: 'quick_replies' | 'buttons';
  items: Choice[];
}

export interface Rules {
  most: number;
  titleLimit: number;
  titleUnit: Capabilities['text_unit'];
  types: ChoiceType[];
  /** From more than this on, a list stands in for the buttons. */
  listedFrom: number | undefined;
}

export type Fault = 'empty' | 'long' | 'url' | 'phone' | 'twice';

const TYPES: readonly ChoiceType[] = ['postback', 'url', 'phone'];
const PHONE = /^\+[1-9]\d{5,14}$/;

/** What the platform shows of a kind; undefined: nothing. */
export function rulesOf(kind: Choices['kind'], capabilities: Capabilities): Rules | undefined {
  const { quick_replies_limit, buttons_limit, list_rows_limit } = capabilities;
  if (kind === 'buttons') {
    if (buttons_limit === 0) return undefined;
    const types = TYPES.filter((type) => capabilities.button_types.includes(type));
    const { button_title_limit: titleLimit } = capabilities;
    return { most: buttons_limit, titleLimit, titleUnit: 'characters', types, listedFrom: undefined };
  }
  if (quick_replies_limit === 0) return undefined;
  return {
    most: quick_replies_limit,
    titleLimit: capabilities.quick_reply_title_limit,
    titleUnit: capabilities.quick_reply_title_unit,
    types: ['postback'],
    listedFrom: list_rows_limit > 0 && quick_replies_limit > buttons_limit ? buttons_limit : undefined,
  };
}

/** What is wrong with each, in their order. */
export function faultsOf(choices: Choices, rules: Rules): (Fault | undefined)[] {
  const titles = choices.items.map((item) => item.title.trim());
  return choices.items.map(({ type, value }, place) => {
    const title = titles[place]!;
    if (title === '') return 'empty';
    if (lengthOf(title, rules.titleUnit) > rules.titleLimit) return 'long';
    if (titles.indexOf(title) < place) return 'twice';
    if (type === 'url' && !isWebAddress(value)) return 'url';
    if (type === 'phone' && !PHONE.test(value.replaceAll(' ', ''))) return 'phone';
    return undefined;
  });
}

function isWebAddress(value: string): boolean {
  return /^https:\/\/[^\s/]+\.[^\s/]+/.test(value.trim());
}

/** How long the reply may be with them below it. */
export function textLimit(choices: Choices | undefined, capabilities: Capabilities): number {
  const isNarrow = choices?.kind === 'buttons' || (choices && capabilities.list_rows_limit > 0);
  return isNarrow && capabilities.button_text_limit > 0
    ? Math.min(capabilities.text_limit, capabilities.button_text_limit)
    : capabilities.text_limit;
}

export function draftOfChoices(choices: Choices | undefined): Partial<Draft> {
  if (!choices || choices.items.length === 0) return {};
  const made = choices.items.map(({ type, title, value }) => {
    const common = { type, title: title.trim(), native: {} };
    if (type === 'url') return { ...common, url: value.trim() };
    return { ...common, payload: type === 'phone' ? value.replaceAll(' ', '') : title.trim() };
  });
  return { [choices.kind]: made };
}
