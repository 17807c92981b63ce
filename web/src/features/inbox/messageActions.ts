import { api, unwrap } from '@/api/client';
import { t } from '@/i18n';
import { ask } from '@/ui/overlays';
import { showError, showToast } from '@/ui/toasts';
import { insertMessage, type Message } from './messages';

const of = (message: Message) => ({ params: { path: { message_id: message.id } } });

/** Shows a message as the server says it is now; a refusal is told. */
async function apply(asking: Promise<Message | unknown>, message: Message): Promise<void> {
  try {
    await asking;
    insertMessage(await unwrap(api.GET('/api/v1/messages/{message_id}', of(message))));
  } catch (problem) {
    showError(problem);
  }
}

export function retry(message: Message): Promise<void> {
  return apply(unwrap(api.POST('/api/v1/messages/{message_id}/retry', of(message))), message);
}

export function cancel(message: Message): Promise<void> {
  return apply(unwrap(api.POST('/api/v1/messages/{message_id}/cancel', of(message))), message);
}

/** Hides a comment from the public, or shows it again. */
export async function hide(message: Message): Promise<void> {
  const asking =
    message.visibility === 'hidden'
      ? unwrap(api.POST('/api/v1/messages/{message_id}/unhide', of(message)))
      : unwrap(api.POST('/api/v1/messages/{message_id}/hide', of(message)));
  await apply(asking, message);
}

export async function removeComment(message: Message): Promise<void> {
  if (!(await ask(t('inbox.do.deleteComment'), t('inbox.deleteCommentSure')))) return;
  try {
    await unwrap(api.POST('/api/v1/messages/{message_id}/delete', of(message)));
    showToast(t('inbox.done.commentDeleted'));
  } catch (problem) {
    showError(problem);
  }
}
