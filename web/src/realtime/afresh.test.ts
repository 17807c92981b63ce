import { expect, test } from 'vitest';
import { queryClient } from '@/api/queries';
import { fetchAfresh } from './refresh';

test('what changes while it is fetched for the first time is fetched again', async () => {
  const answers = ['before', 'after'];
  let letFirst = () => {};
  const first = new Promise<void>((done) => {
    letFirst = done;
  });
  const queryKey = ['a thing'];
  const queryFn = async () => {
    const answer = answers.shift();
    if (answer === 'before') await first;
    return answer;
  };
  const shown = queryClient.getQueryCache().build(queryClient, { queryKey, queryFn });
  void queryClient.fetchQuery({ queryKey, queryFn });
  const refreshed = fetchAfresh({ queryKey, refetchType: 'all' });
  letFirst();
  await refreshed;
  expect(shown.state.data).toBe('after');
});
