"""What writing to a customer leaves behind: messages with their attachments, counts, facts, news for screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.connectors.events import MessageType
from hubbub.connectors.messages import Media, OutboundKind, OutboundMessage
from hubbub.conversations.drafts import to_json
from hubbub.conversations.facts import record
from hubbub.conversations.media import digest_in
from hubbub.conversations.models import Attachment, Conversation, Message, MessageStatus
from hubbub.conversations.preview import preview
from hubbub.conversations.realtime import ScreenEvent, emit
from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run
from hubbub.organizations.models import User

AUTHORS = ("human", "ai", "flow", "system")
RESPONSE_TYPES = {"human": "manual", "ai": "auto", "flow": "auto"}
"""An answer of the system (a receipt, a notice) answers no question."""
TYPES: dict[OutboundKind, MessageType] = {
    OutboundKind.TEXT: MessageType.TEXT,
    OutboundKind.CARDS: MessageType.TEMPLATE,
    OutboundKind.LIST: MessageType.TEMPLATE,
    OutboundKind.TEMPLATE: MessageType.TEMPLATE,
    OutboundKind.LOCATION: MessageType.LOCATION,
    OutboundKind.CONTACT: MessageType.CONTACT,
    OutboundKind.STICKER: MessageType.STICKER,
    OutboundKind.FLEX: MessageType.TEMPLATE,
    OutboundKind.REACTION: MessageType.REACTION,
    OutboundKind.COMMENT_REPLY: MessageType.COMMENT,
    OutboundKind.PRIVATE_REPLY: MessageType.TEXT,
    OutboundKind.NATIVE: MessageType.TEMPLATE,
}
"""Media are of their file's type."""

ANSWERED = """
WITH asked AS (
    SELECT id, occurred_at FROM message
     WHERE conversation_id = %(conversation)s AND direction = 'inbound' AND NOT is_replied
       AND occurred_at >= %(since)s
     ORDER BY id FOR NO KEY UPDATE)
UPDATE message m SET is_replied = true FROM asked WHERE m.id = asked.id
RETURNING m.id, m.occurred_at
"""
COUNT = """
UPDATE conversation c
   SET message_count = c.message_count + %(count)s, outbound_count = c.outbound_count + %(count)s,
       first_message_at = least(c.first_message_at, %(now)s), last_message_text = %(text)s,
       last_message_id = %(last)s, last_message_at = greatest(c.last_message_at, %(now)s),
       last_outbound_at = greatest(c.last_outbound_at, %(now)s), awaiting_reply_since = NULL,
       response_count = c.response_count + %(responses)s,
       response_seconds_total = c.response_seconds_total + %(seconds)s, updated_at = hubbub_now()
 WHERE c.id = %(conversation)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Who writes where, and when. The conversation is locked."""

    conversation: Conversation
    author_type: str
    author_user: User | None
    client_id: str | None
    reply_to: Message | None
    now: datetime


def store(writing: Writing, parts: Sequence[OutboundMessage]) -> list[Message]:
    """Insert the messages with their attachments. Raises IntegrityError when the client id was used just now."""
    answered = _answered(writing)
    messages = [_message(writing, part, position, answered) for position, part in enumerate(parts)]
    for message in messages[1:]:
        message.metadata["part_of"] = str(messages[0].id)
    Message.objects.bulk_create(messages)
    Attachment.objects.bulk_create(
        [
            _attachment(message, position, media)
            for message, part in zip(messages, parts, strict=True)
            for position, media in enumerate(part.media)
        ]
    )
    return messages


def we_wrote(writing: Writing, messages: Sequence[Message]) -> None:
    """Counts, response times and screens. A reaction is shown on the message that it is for, and counts as none."""
    shown = [message for message in messages if message.type != MessageType.REACTION]
    if shown:
        seconds = _response_seconds(writing)
        run(
            COUNT,
            conversation=writing.conversation.id,
            count=len(shown),
            now=writing.now,
            text=preview(shown[-1].text),
            last=shown[-1].id,
            responses=0 if seconds is None else 1,
            seconds=seconds or 0.0,
        )
        if seconds is not None:
            _record_response(writing, seconds)
    _show(writing.conversation, messages)


def _answered(writing: Writing) -> UUID | None:
    """Mark what the customer asked as replied to; returns the newest of it."""
    since = writing.conversation.awaiting_reply_since
    if since is None or writing.author_type not in RESPONSE_TYPES:
        return None
    rows = run(ANSWERED, conversation=writing.conversation.id, since=since)
    newest = max(rows, key=lambda row: (row["occurred_at"], row["id"]), default=None)
    return newest["id"] if newest else None


def _message(writing: Writing, part: OutboundMessage, position: int, answered: UUID | None) -> Message:
    conversation, user = writing.conversation, writing.author_user
    is_reaction = part.kind is OutboundKind.REACTION
    return Message(
        id=new_id(),
        organization_id=conversation.organization_id,
        conversation_id=conversation.id,
        channel_id=conversation.channel_id,
        contact_id=conversation.contact_id,
        direction="outbound",
        author_type=writing.author_type,
        author_user=user,
        author_name=(user.get_full_name() or user.username)[:255] if user else "",
        type=part.media[0].type if part.kind is OutboundKind.MEDIA else TYPES[part.kind],
        text=part.text or "",
        content={"outbound": to_json(part)},
        client_id=writing.client_id if position == 0 else None,
        status=MessageStatus.QUEUED,
        visibility="hidden" if is_reaction else "visible",
        occurred_at=writing.now,
        body_position=position,
        reply_to=writing.reply_to if position == 0 else None,
        reply_to_external_id=part.reply_to_external_id or "",
        response_to_id=answered,
        response_type=RESPONSE_TYPES.get(writing.author_type, "") if answered else "",
    )


def _attachment(message: Message, position: int, media: Media) -> Attachment:
    return Attachment(
        organization_id=message.organization_id,
        message=message,
        position=position,
        type=media.type,
        source_url=media.url or "",
        mime_type=(media.mime_type or "")[:120],
        size_bytes=media.size_bytes,
        sha256=digest_in(media.storage_key or ""),
        file_name=(media.file_name or "")[:255],
        duration_ms=media.duration_ms,
        payload=_attachment_payload(media),
        state="stored" if media.storage_key else "none",
        storage_key=media.storage_key or "",
    )


def _attachment_payload(media: Media) -> dict[str, JsonValue]:
    """A link that we gave ourselves may be shown, unlike a platform's link that expires."""
    return {"url": media.url} if media.url else {}


def _response_seconds(writing: Writing) -> float | None:
    since = writing.conversation.awaiting_reply_since
    if since is None or writing.author_type not in RESPONSE_TYPES:
        return None
    return max((writing.now - since).total_seconds(), 0.0)


def _record_response(writing: Writing, seconds: float) -> None:
    conversation = writing.conversation
    record(
        "response" if conversation.response_count else "first_response",
        organization_id=conversation.organization_id,
        channel_id=conversation.channel_id,
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        user_id=writing.author_user.id if writing.author_user else None,
        value=seconds,
        data={"author_type": writing.author_type},
    )


def _show(conversation: Conversation, messages: Sequence[Message]) -> None:
    events = [
        ScreenEvent(
            organization_id=conversation.organization_id,
            kind="message.created",
            subject_id=message.id,
            conversation_id=conversation.id,
        )
        for message in messages
    ]
    changed = ScreenEvent(
        organization_id=conversation.organization_id,
        kind="conversation.changed",
        subject_id=conversation.id,
        conversation_id=conversation.id,
    )
    emit([*events, changed])
