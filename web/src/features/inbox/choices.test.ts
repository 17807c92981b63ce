import { expect, test } from 'vitest';
import type { Capabilities } from './capabilities';
import { type Choices, draftOfChoices, faultsOf, rulesOf, textLimit } from './choices';

const LINE = {
  text_limit: 5000,
  quick_replies_limit: 13,
  quick_reply_title_limit: 5,
  quick_reply_title_unit: 'graphemes',
  buttons_limit: 4,
  button_title_limit: 20,
  button_types: ['url', 'postback', 'message', 'phone', 'native'],
  button_text_limit: 160,
  list_rows_limit: 0,
} as unknown as Capabilities;

const quick = (...titles: string[]): Choices => ({
  kind: 'quick_replies',
  items: titles.map((title) => ({ type: 'postback', title, value: '' })),
});

test('a title is measured as the platform measures it', () => {
  const rules = rulesOf('quick_replies', LINE)!;
  expect(faultsOf(quick('👨‍👩‍👧👨‍👩‍👧', 'abcdef', '', 'ok', 'ok'), rules)).toEqual([
    undefined,
    'long',
    'empty',
    undefined,
    'twice',
  ]);
});

test('a link needs https and a number its country', () => {
  const rules = rulesOf('buttons', LINE)!;
  const items = (['http://a.de', 'https://a.de', 'a'] as const).map((value, place) => ({
    type: 'url' as const,
    title: `${place}`,
    value,
  }));
  const phones = ['0151', '+49 151 2345678'].map((value) => ({ type: 'phone' as const, title: value, value }));
  expect(faultsOf({ kind: 'buttons', items: [...items, ...phones] }, rules)).toEqual([
    'url',
    undefined,
    'url',
    'phone',
    undefined,
  ]);
});

test('what a platform does not show is not offered', () => {
  expect(rulesOf('quick_replies', { ...LINE, quick_replies_limit: 0 })).toBeUndefined();
  expect(rulesOf('buttons', { ...LINE, button_types: ['postback'] })!.types).toEqual(['postback']);
});

test('more answers than buttons become a list where the platform has lists', () => {
  expect(rulesOf('quick_replies', LINE)!.listedFrom).toBeUndefined();
  expect(rulesOf('quick_replies', { ...LINE, buttons_limit: 3, list_rows_limit: 10 })!.listedFrom).toBe(3);
});

test('a text with buttons below it is shorter', () => {
  expect(textLimit(undefined, LINE)).toBe(5000);
  expect(textLimit(quick('a'), LINE)).toBe(5000);
  expect(textLimit({ kind: 'buttons', items: [] }, LINE)).toBe(160);
});

test('they go out under the names of the API', () => {
  expect(draftOfChoices(quick(' Yes '))).toEqual({
    quick_replies: [{ type: 'postback', title: 'Yes', payload: 'Yes', native: {} }],
  });
  expect(draftOfChoices({ kind: 'buttons', items: [{ type: 'url', title: 'Shop', value: 'https://a.de' }] })).toEqual({
    buttons: [{ type: 'url', title: 'Shop', url: 'https://a.de', native: {} }],
  });
  expect(draftOfChoices(undefined)).toEqual({});
});
