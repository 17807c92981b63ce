import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hoveredTip, type Shown } from './tips';

const told = vi.fn<(shown: Shown | undefined) => void>();
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  told.mockReset();
  document.body.innerHTML = `
    <button id="send" data-tip="Send"><svg id="icon"></svg></button>
    <a id="inbox" data-tip="Inbox" data-tip-side="right"></a>
    <p id="text"></p>`;
  stop = hoveredTip(told);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

const at = (id: string) => document.getElementById(id)!;

function enter(id: string, pointerType = 'mouse'): void {
  at(id).dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType }));
}

const labels = () => told.mock.calls.map(([shown]) => shown?.label);

test('what rests on a button, or on the icon in it, is told what it does', () => {
  enter('icon');
  expect(labels()).toEqual([undefined]);
  vi.advanceTimersByTime(400);
  expect(told).toHaveBeenLastCalledWith({ element: at('send'), label: 'Send', side: 'top' });
});

test('whoever only passes over is told nothing', () => {
  enter('send');
  vi.advanceTimersByTime(100);
  enter('text');
  vi.advanceTimersByTime(1000);
  expect(labels().every((label) => label === undefined)).toBe(true);
});

test('the next one takes its place, on its own side', () => {
  enter('send');
  vi.advanceTimersByTime(400);
  enter('inbox');
  vi.advanceTimersByTime(400);
  expect(told).toHaveBeenLastCalledWith({ element: at('inbox'), label: 'Inbox', side: 'right' });
});

test.each([
  ['leaving', () => enter('text')],
  ['pressing', () => at('send').dispatchEvent(new Event('pointerdown', { bubbles: true }))],
  ['Escape', () => at('send').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))],
])('%s takes it away', (_name, act) => {
  enter('send');
  vi.advanceTimersByTime(400);
  act();
  expect(told).toHaveBeenLastCalledWith(undefined);
});

test('a finger is shown no tips, and what has gone has none', () => {
  enter('send', 'touch');
  vi.advanceTimersByTime(400);
  enter('inbox');
  at('inbox').remove();
  vi.advanceTimersByTime(400);
  expect(labels().every((label) => label === undefined)).toBe(true);
});
