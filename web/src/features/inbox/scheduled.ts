import { queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queries';
import { t } from '@/i18n';
import { showError, showToast } from '@/ui/toasts';
import { dueTime } from './moments';

/** An answer that waits for its time, or could not be sent when it came. */
export type Scheduled = Schemas['Scheduled'];
type Change = Partial<Schemas['ScheduledChange']>;

export function scheduledQuery(conversationId: string) {
  return queryOptions({
    queryKey: keys.scheduled(conversationId),
    queryFn: () =>
      unwrap(
        api.GET('/api/v1/conversations/{conversation_id}/scheduled', {
          params: { path: { conversation_id: conversationId } },
        }),
      ).then((answer) => answer.items),
  });
}

const at = (one: Scheduled) => ({ params: { path: { scheduled_id: one.id } } });

/** Does it, and shows what waits now; a refusal is told. */
async function apply(one: Scheduled, asking: Promise<unknown>, said: string): Promise<boolean> {
  try {
    await asking;
    showToast(said);
    return true;
  } catch (problem) {
    showError(problem);
    return false;
  } finally {
    await queryClient.invalidateQueries({ queryKey: keys.scheduled(one.conversation_id) });
  }
}

export function takeBack(one: Scheduled): Promise<boolean> {
  return apply(one, unwrap(api.DELETE('/api/v1/scheduled/{scheduled_id}', at(one))), t('inbox.scheduled.takenBack'));
}

export function sendNow(one: Scheduled): Promise<boolean> {
  return apply(one, unwrap(api.POST('/api/v1/scheduled/{scheduled_id}/send', at(one))), t('inbox.scheduled.sentNow'));
}

export function changeScheduled(one: Scheduled, text: string, moment: Date): Promise<boolean> {
  const body: Change = { due_at: moment.toISOString(), ...(text ? { text } : {}) };
  const asking = api.PATCH('/api/v1/scheduled/{scheduled_id}', {
    ...at(one),
    body: body as Schemas['ScheduledChange'],
  });
  return apply(one, unwrap(asking), t('inbox.done.scheduled', { when: dueTime(moment) }));
}
