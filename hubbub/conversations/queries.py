"""Reading conversations and messages: hand-written SQL with keyset cursors, rows that go to JSON as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of, read_cursor

CONVERSATION_COLUMNS = """
       c.id, c.channel_id, h.platform, h.name AS channel_name, c.project_id, c.contact_id, k.name AS contact_name,
       k.avatar_key <> '' AS has_contact_avatar, c.type, c.thread_key, c.title, c.status, c.priority, c.tags,
       c.summary, c.metadata, c.handover, c.is_ai_enabled, c.is_auto_reply_enabled, c.is_standby, c.assigned_to_id,
       (SELECT a.team_id FROM team_assignment a WHERE a.conversation_id = c.id) AS team_id,
       c.assigned_at, c.assignment_type, c.resolution, c.satisfaction::float8 AS satisfaction, c.message_count,
       c.inbound_count, c.outbound_count, c.unread_count, c.read_through, c.last_message_text, c.first_message_at,
       c.last_message_at, c.last_inbound_at, c.last_outbound_at, c.awaiting_reply_since,
       CASE WHEN c.response_count > 0 THEN c.response_seconds_total / c.response_count END AS average_response_seconds,
       c.closed_at, c.archived_at, c.created_at
"""
CONVERSATION_SOURCE = """
  FROM conversation c
  JOIN channel h ON h.organization_id = c.organization_id AND h.id = c.channel_id
  LEFT JOIN contact k ON k.organization_id = c.organization_id AND k.id = c.contact_id
"""
ONE_CONVERSATION = (
    f"SELECT {CONVERSATION_COLUMNS} {CONVERSATION_SOURCE} WHERE c.organization_id = %(organization)s AND c.id = %(id)s"
)
LIST = """
SELECT {columns} {source} WHERE {conditions} ORDER BY c.last_message_at DESC, c.id DESC LIMIT %(limit)s
"""
LIST_OF_EVERY_STATUS = """
SELECT x.* FROM unnest(ARRAY['active', 'closed', 'archived']::varchar[]) AS s (status)
 CROSS JOIN LATERAL (
       SELECT {columns} {source} WHERE {conditions} AND c.status = s.status
        ORDER BY c.last_message_at DESC, c.id DESC LIMIT %(limit)s) x
 ORDER BY x.last_message_at DESC, x.id DESC LIMIT %(limit)s
"""
"""The index begins with the status: a page of each, merged, costs less than one more index that each message moves."""

FILTERS: dict[str, str] = {
    "status": "c.status = %(status)s",
    "channel_id": "c.channel_id = %(channel_id)s",
    "project_id": "c.project_id = %(project_id)s",
    "contact_id": "c.contact_id = %(contact_id)s",
    "platform": "h.platform = %(platform)s",
    "priority": "c.priority = %(priority)s",
    "type": "c.type = %(type)s",
    "handover": "c.handover = %(handover)s",
    "assigned_to": "c.assigned_to_id = %(assigned_to)s",
    "team_id": """EXISTS (SELECT FROM team_assignment a WHERE a.conversation_id = c.id
                          AND a.team_id = %(team_id)s)""",
    "is_assigned": "(c.assigned_to_id IS NOT NULL) = %(is_assigned)s",
    "is_unread": "(c.unread_count > 0) = %(is_unread)s",
    "tag": "c.tags ? %(tag)s",
    "updated_since": "c.updated_at >= %(updated_since)s",
    "name_contains": "position(lower(%(name_contains)s) in lower(k.name)) > 0",
}
"""Filter → condition. The values are bound; nothing that somebody sends becomes SQL."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of conversations is asked for. `filters` has only names of `FILTERS`."""

    organization_id: UUID
    limit: int = 50
    cursor: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)


def list_conversations(wanted: Wanted) -> Page:
    """Newest activity first."""
    statement, parameters = conversation_list_sql(wanted)
    return page_of(run(statement, **parameters), wanted.limit, ("last_message_at", "id"))


def conversation_list_sql(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The statement and its bound values, for the list and for the test that looks at its plan."""
    chosen = {name: value for name, value in wanted.filters.items() if value is not None}
    conditions = ["c.organization_id = %(organization)s", "c.last_message_at IS NOT NULL"]
    conditions += [FILTERS[name] for name in chosen]
    parameters = {"organization": wanted.organization_id, "limit": wanted.limit + 1, **chosen}
    if wanted.cursor:
        at, last = read_cursor(wanted.cursor, 2)
        conditions.append("(c.last_message_at, c.id) < (%(cursor_at)s::timestamptz, %(cursor_id)s::uuid)")
        parameters.update(cursor_at=at, cursor_id=last)
    is_narrow = any(name in chosen for name in ("status", "channel_id", "contact_id"))
    shape = LIST if is_narrow else LIST_OF_EVERY_STATUS
    statement = shape.format(
        columns=CONVERSATION_COLUMNS, source=CONVERSATION_SOURCE, conditions=" AND ".join(conditions)
    )
    return statement, parameters


def get_conversation(organization_id: UUID, conversation_id: UUID) -> Row:
    """One conversation as the list shows it. Raises NotFound."""
    rows = run(ONE_CONVERSATION, organization=organization_id, id=conversation_id)
    if not rows:
        raise NotFound("There is no such conversation.")
    return rows[0]


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
