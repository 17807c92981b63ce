"""Reading conversations and messages: hand-written SQL with keyset cursors, rows that go to JSON as they are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of, read_cursor

CONVERSATION_COLUMNS = """
       c.id, c.channel_id, h.platform, h.name AS channel_name, c.project_id, c.contact_id, k.name AS contact_name,
       k.avatar_key AS contact_avatar_key, c.type, c.thread_key, c.title, c.status, c.priority, c.tags, c.summary,
       c.metadata, c.handover, c.is_ai_enabled, c.is_auto_reply_enabled, c.is_standby, c.assigned_to_id,
       (SELECT a.team_id FROM team_assignment a WHERE a.conversation_id = c.id) AS team_id,
       c.assigned_at, c.assignment_type, c.resolution, c.satisfaction::float8 AS satisfaction, c.message_count,
       c.inbound_count, c.outbound_count, c.unread_count, c.read_through, c.last_message_text, c.first_message_at,
       c.last_message_at, c.last_inbound_at, c.last_outbound_at, c.awaiting_reply_since,
       CASE WHEN c.response_count > 0 THEN c.response_seconds_total / c.response_count END AS average_response_seconds,
       c.closed_at, c.archived_at, c.created_at, z.conversation_id IS NOT NULL AS is_snoozed,
       z.until AS snoozed_until,
       CASE WHEN l.id IS NOT NULL THEN jsonb_build_object('type', l.type, 'author_type', l.author_type,
            'author_user_id', l.author_user_id, 'author_name', l.author_name, 'is_unsent', l.is_unsent)
       END AS last_message
"""
HOLDS = """z.conversation_id = c.id AND c.inbound_count <= z.inbound_count
       AND (z.until IS NULL OR z.until > hubbub_now())"""
"""A snooze ends at its time, or with the customer's next message, without anybody doing anything."""
CONVERSATION_JOINS = f"""
  JOIN channel h ON h.organization_id = c.organization_id AND h.id = c.channel_id
  LEFT JOIN contact k ON k.organization_id = c.organization_id AND k.id = c.contact_id
  LEFT JOIN snooze z ON {HOLDS}
  LEFT JOIN message l ON l.id = c.last_message_id
"""
CONVERSATION_SOURCE = f"FROM conversation c {CONVERSATION_JOINS}"
ONE_CONVERSATION = (
    f"SELECT {CONVERSATION_COLUMNS} {CONVERSATION_SOURCE} WHERE c.organization_id = %(organization)s AND c.id = %(id)s"
)
IN_ARCHIVE = "SELECT id FROM archived_conversation WHERE organization_id = %(organization)s AND id = %(id)s"
MESSAGE_COLUMNS = """
       m.id, m.conversation_id, m.channel_id, m.contact_id, m.external_id, m.client_id, m.direction, m.author_type,
       m.author_user_id, m.author_name, m.type, m.text, m.content, m.status, m.visibility, m.occurred_at,
       m.body_position, m.received_at, m.processed_at, m.sent_at, m.delivered_at, m.read_at, m.failed_at,
       m.reply_to_id, m.reply_to_external_id, m.response_to_id, m.response_type, m.is_replied, m.is_edited,
       m.edit_number, m.edited_at, m.is_unsent, m.unsent_at, m.mentions, m.hashtags, m.error, m.template_id,
       coalesce(a.list, '[]') AS attachments, coalesce(r.list, '[]') AS reactions
"""
MESSAGE_SOURCE = """
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('id', a.id, 'type', a.type, 'state', a.state, 'state_reason', a.state_reason,
              'mime_type', a.mime_type, 'size_bytes', a.size_bytes, 'file_name', a.file_name, 'width', a.width,
              'height', a.height, 'duration_ms', a.duration_ms, 'latitude', a.latitude, 'longitude', a.longitude,
              'title', a.title, 'payload', a.payload, 'storage_key', a.storage_key) ORDER BY a.position) AS list
         FROM attachment a WHERE a.message_id = m.id) a ON true
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('actor', x.actor, 'emoji', x.emoji, 'name', x.name,
              'reacted_at', x.reacted_at) ORDER BY x.reacted_at, x.actor) AS list
         FROM reaction x WHERE x.message_id = m.id AND x.emoji <> '') r ON true
"""
ONE_MESSAGE = f"""
SELECT {MESSAGE_COLUMNS} FROM message m {MESSAGE_SOURCE} WHERE m.organization_id = %(organization)s AND m.id = %(id)s
"""  # noqa: S608
THREAD = """
SELECT {columns}
  FROM (SELECT * FROM message
         WHERE organization_id = %(organization)s AND conversation_id = %(conversation)s {after}
         ORDER BY occurred_at {way}, body_position {way}, id {way} LIMIT %(limit)s) m
  {source}
 ORDER BY m.occurred_at {way}, m.body_position {way}, m.id {way}
"""
TIMELINE = """
SELECT {columns}
  FROM (SELECT * FROM message
         WHERE organization_id = %(organization)s {after}
           AND conversation_id IN (SELECT id FROM conversation
                                    WHERE organization_id = %(organization)s AND contact_id = %(contact)s)
         ORDER BY occurred_at DESC, body_position DESC, id DESC LIMIT %(limit)s) m
  {source}
 ORDER BY m.occurred_at DESC, m.body_position DESC, m.id DESC
"""
EDITS = """
SELECT e.edit_number, e.edited_at, e.text FROM message_edit e
 WHERE e.organization_id = %(organization)s AND e.message_id = %(id)s ORDER BY e.edit_number, e.edited_at
"""


def get_conversation(organization_id: UUID, conversation_id: UUID) -> Row:
    """One conversation as the list shows it. Raises NotFound."""
    rows = run(ONE_CONVERSATION, organization=organization_id, id=conversation_id)
    if not rows:
        raise _missing(organization_id, conversation_id)
    return rows[0]


def _missing(organization_id: UUID, conversation_id: UUID) -> NotFound:
    if not run(IN_ARCHIVE, organization=organization_id, id=conversation_id):
        return NotFound("There is no such conversation.")
    return NotFound(
        "This conversation lies in the archive: read it at /archive/{id}, or put it back with /archive/{id}/restore.",
        code="conversation_in_archive",
    )


def list_messages(
    organization_id: UUID, conversation_id: UUID, *, limit: int, cursor: str | None, is_oldest_first: bool
) -> Page:
    """A thread, newest first unless asked otherwise, in the order shown: platform time, place in its body, arrival."""
    get_conversation(organization_id, conversation_id)
    parameters: dict[str, Any] = {
        "organization": organization_id,
        "conversation": conversation_id,
        "limit": limit + 1,
    }
    after = ""
    if cursor:
        sign = ">" if is_oldest_first else "<"
        after = f"AND (occurred_at, body_position, id) {sign} (%(at)s::timestamptz, %(position)s::int, %(last)s::uuid)"
        at, position, last = read_cursor(cursor, 3)
        parameters.update(at=at, position=position, last=last)
    way = "ASC" if is_oldest_first else "DESC"
    statement = THREAD.format(columns=MESSAGE_COLUMNS, source=MESSAGE_SOURCE, after=after, way=way)
    return page_of(run(statement, **parameters), limit, ("occurred_at", "body_position", "id"))


def list_timeline(organization_id: UUID, contact_id: UUID, *, limit: int, cursor: str | None) -> Page:
    """What was said with a contact in all their conversations, newest first."""
    parameters: dict[str, Any] = {"organization": organization_id, "contact": contact_id, "limit": limit + 1}
    after = ""
    if cursor:
        after = "AND (occurred_at, body_position, id) < (%(at)s::timestamptz, %(position)s::int, %(last)s::uuid)"
        at, position, last = read_cursor(cursor, 3)
        parameters.update(at=at, position=position, last=last)
    statement = TIMELINE.format(columns=MESSAGE_COLUMNS, source=MESSAGE_SOURCE, after=after)
    return page_of(run(statement, **parameters), limit, ("occurred_at", "body_position", "id"))


def get_message(organization_id: UUID, message_id: UUID) -> Row:
    """One message. Raises NotFound."""
    rows = run(ONE_MESSAGE, organization=organization_id, id=message_id)
    if not rows:
        raise NotFound("There is no such message.")
    return rows[0]


def list_edits(organization_id: UUID, message_id: UUID) -> list[Row]:
    """What a message said at each time, oldest first; empty when it was never edited."""
    get_message(organization_id, message_id)
    return run(EDITS, organization=organization_id, id=message_id)
