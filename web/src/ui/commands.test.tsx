import { cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Command, listenForKeys, useCommands } from './commands';
import { isPaletteOpen } from './overlays';
import { paletteWords } from './typedAhead';

const ran = vi.fn();
let stop: () => void;

const command = (id: string, keys: string[], more: Partial<Command> = {}): Command => ({
  id,
  label: id,
  section: 'go',
  keys,
  run: () => ran(id),
  ...more,
});

const commands = [
  command('resolve', ['e']),
  command('assign', ['a']),
  command('assignMe', ['shift+a']),
  command('inbox', ['g i']),
  command('palette', ['mod+k']),
  command('undo', ['mod+z'], { isForFields: false }),
  command('sheet', ['?']),
];

function Screen({ offered }: { offered: readonly Command[] }) {
  useCommands(offered);
  return <textarea data-testid="field" />;
}

beforeEach(() => {
  ran.mockReset();
  stop = listenForKeys();
});

afterEach(() => {
  stop();
  cleanup();
});

function press(key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body): KeyboardEvent {
  const code = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : (more.code ?? '');
  const event = new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

test('a single key runs its command', () => {
  render(<Screen offered={commands} />);
  press('e');
  expect(ran.mock.calls).toEqual([['resolve']]);
});

test('in a text field a letter is a letter, and Ctrl-K still opens the palette', () => {
  const field = render(<Screen offered={commands} />).getByTestId('field');
  press('e', {}, field);
  expect(ran).not.toHaveBeenCalled();
  const event = press('k', { ctrlKey: true }, field);
  expect(ran.mock.calls).toEqual([['palette']]);
  expect(event.defaultPrevented).toBe(true);
});

test("Ctrl-Z in a text field stays the field's own", () => {
  const field = render(<Screen offered={commands} />).getByTestId('field');
  expect(press('z', { ctrlKey: true }, field).defaultPrevented).toBe(false);
  press('z', { ctrlKey: true });
  expect(ran.mock.calls).toEqual([['undo']]);
});

test('two keys one after the other are one command', () => {
  render(<Screen offered={commands} />);
  press('g');
  press('i');
  expect(ran.mock.calls).toEqual([['inbox']]);
});

test('Shift makes another command of the same letter', () => {
  render(<Screen offered={commands} />);
  press('A', { shiftKey: true });
  expect(ran.mock.calls).toEqual([['assignMe']]);
});

test('a sign is found wherever it stands on the keyboard', () => {
  render(<Screen offered={commands} />);
  press('?', { shiftKey: true, code: 'Slash' });
  expect(ran.mock.calls).toEqual([['sheet']]);
});

test('on a Thai keyboard a command lies on the key with its letter', () => {
  render(<Screen offered={commands} />);
  press('ำ', { code: 'KeyE' });
  expect(ran.mock.calls).toEqual([['resolve']]);
});

test('while a word is being composed no key is a command', () => {
  render(<Screen offered={commands} />);
  press('e', { isComposing: true });
  expect(ran).not.toHaveBeenCalled();
});

test('with the screen go its commands', () => {
  render(<Screen offered={commands} />).unmount();
  press('e');
  expect(ran).not.toHaveBeenCalled();
});

test('what is typed while the palette opens is for the palette, not for the page', () => {
  const field = render(<Screen offered={commands} />).getByTestId('field');
  isPaletteOpen.set(true);
  for (const key of ['a', 'r', 'e', 'Backspace']) press(key);
  expect(press('e', {}, field).defaultPrevented).toBe(true);
  expect(press('Enter').defaultPrevented).toBe(true);
  expect(paletteWords.get()).toBe('are');
  expect(ran).not.toHaveBeenCalled();
  press('Escape');
  expect(isPaletteOpen.get()).toBe(false);
});
