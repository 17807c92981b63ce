import type { Schemas } from '@/api/client';

type Me = Schemas['Me'];

const STORED = 'hubbub.person';

/** Who works at this browser, so that the frame and the replies that wait are there without a network. No secrets. */
export function keepPerson(me: Me): void {
  try {
    localStorage.setItem(STORED, JSON.stringify({ ...me, csrf_token: '' }));
  } catch {
    // Without storage there is no app without a network.
  }
}

export function keptPerson(): Me | undefined {
  try {
    return (JSON.parse(localStorage.getItem(STORED) ?? 'null') as Me | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export function forgetPerson(): void {
  localStorage.removeItem(STORED);
}
