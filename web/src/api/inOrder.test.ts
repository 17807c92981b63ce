import { beforeEach, describe, expect, test } from 'vitest';
import { inTurn, isBeingFetched, untilFetched } from './inOrder';
import { queryClient } from './queries';

function later(): { promise: Promise<void>; come: () => void } {
  let come: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    come = done;
  });
  return { promise, come };
}

describe('what is fetched under one name', () => {
  test('is fetched once at a time, and once more for all that was wanted meanwhile', async () => {
    const answers = [later(), later(), later()];
    let asked = 0;
    const fetch = () => answers[asked++]!.promise;
    const all = [inTurn('a', fetch), inTurn('a', fetch), inTurn('a', fetch)];
    expect(asked).toBe(1);
    answers[0]!.come();
    await answers[0]!.promise;
    await Promise.resolve();
    expect(asked).toBe(2);
    answers[1]!.come();
    await Promise.all(all);
    expect(asked).toBe(2);
  });

  test('is free again after a failure', async () => {
    await expect(inTurn('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(inTurn('b', () => Promise.resolve())).resolves.toBeUndefined();
  });
});

describe('an answer that is awaited', () => {
  beforeEach(() => queryClient.clear());

  test('is waited for', async () => {
    const answer = later();
    const fetching = queryClient.fetchQuery({ queryKey: ['x'], queryFn: () => answer.promise.then(() => 'it') });
    expect(isBeingFetched(['x'])).toBe(true);
    const waited = untilFetched(['x']).then(() => queryClient.getQueryData(['x']));
    answer.come();
    await fetching;
    expect(await waited).toBe('it');
    expect(isBeingFetched(['x'])).toBe(false);
  });

  test('is not waited for when nobody asked', async () => {
    await untilFetched(['y']);
    expect(isBeingFetched(['y'])).toBe(false);
  });
});
