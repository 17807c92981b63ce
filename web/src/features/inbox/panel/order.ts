import { makeStoredStore } from '@/ui/store';

/** Every card, in the order of a newcomer. */
export const CARDS = [
  'contact',
  'handling',
  'flow',
  'labels',
  'attributes',
  'notes',
  'people',
  'earlier',
  'gallery',
  'leads',
  'privacy',
] as const;

export type CardName = (typeof CARDS)[number];

const CLOSED_AT_FIRST: CardName[] = ['leads', 'privacy'];

interface Arrangement {
  order: string[];
  closed: string[];
}

/** How this person wants the cards, kept in this browser. */
export const arrangement = makeStoredStore<Arrangement>('hubbub.panel-cards', {
  order: [...CARDS],
  closed: CLOSED_AT_FIRST,
});

/** The stored order as far as it names cards that exist, each once; a card that it does not know stays where it was. */
export function ordered(stored: unknown): CardName[] {
  const known = Array.isArray(stored) ? [...new Set(stored.filter(isCard))] : [];
  const all = [...known];
  for (const [place, card] of CARDS.entries()) {
    if (known.includes(card)) continue;
    const before = CARDS.slice(0, place).findLast((other) => all.includes(other));
    all.splice(before ? all.indexOf(before) + 1 : 0, 0, card);
  }
  return all;
}

function isCard(name: unknown): name is CardName {
  return CARDS.includes(name as CardName);
}

/** The order with one card moved to a place; places beyond the ends mean the ends. */
export function moved(order: readonly CardName[], card: CardName, place: number): CardName[] {
  const others = order.filter((other) => other !== card);
  const to = Math.min(others.length, Math.max(0, place));
  return [...others.slice(0, to), card, ...others.slice(to)];
}

/** Where a card that is held at height `y` belongs among the others, which lie from top to bottom. */
export function placeAt(y: number, others: readonly { top: number; height: number }[]): number {
  return others.filter(({ top, height }) => y > top + height / 2).length;
}

export function moveCard(card: CardName, place: number): void {
  arrangement.set((before) => ({ ...before, order: moved(ordered(before.order), card, place) }));
}

export function isClosed({ closed }: Arrangement, card: CardName): boolean {
  return Array.isArray(closed) && closed.includes(card);
}

export function toggleCard(card: CardName): void {
  arrangement.set((before) => {
    const others = (Array.isArray(before.closed) ? before.closed : []).filter((other) => other !== card);
    return { ...before, closed: isClosed(before, card) ? others : [...others, card] };
  });
}
