import { describe, expect, test } from 'vitest';
import {
  faultOf,
  isEditable,
  isErased,
  readValue,
  textOf,
  titleOf,
  withAttribute,
  withoutAttribute,
} from './attributes';
import { CARDS, moved, ordered, placeAt } from './order';
import { fileNameOf, isTyped, likenesses } from './people';
import { type Run, stateOf, stepName } from './runs';

describe('the order of the cards', () => {
  test('is that of a newcomer when nothing is stored, or nonsense is', () => {
    for (const stored of [undefined, null, 'contact', {}, [1, 'other', null]]) {
      expect(ordered(stored)).toEqual([...CARDS]);
    }
  });

  test('is kept, each card once, and a card that came later stands behind its neighbour', () => {
    const stored = ['notes', 'contact', 'notes', 'gone', 'privacy'];
    const found = ordered(stored);
    expect(found.toSorted()).toEqual([...CARDS].toSorted());
    expect(found.indexOf('notes')).toBeLessThan(found.indexOf('contact'));
    expect(found.indexOf('handling')).toBe(found.indexOf('contact') + 1);
    expect(found.indexOf('people')).toBe(found.indexOf('notes') + 1);
  });

  test('changes by moving one card, and never beyond the ends', () => {
    const order = [...CARDS];
    expect(moved(order, 'flow', 0)[0]).toBe('flow');
    expect(moved(order, 'contact', 99).at(-1)).toBe('contact');
    expect(moved(order, 'contact', -1)).toEqual(order);
    expect(moved(order, 'labels', 4)).toHaveLength(CARDS.length);
  });

  test('follows the pointer: a card belongs behind those whose middle lies above it', () => {
    const others = [
      { top: 0, height: 100 },
      { top: 110, height: 40 },
    ];
    expect([10, 60, 120, 140].map((y) => placeAt(y, others))).toEqual([0, 1, 1, 2]);
  });
});

describe('attributes', () => {
  test('keep the kind of value that they had', () => {
    expect(readValue('7', 'six')).toBe('7');
    expect(readValue(' 7 ', 6)).toBe(7);
    expect(readValue('false', true)).toBe(false);
    expect(readValue('perhaps', true)).toBe('perhaps');
  });

  test('are numbers only when they are written as one', () => {
    expect(['42', '-1.5', '0123', '1e9', '', 'Infinity', '+66812345678'].map((text) => readValue(text))).toEqual([
      42,
      -1.5,
      '0123',
      '1e9',
      '',
      'Infinity',
      '+66812345678',
    ]);
  });

  test('that are lists or objects are shown and not changed', () => {
    expect([isEditable('a'), isEditable(null), isEditable(['a']), isEditable({})]).toEqual([true, true, false, false]);
    expect([textOf(['a']), textOf(null), textOf(false)]).toEqual(['["a"]', '', 'false']);
  });

  test('are added, changed and taken away without touching the others', () => {
    const before = { size: 'M', vip: true };
    expect(withAttribute(before, 'size', 'L')).toEqual({ size: 'L', vip: true });
    expect(withoutAttribute(before, 'vip')).toEqual({ size: 'M' });
    expect(before).toEqual({ size: 'M', vip: true });
  });

  test('have a name that is new, not empty and not endless', () => {
    const known = { size: 'M' };
    expect([' ', 'size', 'x'.repeat(101), 'colour'].map((name) => faultOf(name, known))).toEqual([
      'empty',
      'taken',
      'long',
      undefined,
    ]);
    expect([titleOf('preferred_size'), titleOf('___')]).toEqual(['preferred size', '___']);
  });

  test('of an erased person say so, and only those', () => {
    expect([isErased({ erased: true }), isErased({ erased: 'yes' }), isErased({})]).toEqual([true, false, false]);
  });
});

describe('people who may be one', () => {
  const suggestion = (contact: string, other: string) => ({
    id: `${contact}${other}`,
    reason: 'phone' as const,
    state: 'open' as const,
    created_at: '2026-01-01T00:00:00Z',
    contact_id: contact,
    contact_name: contact.toUpperCase(),
    other_id: other,
    other_name: other.toUpperCase(),
  });

  test('are told from the side of the one who is looked at', () => {
    const found = likenesses([suggestion('a', 'b'), suggestion('c', 'a'), suggestion('b', 'c')], 'a');
    expect(found.map(({ otherId, otherName }) => [otherId, otherName])).toEqual([
      ['b', 'B'],
      ['c', 'C'],
    ]);
  });

  test('are erased only when the name was typed', () => {
    expect(isTyped(' chloé  martin', 'Chloé Martin')).toBe(true);
    expect(isTyped('Chloé', 'Chloé Martin')).toBe(false);
    expect(isTyped('', '')).toBe(false);
  });

  test('are exported into a file whose name is safe in every script', () => {
    expect(fileNameOf('สมชาย ../\u0000x', '0123456789ab')).toBe('สมชาย-x-6789ab.json');
    expect(fileNameOf('🙂', '0123456789ab')).toBe('contact-6789ab.json');
  });
});

describe('a flow', () => {
  const run = (status: Run['status']) => ({ status }) as Run;

  test('is paused while a person answers, else does what it does', () => {
    expect(stateOf(run('waiting'), 'human')).toBe('paused');
    expect(stateOf(run('handed_over'), 'flow')).toBe('paused');
    expect(stateOf(run('delayed'), 'flow')).toBe('delayed');
    expect(stateOf(run('asking_http'), 'flow')).toBe('asking');
    expect(stateOf(run('waiting'), 'flow')).toBe('waiting');
  });

  test('shows its steps as words', () => {
    expect(stepName('ask_size-again')).toBe('ask size again');
  });
});
