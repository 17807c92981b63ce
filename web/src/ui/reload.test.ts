import { afterEach, expect, test, vi } from 'vitest';
import { reloadWhenThere } from './reload';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('the page is loaded afresh when the server answers again, once', async () => {
  vi.useFakeTimers();
  const asked = vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValueOnce({ ok: false });
  vi.stubGlobal('fetch', asked.mockResolvedValue({ ok: true }));
  const reload = vi.fn();
  const waiting = Promise.all([reloadWhenThere(reload), reloadWhenThere(reload)]);
  await vi.advanceTimersByTimeAsync(500);
  expect(reload).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(3000);
  await waiting;
  expect(reload).toHaveBeenCalledTimes(1);
  expect(asked).toHaveBeenCalledTimes(3);
});
