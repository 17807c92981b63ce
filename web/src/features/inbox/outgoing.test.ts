import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queries';
import { forget, outgoing, resumeSending, send, sendAgain, unsentCount } from './outgoing';

type Sent = { client_id: string; text?: string; is_confirmed?: boolean };

const arrived: Sent[] = [];
let answer: (body: Sent) => Response;

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

const taken = (body: Sent) => json(201, { id: `m-${body.client_id}`, client_id: body.client_id, conversation_id: 'c' });

beforeEach(() => {
  arrived.length = 0;
  outgoing.set([]);
  queryClient.setQueryData(keys.me, { user: { id: 'me' }, csrf_token: 'x' });
  answer = taken;
  vi.stubGlobal('fetch', async (request: Request) => {
    const body = (await request.json()) as Sent;
    const response = answer(body);
    arrived.push(body);
    return response;
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  queryClient.clear();
});

const offline = () => {
  throw new TypeError('Failed to fetch');
};

test('a reply is shown at once and gone from the queue when the server has it', async () => {
  const sending = send('c', { text: 'hello' });
  expect(outgoing.get().map((entry) => entry.state)).toEqual(['sending']);
  await expect(sending).resolves.toBe('sent');
  expect(outgoing.get()).toEqual([]);
});

test('without a connection it waits, is counted, and goes out once when the connection is back', async () => {
  answer = offline;
  await expect(send('c', { text: 'later' })).resolves.toBe('waiting');
  expect(unsentCount.get()).toBe(1);
  answer = taken;
  const stop = resumeSending();
  await vi.waitFor(() => expect(outgoing.get()).toEqual([]));
  window.dispatchEvent(new Event('online'));
  stop();
  expect(arrived.map((body) => body.text)).toEqual(['later']);
});

test('what waits goes out in the order in which it was written', async () => {
  answer = offline;
  for (const text of ['one', 'two', 'three']) await send('c', { text });
  answer = taken;
  const stop = resumeSending();
  await vi.waitFor(() => expect(outgoing.get()).toEqual([]));
  stop();
  expect(arrived.map((body) => body.text)).toEqual(['one', 'two', 'three']);
});

test('a reply that was under way when the page was closed is sent again under the same id', async () => {
  answer = offline;
  await send('c', { text: 'lost' });
  const [entry] = outgoing.get();
  outgoing.set([{ ...entry!, state: 'sending' }]);
  answer = taken;
  const stop = resumeSending();
  await vi.waitFor(() => expect(outgoing.get()).toEqual([]));
  stop();
  expect(arrived[0]!.client_id).toBe(entry!.client_id);
});

test('what somebody else wrote in this browser is never sent in my name', async () => {
  answer = offline;
  await send('c', { text: 'theirs' });
  queryClient.setQueryData(keys.me, { user: { id: 'somebody-else' }, csrf_token: 'x' });
  answer = taken;
  const stop = resumeSending();
  await new Promise((done) => setTimeout(done, 20));
  stop();
  expect(arrived).toEqual([]);
});

test('when a colleague was faster the writer is asked, and may send it anyway', async () => {
  answer = (body) =>
    body.is_confirmed
      ? taken(body)
      : json(409, { error: { code: 'answered_meanwhile', sentence: 'Mia has answered meanwhile.', details: {} } });
  await expect(send('c', { text: 'me too' })).resolves.toBe('refused');
  const [entry] = outgoing.get();
  expect(entry!.error!.sentence).toBe('Mia has answered meanwhile.');
  expect(unsentCount.get()).toBe(0);
  await expect(sendAgain(entry!, { is_confirmed: true })).resolves.toBe('sent');
  expect(outgoing.get()).toEqual([]);
});

test('a refused reply can be put aside', async () => {
  answer = () => json(422, { error: { code: 'window_closed', sentence: 'Too late.', details: {} } });
  await send('c', { text: 'late' });
  forget(outgoing.get()[0]!.client_id);
  expect(outgoing.get()).toEqual([]);
});
