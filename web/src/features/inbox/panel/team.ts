import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient, teamsQuery } from '@/api/queries';
import { t } from '@/i18n';
import { showError, showToast } from '@/ui/toasts';
import { type Conversation, placeConversation } from '../lists';

function current(conversation: Conversation): Conversation {
  return queryClient.getQueryData<Conversation>(keys.conversation(conversation.id)) ?? conversation;
}

/** The team gets it, and gives it to whoever is free. */
export function giveToTeam(conversation: Conversation, teamId: string): Promise<void> {
  const name = queryClient.getQueryData(teamsQuery.queryKey)?.find(({ id }) => id === teamId)?.name ?? '';
  const body = { conversation_id: conversation.id, note: '' };
  return change(conversation, teamId, t('panel.done.team', { name }), () =>
    unwrap(api.POST('/api/v1/teams/{team_id}/conversations', { params: { path: { team_id: teamId } }, body })),
  );
}

export function takeFromTeam(conversation: Conversation, teamId: string): Promise<void> {
  const path = { team_id: teamId, conversation_id: conversation.id };
  return change(conversation, null, t('panel.done.teamLeft'), () =>
    unwrap(api.DELETE('/api/v1/teams/{team_id}/conversations/{conversation_id}', { params: { path } })),
  );
}

async function change(
  conversation: Conversation,
  teamId: string | null,
  said: string,
  ask: () => Promise<unknown>,
): Promise<void> {
  const before = current(conversation);
  placeConversation({ ...before, team_id: teamId });
  try {
    await ask();
    showToast(said, () => void putBack(conversation, before.team_id, teamId));
  } catch (problem) {
    placeConversation(before);
    showError(problem);
  }
  await queryClient.invalidateQueries({ queryKey: keys.conversation(conversation.id) });
}

function putBack(conversation: Conversation, before: string | null, now: string | null): Promise<void> {
  if (before) return giveToTeam(conversation, before);
  return now ? takeFromTeam(conversation, now) : Promise.resolve();
}
