import { meQuery, queryClient } from '@/api/queries';

/** Signing out is a form of the server's own: it ends the session, and with it the live connection. */
export function signOut(): void {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = '/sign-out';
  const token = document.createElement('input');
  token.type = 'hidden';
  token.name = 'csrfmiddlewaretoken';
  token.value = queryClient.getQueryData(meQuery.queryKey)?.csrf_token ?? '';
  form.append(token);
  document.body.append(form);
  form.submit();
}
