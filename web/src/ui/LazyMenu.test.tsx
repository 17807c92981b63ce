import { MantineProvider, Menu } from '@mantine/core';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { theme } from '@/theme';
import { LazyMenu } from './LazyMenu';

const chosen = vi.fn();
/** Nothing has a place here, so what is placed beside its button counts as hidden. */
const ANYWHERE = { hidden: true };

afterEach(() => {
  cleanup();
  chosen.mockReset();
});

function show(): HTMLElement {
  render(
    <MantineProvider theme={theme}>
      <LazyMenu
        button={(props) => (
          <button type="button" {...props}>
            Do
          </button>
        )}
      >
        <Menu.Item onClick={chosen}>This</Menu.Item>
      </LazyMenu>
    </MantineProvider>,
  );
  return screen.getByRole('button', { name: 'Do' });
}

test('until somebody opens it, there is nothing but its button', () => {
  const button = show();
  expect(button.getAttribute('aria-expanded')).toBe('false');
  expect(screen.queryByRole('menu', ANYWHERE)).toBeNull();
});

test('its button opens it, is called its label, and closes it', async () => {
  const button = show();
  await userEvent.click(button);
  const menu = await screen.findByRole('menu', ANYWHERE);
  expect(button.getAttribute('aria-expanded')).toBe('true');
  expect(menu.getAttribute('aria-labelledby')).toBe(button.id);
  expect(button.getAttribute('aria-controls')).toBe(menu.id);
  await userEvent.click(button);
  expect(screen.queryByRole('menu', ANYWHERE)).toBeNull();
});

test('a choice is made and closes it', async () => {
  const button = show();
  await userEvent.click(button);
  await userEvent.click(await screen.findByRole('menuitem', ANYWHERE));
  expect(chosen).toHaveBeenCalledOnce();
  expect(screen.queryByRole('menu', ANYWHERE)).toBeNull();
});
