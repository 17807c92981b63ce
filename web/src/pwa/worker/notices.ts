/** What the server pushes: names, never a message's text. */
export interface Pushed {
  reason: string;
  conversation_id?: string | null;
  name?: string | null;
  channel?: string | null;
  actor?: string | null;
}

/** The sentences of a notification in the person's language, by the reason; the app sends them here. */
export type Words = Record<string, string>;

export interface Notice {
  title: string;
  options: NotificationOptions & { data: { path: string }; renotify?: boolean };
}

/** Until the app has sent the words of its language. */
export const ENGLISH: Words = {
  assigned: '{actor} gave you a conversation',
  mentioned: '{actor} mentioned you',
  message: '{name} has written',
  test: 'Notifications work on this device',
  other: 'Something new for you',
  somebody: 'Somebody',
  customer: 'A customer',
};

const ID = /^[0-9a-f-]{36}$/i;

/** A notification's words and where a click on it leads. One conversation has one notification, its newest. */
export function noticeOf(pushed: Pushed, words: Words): Notice {
  const all = { ...ENGLISH, ...words };
  const name = pushed.name || all.customer!;
  const sentence = all[pushed.reason] ?? all.other!;
  const title = sentence.replace('{actor}', () => pushed.actor || all.somebody!).replace('{name}', () => name);
  const about = sentence.includes('{name}') ? [pushed.channel] : [pushed.name, pushed.channel];
  const id = ID.test(pushed.conversation_id ?? '') ? pushed.conversation_id! : undefined;
  return {
    title,
    options: {
      body: about.filter(Boolean).join(' · '),
      icon: '/icon-192.png',
      badge: '/badge-96.png',
      dir: 'auto',
      tag: id ?? pushed.reason,
      renotify: true,
      data: { path: id ? `/inbox/${id}` : '/inbox' },
    },
  };
}

/** What came with the push; nothing that can be read counts as something new. */
export function readPush(json: () => unknown): Pushed {
  try {
    const value = json();
    if (typeof value === 'object' && value !== null) return { reason: 'other', ...value };
  } catch {
    // Not JSON.
  }
  return { reason: 'other' };
}
