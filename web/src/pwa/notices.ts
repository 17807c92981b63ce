import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queries';
import type { Conversation } from '@/features/inbox/lists';
import { type Key, t, translated } from '@/i18n';
import type { ScreenEvent } from '@/realtime/sequence';
import { makeStoredStore } from '@/ui/store';
import { showNotice } from '@/ui/toasts';
import { chime } from './chime';

export const isSoundOn = makeStoredStore('hubbub.sound', false);

/** Somebody is told on the screen, unless they look at that conversation already. */
export async function tellOnScreen(event: ScreenEvent, me: string, open: (path: string) => void): Promise<void> {
  const id = event.conversation_id;
  const users = event.data.user_ids;
  if (!id || !Array.isArray(users) || !users.includes(me)) return;
  if (isSoundOn.get()) chime();
  const path = `/inbox/${id}`;
  if (window.location.pathname === path && document.visibilityState === 'visible') return;
  showNotice(id, sentenceOf(String(event.data.reason), await nameOf(id)), {
    label: t('shell.open'),
    run: () => open(path),
  });
}

function sentenceOf(reason: string, name: string): string {
  return translated(`shell.here.${reason}`, t('shell.here.other' as Key, { name }), { name });
}

async function nameOf(id: string): Promise<string> {
  try {
    const found = await queryClient.fetchQuery<Conversation>({
      queryKey: keys.conversation(id),
      queryFn: () =>
        unwrap(api.GET('/api/v1/conversations/{conversation_id}', { params: { path: { conversation_id: id } } })),
    });
    return found.contact_name || found.title || t('shell.push.customer');
  } catch {
    return t('shell.push.customer');
  }
}
