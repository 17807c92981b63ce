import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { membersQuery, queryClient } from '@/api/queries';
import { t } from '@/i18n';
import { showError, showToast } from '@/ui/toasts';
import { type Choices, draftOfChoices } from './choices';
import type { Conversation } from './lists';
import { type Message, messagesQuery } from './messages';
import { dueTime } from './moments';
import { type Draft, send } from './outgoing';
import type { Chosen } from './useFiles';
import type { Answering } from './ways';

/** What becomes of the conversation when it is sent: as the API has it. */
export type Then = Pick<Draft, 'then' | 'snooze_until'>;

interface Reply {
  conversation: Conversation;
  text: string;
  files: Chosen[];
  choices?: Choices;
  quoted: Message | undefined;
  /** Undefined while the server has not said it yet. */
  answering: Answering | undefined;
  isPrivate: boolean;
  after?: Then;
}

/**
 * One message a file, the text with the first; what becomes of the conversation goes with the last.
 * One after the other, so that they arrive in this order.
 */
export async function submit(reply: Reply): Promise<void> {
  const drafts = draftsOf(reply);
  const seen = newestOf(reply.conversation.id);
  for (const [place, draft] of drafts.entries()) {
    const isLast = place === drafts.length - 1;
    await send(reply.conversation.id, {
      ...draft,
      seen_message_id: place === 0 ? seen : undefined,
      ...(isLast ? reply.after : {}),
    });
  }
}

type Bare = Omit<Draft, 'client_id'>;

function draftsOf({ conversation, text, files, choices, quoted, answering, isPrivate }: Reply): Bare[] {
  if (answering?.kind === 'comment') return [commentReply(conversation, text, isPrivate, quoted)];
  const common: Bare = {
    reply_to: quoted?.id,
    tag: answering?.kind === 'human_agent' ? answering.tag : undefined,
  };
  if (files.length === 0) return [{ ...common, kind: 'text', text, ...draftOfChoices(choices) }];
  // What can be tapped stands below the text, which then comes after the files.
  const isApart = choices !== undefined && text !== '';
  const sent: Bare[] = files.map((file, place) => ({
    ...(place === 0 ? common : { tag: common.tag }),
    kind: 'media',
    text: place === 0 && text && !isApart ? text : undefined,
    media: [mediaOf(file)],
  }));
  return isApart ? [...sent, { tag: common.tag, kind: 'text', text, ...draftOfChoices(choices) }] : sent;
}

function mediaOf(file: Chosen): Schemas['MediaIn'] {
  const { kind: type, uploadId: upload_id, name: file_name, mime: mime_type, durationMs: duration_ms } = file;
  const is_voice = duration_ms !== undefined && mime_type === 'audio/ogg';
  return { type, upload_id, file_name, mime_type, duration_ms: duration_ms && Math.round(duration_ms), is_voice };
}

function commentReply(conversation: Conversation, text: string, isPrivate: boolean, quoted: Message | undefined): Bare {
  const comment =
    quoted?.type === 'comment'
      ? quoted.id
      : newestOf(conversation.id, (message) => message.type === 'comment' && message.direction === 'inbound');
  return { kind: isPrivate ? 'private_reply' : 'comment_reply', text, comment_of: comment };
}

/** The newest message on the screen: the server asks when a colleague has answered after it. */
function newestOf(conversationId: string, isWanted: (message: Message) => boolean = () => true): string | undefined {
  const pages = queryClient.getQueryData(messagesQuery(conversationId).queryKey)?.pages;
  return pages?.flatMap((page) => page.items).find(isWanted)?.id;
}

export function react(message: Message, emoji: string): void {
  const own = message.reactions.find((reaction) => reaction.actor === 'us');
  const reaction_emoji = own?.emoji === emoji ? '' : emoji;
  void send(message.conversation_id, { kind: 'reaction', reaction_to: message.id, reaction_emoji });
}

export async function schedule(reply: Reply, moment: Date): Promise<void> {
  try {
    for (const draft of draftsOf(reply)) {
      await unwrap(
        api.POST('/api/v1/conversations/{conversation_id}/scheduled', {
          params: { path: { conversation_id: reply.conversation.id } },
          body: { draft: JSON.parse(JSON.stringify(draft)), due_at: moment.toISOString() },
        }),
      );
    }
    showToast(t('inbox.done.scheduled', { when: dueTime(moment) }));
    await queryClient.invalidateQueries({ queryKey: keys.scheduled(reply.conversation.id) });
  } catch (problem) {
    showError(problem);
  }
}

/** Whoever is named with @ is told of it. */
export async function saveNote(conversation: Conversation, text: string): Promise<void> {
  const members = queryClient.getQueryData(membersQuery.queryKey) ?? [];
  const mentions = members.filter((member) => text.includes(`@${member.name}`)).map((member) => member.user_id);
  try {
    await unwrap(
      api.POST('/api/v1/conversations/{conversation_id}/notes', {
        params: { path: { conversation_id: conversation.id } },
        body: { text, mentions },
      }),
    );
    await queryClient.invalidateQueries({ queryKey: keys.notes(conversation.id) });
  } catch (problem) {
    showError(problem);
  }
}

const SHOWN_MS = 8000;
let shownAt = 0;

/** Not worth a word when it does not work. */
export function showTypingToCustomer(conversationId: string): void {
  if (Date.now() - shownAt < SHOWN_MS) return;
  shownAt = Date.now();
  const params = { path: { conversation_id: conversationId } };
  void api
    .POST('/api/v1/conversations/{conversation_id}/typing', { params, body: { is_on: true } })
    .catch(() => undefined);
}
