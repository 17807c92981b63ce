"""Stores what was said: messages with their attachments, and the counts of their conversations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from hubbub.connectors.base import DownloadsMedia
from hubbub.connectors.events import (
    AttachmentPart,
    CommentReceived,
    Content,
    MessageEchoed,
    MessageReceived,
    MessageType,
    PostbackReceived,
)
from hubbub.connectors.registry import CONNECTORS
from hubbub.conversations.preview import preview
from hubbub.inbound.batch import Arrival, Batch, ConversationRow
from hubbub.inbound.dedupe import has_message_id
from hubbub.inbound.people import TELLS_WHO_OWNS
from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import Row, run
from hubbub.organizations.jobs import defer_many
from hubbub.organizations.screens import ScreenEvent

EXISTING = """
SELECT m.id, m.channel_id, m.external_id, m.direction
  FROM json_to_recordset(%(rows)s::json) AS r (channel_id uuid, external_id text)
  JOIN message m ON m.channel_id = r.channel_id AND m.external_id = r.external_id
 UNION ALL
SELECT s.row_id, s.channel_id, s.external_id, ''
  FROM json_to_recordset(%(rows)s::json) AS r (channel_id uuid, external_id text)
  JOIN archived_row s ON s.channel_id = r.channel_id AND s.external_id = r.external_id
"""
"""Also what lies in the archive: ids are unique in a channel for ever."""
INSERT = """
INSERT INTO message (id, organization_id, conversation_id, channel_id, contact_id, direction, author_type, author_name,
    author_avatar_url, type, text, content, raw, external_id, status, visibility, occurred_at, body_position,
    received_at, processed_at, sent_at, reply_to_external_id, reply_to_id, response_type, is_replied, is_edited,
    edit_number, is_unsent, mentions, hashtags, error_count, metadata)
SELECT r.id, r.organization_id, r.conversation_id, r.channel_id, r.contact_id, r.direction, r.author_type,
       r.author_name, '', r.type, r.text, r.content, r.raw, r.external_id, r.status, 'visible', r.occurred_at,
       r.body_position,
       r.received_at, hubbub_now(), r.sent_at, r.reply_to_external_id, q.id, '', false, false, 0, false, r.mentions,
       r.hashtags, 0, r.metadata
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, conversation_id uuid, channel_id uuid,
       contact_id uuid, direction text, author_type text, author_name text, type text, text text, content jsonb,
       raw jsonb, external_id text, status text, occurred_at timestamptz, body_position int, received_at timestamptz,
       sent_at timestamptz, reply_to_external_id text, mentions jsonb, hashtags jsonb, metadata jsonb)
  LEFT JOIN message q ON r.reply_to_external_id <> '' AND q.channel_id = r.channel_id
        AND q.external_id = r.reply_to_external_id
 ORDER BY r.channel_id, r.external_id
    ON CONFLICT (channel_id, external_id) DO NOTHING
RETURNING id
"""
LINK_REPLIES = """
UPDATE message m SET reply_to_id = q.id
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, channel_id uuid, external_id text)
  JOIN message q ON q.id = r.id
 WHERE m.channel_id = r.channel_id AND m.reply_to_external_id = r.external_id AND m.reply_to_id IS NULL
   AND m.reply_to_external_id <> ''
"""
INSERT_ATTACHMENTS = """
INSERT INTO attachment (id, organization_id, message_id, position, type, source_url, external_id, mime_type,
    size_bytes, sha256, file_name, duration_ms, latitude, longitude, title, payload, state, state_reason, storage_key)
SELECT r.id, r.organization_id, r.message_id, r.position, r.type, r.source_url, r.external_id, r.mime_type,
       r.size_bytes, '', r.file_name, r.duration_ms, r.latitude, r.longitude, r.title, r.payload, r.state, '', ''
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, message_id uuid, position int,
       type text, source_url text, external_id text, mime_type text, size_bytes bigint, file_name text, duration_ms int,
       latitude float8, longitude float8, title text, payload jsonb, state text)
"""
UPDATE_CONVERSATIONS = """
UPDATE conversation c
   SET message_count = c.message_count + r.inbound + r.outbound,
       inbound_count = c.inbound_count + r.inbound,
       outbound_count = c.outbound_count + r.outbound,
       unread_count = c.unread_count + r.unread,
       first_message_at = least(c.first_message_at, r.first_at),
       last_message_text = CASE WHEN r.last_at >= coalesce(c.last_message_at, r.last_at) THEN r.last_text
                                ELSE c.last_message_text END,
       last_message_id = CASE WHEN r.last_at >= coalesce(c.last_message_at, r.last_at) THEN r.last_id
                              ELSE c.last_message_id END,
       last_message_at = greatest(c.last_message_at, r.last_at),
       last_inbound_at = greatest(c.last_inbound_at, r.last_inbound_at),
       last_outbound_at = greatest(c.last_outbound_at, r.last_outbound_at),
       awaiting_reply_since = CASE
           WHEN r.outbound = 0 AND r.first_at > coalesce(c.last_outbound_at, '-infinity')
           THEN least(c.awaiting_reply_since, r.first_at)  -- spares the look at the thread
           ELSE (SELECT min(m.occurred_at) FROM message m
                  WHERE m.conversation_id = c.id AND m.direction = 'inbound'
                    AND m.occurred_at > coalesce(greatest(c.last_outbound_at, r.last_outbound_at), '-infinity')) END,
       identity_id = CASE WHEN r.identity_id IS NOT NULL AND c.type = 'private'
                               AND r.last_inbound_at >= coalesce(c.last_inbound_at, r.last_inbound_at)
                          THEN r.identity_id ELSE c.identity_id END,
       is_standby = CASE WHEN r.standby_at >= coalesce(c.standby_changed_at, r.standby_at) THEN r.is_standby
                         ELSE c.is_standby END,
       standby_changed_at = greatest(c.standby_changed_at, r.standby_at),
       tags = CASE WHEN r.tags IS NULL THEN c.tags ELSE (
           SELECT jsonb_agg(DISTINCT t) FROM jsonb_array_elements(c.tags || r.tags) t) END,
       priority = coalesce(r.priority, c.priority),
       handover = CASE WHEN r.is_by_person THEN 'human' ELSE c.handover END,
       updated_at = hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, inbound int, outbound int, unread int, first_at timestamptz,
       last_at timestamptz, last_text text, last_id uuid, last_inbound_at timestamptz, last_outbound_at timestamptz,
       identity_id uuid, is_standby bool, standby_at timestamptz, tags jsonb, priority text,
       is_by_person bool)
 WHERE c.id = r.id
RETURNING c.id, c.organization_id, CASE WHEN r.inbound > 0 THEN c.assigned_to_id END AS to_tell
"""
WITH_MEDIA = frozenset(name for name, one in CONNECTORS.items() if isinstance(one, DownloadsMedia))
HASHTAG = re.compile(r"(?<!\w)#(\w{1,100})")
LONGEST_EXTERNAL_ID = 512


def said(batch: Batch) -> list[Arrival]:
    """The live arrivals that are shown as messages."""
    kinds = (MessageReceived, MessageEchoed, PostbackReceived, CommentReceived)
    return [
        arrival
        for arrival in batch.arrivals
        if arrival.is_live
        and isinstance(arrival.event, kinds)
        and arrival.conversation_id
        and not (isinstance(arrival.event, CommentReceived) and arrival.event.verb != "added")
    ]


def set_aside_known(arrivals: Sequence[Arrival]) -> None:
    """Messages that are stored already are duplicates; asked under the locks of contact and conversation."""
    keyed = [arrival for arrival in arrivals if has_message_id(arrival)]
    asked = [{"channel_id": arrival.channel.id, "external_id": external_id(arrival)} for arrival in keyed]
    known = {(row["channel_id"], row["external_id"]): row["id"] for row in run(EXISTING, asked)} if asked else {}
    for arrival in keyed:
        if (found := known.get((arrival.channel.id, external_id(arrival)))) is not None:
            arrival.state, arrival.message_id = "duplicate", found


def external_id(arrival: Arrival) -> str:
    """The platform's id of the message; a key of ours where it gives none (some postbacks)."""
    given: str = getattr(arrival.event, "external_id", None) or f"event:{arrival.event_key}"
    return given[:LONGEST_EXTERNAL_ID]


def store(batch: Batch, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Insert the messages and attachments; returns those that were really new."""
    rows = {arrival: _message_row(arrival) for arrival in arrivals}
    if not rows:
        return []
    inserted = {row["id"] for row in run(INSERT, list(rows.values()))}
    new = []
    for arrival, row in rows.items():
        message_id = row["id"]
        if message_id not in inserted:
            arrival.state = "duplicate"
            continue
        arrival.message_id = message_id
        batch.new_message_ids[arrival.channel.id, str(row["external_id"])] = message_id
        new.append(arrival)
    _link_replies(batch)
    store_attachments(new)
    return new


def _link_replies(batch: Batch) -> None:
    run(
        LINK_REPLIES,
        [
            {"id": message_id, "channel_id": channel_id, "external_id": given}
            for (channel_id, given), message_id in batch.new_message_ids.items()
        ],
    )


def content_of(arrival: Arrival) -> Content:
    """What was said. A tap on a button is shown with the button's title."""
    event = arrival.event
    if isinstance(event, PostbackReceived):
        extra: dict[str, JsonValue] = {"params": dict(event.params)} if event.params else {}
        return Content(type=MessageType.INTERACTIVE, text=event.title, postback_payload=event.payload, extra=extra)
    content: Content = event.content  # type: ignore[attr-defined]
    return content


def content_json(content: Content) -> dict[str, JsonValue]:
    """The normalised content as stored (docs/messages.md)."""
    stored: dict[str, JsonValue] = {}
    if content.postback_payload is not None:
        stored["payload"] = content.postback_payload
    if content.extra:
        stored["extra"] = dict(content.extra)
    return stored


def _message_row(arrival: Arrival) -> dict[str, Any]:
    content = content_of(arrival)
    is_ours = isinstance(arrival.event, MessageEchoed) or getattr(arrival.event, "is_ours", False)
    party = getattr(arrival.event, "sender", None)
    text = content.text or ""
    return {
        "id": new_id(),
        "organization_id": arrival.channel.organization_id,
        "conversation_id": arrival.conversation_id,
        "channel_id": arrival.channel.id,
        "contact_id": arrival.home_contact_id or arrival.contact_id,
        "direction": "outbound" if is_ours else "inbound",
        "author_type": "human" if is_ours else "customer",
        "author_name": (party.name or "")[:255] if party is not None and not is_ours else "",
        "type": content.type.value,
        "text": text,
        "content": content_json(content),
        "raw": arrival.event.raw,
        "external_id": external_id(arrival),
        "status": "sent" if is_ours else "received",
        "occurred_at": arrival.at,
        "body_position": arrival.position,
        "received_at": arrival.received_at,
        "sent_at": arrival.at if is_ours else None,
        "reply_to_external_id": (content.reply_to_external_id or "")[:LONGEST_EXTERNAL_ID],
        "mentions": list(content.mentions),
        "hashtags": HASHTAG.findall(text) if "#" in text else [],
        "metadata": _metadata(arrival),
    }


def _metadata(arrival: Arrival) -> dict[str, JsonValue]:
    event = arrival.event
    metadata: dict[str, JsonValue] = {}
    if event.is_standby:
        metadata["is_standby"] = True
    if isinstance(event, MessageEchoed) and event.app_id:
        metadata["app_id"] = event.app_id
    return metadata


def store_attachments(arrivals: Iterable[Arrival]) -> None:
    """Insert the files, places and cards of these messages; customers' files are fetched by a job."""
    rows = [
        _attachment_row(arrival, position, part)
        for arrival in arrivals
        for position, part in enumerate(content_of(arrival).attachments)
    ]
    if rows:
        run(INSERT_ATTACHMENTS, rows)


def _attachment_row(arrival: Arrival, position: int, part: AttachmentPart) -> dict[str, object]:
    is_wanted = part.is_downloadable and arrival.channel.platform in WITH_MEDIA
    return {
        **{name: value for name, value in asdict(part).items() if name in _PLAIN_PARTS},
        "id": new_id(),
        "organization_id": arrival.channel.organization_id,
        "message_id": arrival.message_id,
        "position": position,
        "type": part.type.value,
        "source_url": part.url or "",
        "external_id": (part.external_id or "")[:LONGEST_EXTERNAL_ID],
        "mime_type": (part.mime_type or "")[:120],
        "file_name": (part.file_name or "")[:255],
        "title": (part.title or "")[:500],
        "state": "pending" if is_wanted else "none",
    }


_PLAIN_PARTS = frozenset({"size_bytes", "duration_ms", "latitude", "longitude", "payload"})


def count(batch: Batch, new: Sequence[Arrival], conversations: dict[UUID, ConversationRow]) -> None:
    """Bring counts, last words and tags of the touched conversations up to date: increments of what is new, and
    greatest/least of moments, so that the order of arrival does not matter."""
    grouped: dict[UUID, list[Arrival]] = {}
    for arrival in new:
        if arrival.conversation_id:
            grouped.setdefault(arrival.conversation_id, []).append(arrival)
    if not grouped:
        return
    touched = run(UPDATE_CONVERSATIONS, [_count_row(conversations[key], one) for key, one in grouped.items()])
    _tell([row for row in touched if row["to_tell"]])
    for conversation_id, arrivals in grouped.items():
        _show(batch, conversation_id, arrivals)


def _tell(rows: Sequence[Row]) -> None:
    """Whoever has a conversation is notified of what came in, as they prefer."""
    defer_many(
        "desk.notify",
        [
            {
                "organization_id": str(row["organization_id"]),
                "conversation_id": str(row["id"]),
                "reason": "message",
                "user_ids": [str(row["to_tell"])],
            }
            for row in rows
        ],
    )


def _count_row(conversation: ConversationRow, arrivals: Sequence[Arrival]) -> dict[str, object]:
    ours = [one for one in arrivals if _is_ours(one)]
    theirs = [one for one in arrivals if not _is_ours(one)]
    last = arrivals[0] if len(arrivals) == 1 else max(arrivals, key=_place_in_thread)
    read_through = conversation.read_through
    newest_inbound = max(theirs, key=lambda one: one.at, default=None)
    tags = sorted({tag for one in arrivals for tag in one.tags})
    owned = max((one for one in theirs if isinstance(one.event, TELLS_WHO_OWNS)), key=lambda one: one.at, default=None)
    return {
        "id": conversation.id,
        "inbound": len(theirs),
        "outbound": len(ours),
        "unread": sum(read_through is None or one.at > read_through for one in theirs),
        "first_at": min(one.at for one in arrivals),
        "last_at": last.at,
        "last_text": preview(content_of(last).text or ""),
        "last_id": last.message_id,
        "last_inbound_at": newest_inbound.at if newest_inbound else None,
        "last_outbound_at": max((one.at for one in ours), default=None),
        "identity_id": newest_inbound.identity_id if newest_inbound and newest_inbound.identity_id else None,
        "is_standby": owned.event.is_standby if owned else None,
        "standby_at": owned.at if owned else None,
        "tags": tags or None,
        "priority": next((one.priority for one in arrivals if one.priority), None),
        "is_by_person": any(getattr(one.event, "is_by_person", False) for one in ours),
    }


def _place_in_thread(arrival: Arrival) -> tuple[datetime, int, str]:
    return arrival.at, arrival.position, str(arrival.message_id)


def _is_ours(arrival: Arrival) -> bool:
    return isinstance(arrival.event, MessageEchoed) or bool(getattr(arrival.event, "is_ours", False))


def _show(batch: Batch, conversation_id: UUID, arrivals: Sequence[Arrival]) -> None:
    organization_id = arrivals[0].channel.organization_id
    for arrival in arrivals:
        assert arrival.message_id is not None
        batch.show(
            ScreenEvent(
                organization_id=organization_id,
                kind="message.created",
                subject_id=arrival.message_id,
                conversation_id=conversation_id,
            )
        )
    batch.show(
        ScreenEvent(
            organization_id=organization_id,
            kind="conversation.changed",
            subject_id=conversation_id,
            conversation_id=conversation_id,
        )
    )
