"""What writing to customers leaves behind: messages with their attachments, counts, facts, news for screens.

Everything is written in sets: one statement a table, however many conversations are written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.connectors.events import MessageType
from hubbub.connectors.messages import Media, OutboundKind, OutboundMessage
from hubbub.conversations.drafts import to_json
from hubbub.conversations.facts import NewFact, record_all
from hubbub.conversations.media import digest_in
from hubbub.conversations.models import Attachment, Conversation, Message
from hubbub.conversations.preview import preview
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run
from hubbub.organizations.models import User
from hubbub.organizations.screens import ScreenEvent, emit

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
UPDATE message m SET is_replied = true
  FROM json_to_recordset(%(rows)s::json) AS r (conversation_id uuid, since timestamptz)
 WHERE m.conversation_id = r.conversation_id AND m.occurred_at >= r.since AND m.direction = 'inbound'
   AND NOT m.is_replied
RETURNING m.conversation_id, m.id, m.occurred_at
"""
INSERT = """
INSERT INTO message (id, organization_id, conversation_id, channel_id, contact_id, direction, author_type,
    author_user_id, author_name, author_avatar_url, type, text, content, client_id, status, visibility, occurred_at,
    body_position, reply_to_id, reply_to_external_id, response_to_id, response_type, is_replied, is_edited, edit_number,
    is_unsent, mentions, hashtags, error_count, metadata)
SELECT r.id, r.organization_id, r.conversation_id, r.channel_id, r.contact_id, 'outbound', r.author_type,
       r.author_user_id, r.author_name, '', r.type, r.text, r.content, r.client_id, 'queued', r.visibility,
       r.occurred_at, r.body_position, r.reply_to_id, r.reply_to_external_id, r.response_to_id, r.response_type,
       false, false, 0, false, '[]', '[]', 0, r.metadata
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, conversation_id uuid, channel_id uuid,
       contact_id uuid, author_type text, author_user_id uuid, author_name text, type text, text text, content jsonb,
       client_id text, visibility text, occurred_at timestamptz, body_position int, reply_to_id uuid,
       reply_to_external_id text, response_to_id uuid, response_type text, metadata jsonb)
"""
COUNT = """
UPDATE conversation c
   SET message_count = c.message_count + r.count, outbound_count = c.outbound_count + r.count,
       first_message_at = least(c.first_message_at, r.now), last_message_text = r.text,
       last_message_id = r.last, last_message_at = greatest(c.last_message_at, r.now),
       last_outbound_at = greatest(c.last_outbound_at, r.now), awaiting_reply_since = NULL,
       response_count = c.response_count + r.responses,
       response_seconds_total = c.response_seconds_total + r.seconds, updated_at = hubbub_now(),
       handover = CASE WHEN r.is_by_person THEN 'human' ELSE c.handover END
  FROM json_to_recordset(%(rows)s::json) AS r (conversation_id uuid, count int, now timestamptz, text text, last uuid,
       responses int, seconds float8, is_by_person bool)
 WHERE c.id = r.conversation_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What an author writes in one conversation, which is locked."""

    conversation: Conversation
    parts: tuple[OutboundMessage, ...]
    """One visible call each."""
    ids: tuple[UUID, ...]
    """Of the messages that the parts become."""
    author_type: str
    author_user: User | None
    client_id: str | None
    reply_to: Message | None
    now: datetime
    awaited_since: datetime | None
    """When the customer asked, if this is the first answer of a kind that counts as one."""
    is_first_response: bool
    priority: int
    at: datetime | None
    """Not before; None: now."""

    @property
    def shown(self) -> list[int]:
        """The places of the parts that are bubbles. A reaction is shown on the message that it is for."""
        return [place for place, part in enumerate(self.parts) if part.kind is not OutboundKind.REACTION]


def answers_a_question(conversation: Conversation, author_type: str) -> bool:
    """Whether somebody waits for an answer, and this author's word is one."""
    return conversation.awaiting_reply_since is not None and author_type in RESPONSE_TYPES


def store(writings: Sequence[Writing]) -> None:
    """Insert the messages with their attachments. Raises IntegrityError when a client id was used just now."""
    answered = _mark_answered(writings)
    rows = [
        _row(writing, place, answered.get(writing.conversation.id) if writing.awaited_since else None)
        for writing in writings
        for place in range(len(writing.parts))
    ]
    run(INSERT, rows)
    attachments = [
        _attachment(writing, place, position, media)
        for writing in writings
        for place, part in enumerate(writing.parts)
        for position, media in enumerate(part.media)
    ]
    if attachments:
        Attachment.objects.bulk_create(attachments)


def we_wrote(writings: Sequence[Writing]) -> None:
    """Counts, response times and screens. A person's word silences machines until the conversation is given back, or
    closed; what a program writes with a key does not."""
    counts = [row for row in map(_count_row, writings) if row is not None]
    for portion in _one_a_conversation(counts):
        run(COUNT, portion)
    record_all([_response(writing) for writing in writings if writing.awaited_since is not None and writing.shown])
    _show(writings)


def _mark_answered(writings: Sequence[Writing]) -> dict[UUID, UUID]:
    """Mark what the customers asked as replied to; returns the newest of it, by conversation."""
    asked = [
        {"conversation_id": writing.conversation.id, "since": writing.awaited_since}
        for writing in writings
        if writing.awaited_since is not None
    ]
    newest: dict[UUID, tuple[datetime, UUID]] = {}
    for row in run(ANSWERED, asked) if asked else []:
        moment = (row["occurred_at"], row["id"])
        newest[row["conversation_id"]] = max(newest.get(row["conversation_id"], moment), moment)
    return {conversation: identity for conversation, (_, identity) in newest.items()}


def _addressee(conversation: Conversation) -> UUID | None:
    """Whose identity it goes to, whoever that contact is merged into: should they come apart, it stays theirs."""
    return conversation.identity.home_contact_id if conversation.identity is not None else conversation.contact_id


def _row(writing: Writing, place: int, answered: UUID | None) -> dict[str, object]:
    conversation, part, user = writing.conversation, writing.parts[place], writing.author_user
    return {
        "id": writing.ids[place],
        "organization_id": conversation.organization_id,
        "conversation_id": conversation.id,
        "channel_id": conversation.channel_id,
        "contact_id": _addressee(conversation),
        "author_type": writing.author_type,
        "author_user_id": user.id if user else None,
        "author_name": (user.get_full_name() or user.username)[:255] if user else "",
        "type": part.media[0].type if part.kind is OutboundKind.MEDIA else TYPES[part.kind],
        "text": part.text or "",
        "content": {"outbound": to_json(part)},
        "client_id": writing.client_id if place == 0 else None,
        "visibility": "hidden" if part.kind is OutboundKind.REACTION else "visible",
        "occurred_at": writing.now,
        "body_position": place,
        "reply_to_id": writing.reply_to.id if writing.reply_to and place == 0 else None,
        "reply_to_external_id": part.reply_to_external_id or "",
        "response_to_id": answered,
        "response_type": RESPONSE_TYPES.get(writing.author_type, "") if answered else "",
        "metadata": {"part_of": str(writing.ids[0])} if place else {},
    }


def _attachment(writing: Writing, place: int, position: int, media: Media) -> Attachment:
    return Attachment(
        organization_id=writing.conversation.organization_id,
        message_id=writing.ids[place],
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


def _seconds(writing: Writing) -> float:
    """How long the customer waited."""
    return max((writing.now - writing.awaited_since).total_seconds(), 0.0) if writing.awaited_since else 0.0


def _count_row(writing: Writing) -> dict[str, object] | None:
    if not writing.shown:
        return None
    return {
        "conversation_id": writing.conversation.id,
        "count": len(writing.shown),
        "now": writing.now,
        "text": preview(writing.parts[writing.shown[-1]].text or ""),
        "last": writing.ids[writing.shown[-1]],
        "responses": int(writing.awaited_since is not None),
        "seconds": _seconds(writing),
        "is_by_person": writing.author_user is not None,
    }


def _one_a_conversation(rows: Sequence[dict[str, object]]) -> list[list[dict[str, object]]]:
    """The rows in portions that name a conversation once: one UPDATE changes a row once only."""
    portions: list[list[dict[str, object]]] = []
    seen: dict[object, int] = {}
    for row in rows:
        turn = seen.get(row["conversation_id"], 0)
        seen[row["conversation_id"]] = turn + 1
        if turn == len(portions):
            portions.append([])
        portions[turn].append(row)
    return portions


def _response(writing: Writing) -> NewFact:
    conversation = writing.conversation
    return NewFact(
        kind="first_response" if writing.is_first_response else "response",
        organization_id=conversation.organization_id,
        channel_id=conversation.channel_id,
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        user_id=writing.author_user.id if writing.author_user else None,
        value=_seconds(writing),
        data={"author_type": writing.author_type},
    )


def _show(writings: Sequence[Writing]) -> None:
    created = [
        _screen_event(writing.conversation, "message.created", message_id)
        for writing in writings
        for message_id in writing.ids
    ]
    changed = {
        writing.conversation.id: _screen_event(writing.conversation, "conversation.changed", writing.conversation.id)
        for writing in writings
    }
    emit([*created, *changed.values()])


def _screen_event(conversation: Conversation, kind: str, subject_id: UUID) -> ScreenEvent:
    return ScreenEvent(
        organization_id=conversation.organization_id,
        kind=kind,
        subject_id=subject_id,
        conversation_id=conversation.id,
    )
