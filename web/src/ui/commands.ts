import { useEffect, useRef } from 'react';
import { makeStore, makeStoredStore, useStore } from './store';
import { typeAhead } from './typedAhead';

export type Section = 'go' | 'conversation' | 'compose' | 'list' | 'view' | 'help';

/** Something that a person can do: it stands in the palette, and its keys in the sheet behind `?`. */
export interface Command {
  id: string;
  label: string;
  section: Section;
  /** Keys in KeyboardEvent.key's words: `e`, `shift+a`, `mod+k`, `g i` (one after the other), `alt+j`. */
  keys?: string[];
  /** More words by which the palette finds it. */
  keywords?: string;
  /** Also while a text field has the focus. Keys with mod are, unless this says false. */
  isForFields?: boolean;
  /** Keys only: not worth a line in the palette. */
  isHidden?: boolean;
  run: () => void;
}

const registry = makeStore<ReadonlyMap<symbol, readonly Command[]>>(new Map());

/** Offers commands for as long as the component stands. Later registrations win where keys are the same. */
export function useCommands(commands: readonly Command[]): void {
  const owner = useRef(Symbol('commands'));
  useEffect(() => {
    const own = owner.current;
    registry.set((before) => new Map(before).set(own, commands));
    return () => {
      registry.set((before) => {
        const after = new Map(before);
        after.delete(own);
        return after;
      });
    };
  }, [commands]);
}

export function useAllCommands(): readonly Command[] {
  return [...useStore(registry).values()].flat();
}

/** Speech input and shaky hands press single keys unasked: whoever wants none turns them off in the profile. */
export const areSingleKeysOn = makeStoredStore('hubbub.single-keys', true);

const SEQUENCE_MS = 1200;
let begun: { key: string; at: number } | undefined;

/** One listener for all keys of the app. */
export function listenForKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (!isInOverlay(event.target) && typeAhead(event)) return;
    const found = matching(event);
    if (!found) return;
    event.preventDefault();
    found.run();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}

function matching(event: KeyboardEvent): Command | undefined {
  const key = nameOf(event);
  if (!areSingleKeysOn.get() && isSingle(key)) return undefined;
  const isField = isEditable(event.target);
  const commands = [...registry.get().values()].flat().reverse();
  const takes = (wanted: string) =>
    commands.find(
      (command) => command.keys?.includes(wanted) && (!isField || (command.isForFields ?? wanted.includes('mod+'))),
    );
  if (isInOverlay(event.target) && !key.includes('mod+')) return undefined;
  if (begun && Date.now() - begun.at < SEQUENCE_MS) {
    const second = takes(`${begun.key} ${key}`);
    begun = undefined;
    if (second) return second;
  }
  const isFirst = !isField && commands.some((command) => command.keys?.some((keys) => keys.startsWith(`${key} `)));
  begun = isFirst ? { key, at: Date.now() } : undefined;
  return takes(key);
}

/** A letter, a figure or a sign by itself, also with Shift. */
function isSingle(key: string): boolean {
  return key.replace('shift+', '').length === 1;
}

/** `mod` is Ctrl, or Cmd on a Mac. A letter is named as it stands on the key, so that Thai keyboards work too. */
export function nameOf(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push('mod');
  if (event.altKey) parts.push('alt');
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase();
  const isLatin = /^[\x21-\x7e]$/.test(event.key);
  const key =
    letter && (!isLatin || event.altKey) ? letter : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.shiftKey && (letter || event.key.length > 1)) parts.push('shift');
  return [...parts, key].join('+');
}

export function isEditable(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Menus and dialogues have keys of their own. */
function isInOverlay(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="dialog"], [role="menu"], [role="listbox"]') !== null;
}
