/** The sandbox's phone, as `docs/sandbox.md` describes it: what customers see, and how to play them. */

export type Platform = 'facebook' | 'instagram' | 'whatsapp' | 'line';

export type Json = { [name: string]: unknown };

export interface Account {
  platform: Platform;
  external_id: string;
  name: string;
}

export interface Talk {
  platform: Platform;
  account: string;
  account_name: string;
  /** The person's id there, or the group's. */
  conversation: string;
  kind: 'user' | 'group' | 'room';
  name: string;
  /** Milliseconds. */
  at: number;
  type: string;
  text: string;
  direction: 'in' | 'out';
}

export interface HeldFile {
  id: string;
  mime_type: string;
  filename: string;
  size: number;
}

export interface PhoneMessage {
  id: string;
  at: number;
  /** `in` is what the customer said. */
  direction: 'in' | 'out';
  type: string;
  body: Json;
  text?: string;
  author: string;
  status: string;
  reply_to?: string;
  reactions?: Record<string, string>;
  edits?: number;
  is_unsent?: boolean;
  media?: HeldFile[];
}

export interface Played {
  message_id?: string;
  status?: number;
  acked?: boolean;
  reason?: string;
}

export interface FaultRule {
  match: { platform?: Platform; sends?: boolean; times?: number; probability?: number };
  fault: string;
  hits?: number;
}

/** Whom one plays: a person at one account. */
export interface Player {
  platform: Platform;
  account: string;
  from: string;
}

/** A sentence of the sandbox about what cannot be done. */
export class CannotPlay extends Error {}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`/_sandbox${path}`, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.headers.get('content-type')?.includes('application/json')) throw new CannotPlay('');
  const value = (await answer.json()) as T & { error?: string };
  if (!answer.ok) throw new CannotPlay(value.error ?? String(answer.status));
  return value;
}

export const sandbox = {
  accounts: async () => (await call<{ accounts: Account[] }>('GET', '/accounts')).accounts,
  talks: async () => (await call<{ conversations: Talk[] }>('GET', '/conversations')).conversations,
  messages: async ({ platform, account, from }: Player) => {
    const query = new URLSearchParams({ platform, account, from });
    return (await call<{ messages: PhoneMessage[] }>('GET', `/phone?${query}`)).messages;
  },
  say: (player: Player, content: Json) => call<Played>('POST', '/say', { ...player, ...content }),
  act: (player: Player, action: string, content: Json = {}) =>
    call<Played>('POST', '/act', { ...player, action, ...content }),
  faults: async () => (await call<{ rules: FaultRule[] }>('GET', '/faults')).rules,
  setFaults: (rules: Pick<FaultRule, 'match' | 'fault'>[]) => call<{ rules: FaultRule[] }>('PUT', '/faults', rules),
};

export const fileUrl = (file: HeldFile) => `/_sandbox/media/${encodeURIComponent(file.id)}`;
