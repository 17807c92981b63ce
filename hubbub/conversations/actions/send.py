"""Writing to a customer: checked, put into order and stored as queued, all in the caller's transaction.

A sender delivers it afterwards (`hubbub.outbound`). What a policy forbids or the platform cannot express is refused
here, with a sentence, before anything is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from hubbub.channels.models import Channel, ChannelStatus
from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.connectors.outcomes import ErrorCode
from hubbub.connectors.registry import connector_for
from hubbub.conversations.actions.lifecycle import become, lock_conversation
from hubbub.conversations.actions.parts import Addressee, check, split
from hubbub.conversations.actions.writing import AUTHORS, Writing, store, we_wrote
from hubbub.conversations.lifecycle import Become, LifecycleEvent, transition
from hubbub.conversations.models import Conversation, ConversationStatus, Message, MessageStatus
from hubbub.conversations.outbox import (
    NewEntry,
    Priority,
    enqueue,
    lock_for_cancelling,
    release_settled,
    take_positions,
)
from hubbub.conversations.policy import Permit, Situation, permits
from hubbub.conversations.realtime import ScreenEvent, emit
from hubbub.kit.errors import Conflict, InvalidInput, NotFound, Unsendable
from hubbub.organizations.database import run
from hubbub.organizations.models import User

LONGEST_CLIENT_ID = 100
PRIORITIES = {"human": Priority.PERSON}
NOW = "SELECT hubbub_now() AS now"
PRIVATE_REPLY_SENT = """
SELECT 1 FROM message
 WHERE conversation_id = %(conversation)s AND direction = 'outbound' AND status <> 'failed'
   AND content -> 'outbound' ->> 'kind' = 'private_reply'
   AND content -> 'outbound' ->> 'comment_external_id' = %(comment)s
 LIMIT 1
"""
CANCEL = """
UPDATE message SET status = 'failed', failed_at = hubbub_now(),
       error = jsonb_build_object('code', 'cancelled', 'sentence', %(sentence)s::text, 'at', hubbub_now())
 WHERE id = ANY(%(ids)s::uuid[])
"""
REQUEUE = """
UPDATE message SET status = 'queued', error = NULL, failed_at = NULL, external_id = NULL WHERE id = %(id)s
"""


def queue_message(
    conversation: Conversation,
    content: OutboundMessage,
    *,
    author_type: str,
    author_user: User | None = None,
    client_id: str | None = None,
    reply_to: Message | None = None,
    priority: int | None = None,
    at: datetime | None = None,
) -> Message:
    """Queue what an author wrote; returns its message (the first one, where the platform needs several).

    `author_type`: human, ai, flow or system. `client_id`: the same one again returns the same message and queues
    nothing. `at`: not before that moment; it takes its place in the order then. `content.message_id` is ignored.
    Raises Unsendable (policy, or the platform cannot express it), Conflict (archived; another conversation is open;
    the client id belongs to another conversation), InvalidInput.
    """
    _check_arguments(author_type, client_id, at)
    locked = lock_conversation(conversation.organization_id, conversation.id)
    if client_id is not None and (known := _known(locked, client_id)) is not None:
        return known
    channel = _open_channel(locked)
    content = _addressed(content, locked, reply_to)
    situation = _situation(locked, channel, author_type, content)
    parts = split(content, connector_for(channel.platform).capabilities)
    for part in parts:
        check(part, situation, _addressee(locked, channel))
    _reopen(locked)
    writing = Writing(
        conversation=locked,
        author_type=author_type,
        author_user=author_user,
        client_id=client_id,
        reply_to=reply_to,
        now=situation.now,
    )
    return _queue(writing, parts, at, PRIORITIES.get(author_type, Priority.MACHINE) if priority is None else priority)


def retry_message(message: Message) -> Message:
    """Send a failed or unknown message again, behind what is queued by now. It stays the same message.

    After `unknown` the customer may see it twice: that is for the person who asks to judge. Raises Conflict in every
    other state, and Unsendable as `queue_message` does.
    """
    conversation = lock_conversation(message.organization_id, message.conversation_id)
    locked = _lock_message(message)
    if locked.direction != "outbound" or locked.status not in (MessageStatus.FAILED, MessageStatus.UNKNOWN):
        raise Conflict("Only a message that failed, or whose fate is unknown, can be sent again.", code="not_retryable")
    channel = _open_channel(conversation)
    content = outbound_of(locked)
    check(content, _situation(conversation, channel, locked.author_type, content), _addressee(conversation, channel))
    _reopen(conversation)
    run(REQUEUE, id=locked.id)
    entry = _entry(locked, PRIORITIES.get(locked.author_type, Priority.MACHINE), None)
    enqueue([entry], take_positions(locked.organization_id, conversation.id, 1))
    _show_changed(locked)
    locked.refresh_from_db()
    return locked


def cancel_message(message: Message) -> None:
    """Take back what is not on its way yet. Raises Conflict when it is, or is settled."""
    if not lock_for_cancelling([message.id]):
        raise Conflict("This message is on its way already; it cannot be taken back.", code="not_cancellable")
    run(CANCEL, ids=[message.id], sentence="Somebody of the team cancelled this message before it was sent.")
    release_settled([message.id])
    _show_changed(message)


def ways_to_write(conversation: Conversation, author_type: str) -> list[Permit]:
    """What may be sent in this conversation now, for the composer; empty: nothing."""
    channel = conversation.channel
    comment = _newest_comment(conversation) if conversation.type == "public" else None
    return permits(_situation(conversation, channel, author_type, None, comment=comment))


def outbound_of(message: Message) -> OutboundMessage:
    """What the author wrote, as it was stored. Raises NotFound for a message that was not written here."""
    from hubbub.conversations.drafts import from_json

    if "outbound" not in message.content:
        raise NotFound("This message was not written here.")
    return from_json(message.content["outbound"], message_id=str(message.id))


def _check_arguments(author_type: str, client_id: str | None, at: datetime | None) -> None:
    if author_type not in AUTHORS:
        raise InvalidInput(f"author_type is one of {', '.join(AUTHORS)}.")
    if client_id is not None and not 0 < len(client_id) <= LONGEST_CLIENT_ID:
        raise InvalidInput(f"A client id has 1 to {LONGEST_CLIENT_ID} characters.")
    if at is not None and at.tzinfo is None:
        raise InvalidInput("The time of sending needs a time zone.")


def _known(conversation: Conversation, client_id: str) -> Message | None:
    found = Message.objects.filter(organization_id=conversation.organization_id, client_id=client_id).first()
    if found is not None and found.conversation_id != conversation.id:
        raise Conflict("This client id was used in another conversation; take a new one.", code="client_id_used")
    return found


def _open_channel(conversation: Conversation) -> Channel:
    channel: Channel = conversation.channel
    if channel.status == ChannelStatus.DISCONNECTED:
        raise Unsendable(
            "This channel was disconnected. Connect it again before you write.",
            code=ErrorCode.CREDENTIALS_INVALID.value,
        )
    return channel


def _addressed(content: OutboundMessage, conversation: Conversation, reply_to: Message | None) -> OutboundMessage:
    if conversation.type == "public":
        return _comment_reply(content, conversation, reply_to)
    if reply_to is None:
        return content
    if reply_to.conversation_id != conversation.id:
        raise InvalidInput("The message that you reply to is in another conversation.")
    if not reply_to.external_id:
        raise Unsendable("The message that you reply to has not reached the platform yet.", code="reply_to_not_sent")
    return replace(content, reply_to_external_id=reply_to.external_id, reply_to_quote_token=_quote_token(reply_to))


def _quote_token(message: Message) -> str | None:
    token = (message.content.get("extra") or {}).get("quote_token") or message.metadata.get("quote_token")
    return str(token) if token else None


def _comment_reply(content: OutboundMessage, conversation: Conversation, reply_to: Message | None) -> OutboundMessage:
    """Under a post a text answers a comment publicly, unless it is meant to be private."""
    kind = OutboundKind.COMMENT_REPLY if content.kind is OutboundKind.TEXT else content.kind
    comment = reply_to or _newest_comment(conversation)
    given = content.comment_external_id or (comment.external_id if comment is not None else None)
    if not given:
        raise Unsendable("There is no comment to answer.", code=ErrorCode.RECIPIENT_UNKNOWN.value)
    return replace(content, kind=kind, comment_external_id=given)


def _newest_comment(conversation: Conversation) -> Message | None:
    return (
        Message.objects.filter(conversation_id=conversation.id, direction="inbound", external_id__isnull=False)
        .order_by("-occurred_at", "-body_position", "-id")
        .first()
    )


def _situation(
    conversation: Conversation,
    channel: Channel,
    author_type: str,
    content: OutboundMessage | None,
    *,
    comment: Message | None = None,
) -> Situation:
    if content is not None and content.kind is OutboundKind.PRIVATE_REPLY:
        comment = _comment_for_private_reply(conversation, content)
    identity = conversation.identity
    return Situation(
        platform=channel.platform,
        author_type=author_type,
        now=run(NOW)[0]["now"],
        window_opened_at=identity.window_opened_at if identity is not None else None,
        commented_at=comment.occurred_at if comment is not None else None,
        thread_type=conversation.type,
    )


def _comment_for_private_reply(conversation: Conversation, content: OutboundMessage) -> Message | None:
    """Each comment can be answered privately once."""
    comment = content.comment_external_id
    if not comment:
        raise Unsendable("Say which comment is to be answered privately.", code=ErrorCode.RECIPIENT_UNKNOWN.value)
    if run(PRIVATE_REPLY_SENT, conversation=conversation.id, comment=comment):
        raise Unsendable(
            "This comment was answered privately already; the platform allows it once. Answer publicly, or wait until "
            "the customer writes to you.",
            code=ErrorCode.ALREADY_DONE.value,
        )
    return Message.objects.filter(channel_id=conversation.channel_id, external_id=comment).first()


def _addressee(conversation: Conversation, channel: Channel) -> Addressee:
    identity = conversation.identity
    return Addressee(
        channel=channel,
        external_id=identity.external_id if identity is not None else "",
        thread_type=conversation.type,
        thread_key=conversation.thread_key,
    )


def _reopen(conversation: Conversation) -> None:
    outcome = transition(conversation.status, LifecycleEvent.WE_WROTE)
    if isinstance(outcome, Become):
        become(conversation, ConversationStatus(outcome.status))


def _queue(writing: Writing, parts: Sequence[OutboundMessage], at: datetime | None, priority: int) -> Message:
    try:
        with transaction.atomic():
            messages = store(writing, parts)
    except IntegrityError:
        known = _known(writing.conversation, writing.client_id or "")
        if known is None:
            raise
        return known
    first = take_positions(writing.conversation.organization_id, writing.conversation.id, len(messages))
    enqueue([_entry(message, priority, at) for message in messages], first)
    we_wrote(writing, messages)
    return messages[0]


def _entry(message: Message, priority: int, at: datetime | None) -> NewEntry:
    return NewEntry(
        message_id=message.id,
        organization_id=message.organization_id,
        channel_id=message.channel_id,
        conversation_id=message.conversation_id,
        priority=int(priority),
        at=at,
    )


def _lock_message(message: Message) -> Message:
    found = (
        Message.objects.select_for_update(of=("self",), no_key=True)
        .filter(organization_id=message.organization_id, id=message.id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such message.")
    return found


def _show_changed(message: Message) -> None:
    emit(
        [
            ScreenEvent(
                organization_id=message.organization_id,
                kind="message.changed",
                subject_id=message.id,
                conversation_id=message.conversation_id,
            )
        ]
    )


__all__ = [
    "cancel_message",
    "outbound_of",
    "queue_message",
    "retry_message",
    "ways_to_write",
]
