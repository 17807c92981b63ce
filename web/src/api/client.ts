import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** What the API answered instead of what was asked. `sentence` is for people, `code` for programs. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown>;

  constructor(status: number, code: string, sentence: string, details: Record<string, unknown> = {}) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** No answer came: offline, or the server restarts. Nothing is known of what became of a change. */
export class Unreachable extends Error {}

let csrfToken = '';

/** Called when /me is known; until then the cookie serves. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

export function currentCsrfToken(): string {
  return csrfToken || (/(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? '');
}

const session: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('X-CSRFToken', currentCsrfToken());
    return request;
  },
};

export const api = createClient<paths>({ baseUrl: '/', fetch: (request) => globalThis.fetch(request) });
api.use(session);

/** Whoever is not signed in goes to the sign-in page and comes back to the same place. */
export function signIn(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The answer's data. Throws ApiError or Unreachable. */
export async function unwrap<T>(asking: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asking;
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === 'AbortError') throw problem;
    throw new Unreachable();
  }
  if (answer.response.ok) return answer.data as T;
  if (answer.response.status === 401) signIn();
  throw errorOf(answer.response.status, answer.error);
}

function errorOf(status: number, body: unknown): Error {
  const error = (body as { error?: Partial<{ code: string; sentence: string; details: Record<string, unknown> }> })
    ?.error;
  if (status === 502 || status === 504) return new Unreachable();
  return new ApiError(status, error?.code ?? 'unknown', error?.sentence ?? `HTTP ${status}`, error?.details ?? {});
}

/** Many answers in a row fail for the same reason: only what may pass by itself is tried again. */
export function isWorthRetrying(count: number, problem: Error): boolean {
  if (problem instanceof ApiError) return problem.status >= 500 && count < 2;
  return count < 3;
}
