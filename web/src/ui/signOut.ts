import { currentCsrfToken } from '@/api/client';

/** Signing out is a form of the server's own: it ends the session, and with it the live connection. */
export async function signOut(): Promise<void> {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = '/sign-out';
  const token = document.createElement('input');
  token.type = 'hidden';
  token.name = 'csrfmiddlewaretoken';
  token.value = currentCsrfToken();
  form.append(token);
  document.body.append(form);
  await import('@/pwa/leaving').then(({ leave }) => leave()).catch(() => undefined);
  form.submit();
}
