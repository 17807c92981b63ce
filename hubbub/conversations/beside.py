"""Reading what stands beside a thread: answers that wait for their time, and its files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hubbub.conversations.queries import get_conversation
from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of, read_cursor

SCHEDULED = """
SELECT s.id, s.conversation_id, jsonb_build_object('user_id', s.author_user_id, 'name', s.author_name) AS author,
       s.content AS draft, s.reply_to_id, s.due_at, s.status, s.message_id, s.error, s.created_at
  FROM scheduled_message s WHERE s.organization_id = %(organization)s
"""
FILES = """
SELECT a.id, a.message_id, m.occurred_at, m.direction, m.author_name, a.type, a.state, a.state_reason, a.mime_type,
       a.size_bytes, a.file_name, a.width, a.height, a.duration_ms, a.latitude, a.longitude, a.title, a.payload,
       a.storage_key, (m.body_position * 1000 + a.position)::int AS place
  FROM message m JOIN attachment a ON a.organization_id = m.organization_id AND a.message_id = m.id
 WHERE m.organization_id = %(organization)s AND m.conversation_id = %(conversation)s
   AND m.visibility = 'visible' AND NOT m.is_unsent {conditions}
 ORDER BY m.occurred_at DESC, place DESC, a.id DESC LIMIT %(limit)s
"""
OF_TYPE = "AND a.type = %(type)s"
AFTER = """AND (m.occurred_at, m.body_position * 1000 + a.position, a.id)
       < (%(cursor_at)s::timestamptz, %(cursor_place)s::int, %(cursor_id)s::uuid)"""


def list_scheduled(organization_id: UUID, conversation_id: UUID) -> list[Row]:
    """What waits for its time, and what could not be sent, the next one first. Raises NotFound."""
    get_conversation(organization_id, conversation_id)
    statement = f"""{SCHEDULED} AND s.conversation_id = %(conversation)s AND s.status IN ('waiting', 'failed')
        ORDER BY s.due_at, s.id"""
    return run(statement, organization=organization_id, conversation=conversation_id)


def get_scheduled(organization_id: UUID, scheduled_id: UUID) -> Row:
    """One of them, whatever became of it. Raises NotFound."""
    rows = run(f"{SCHEDULED} AND s.id = %(id)s", organization=organization_id, id=scheduled_id)
    if not rows:
        raise NotFound("There is no such scheduled message.")
    return rows[0]


def list_files(
    organization_id: UUID, conversation_id: UUID, *, kind: str | None, limit: int, cursor: str | None
) -> Page:
    """Every attachment that the thread shows, newest first. Raises NotFound."""
    get_conversation(organization_id, conversation_id)
    values: dict[str, Any] = {"organization": organization_id, "conversation": conversation_id, "limit": limit + 1}
    conditions = []
    if kind:
        conditions.append(OF_TYPE)
        values["type"] = kind
    if cursor:
        conditions.append(AFTER)
        values["cursor_at"], values["cursor_place"], values["cursor_id"] = read_cursor(cursor, 3)
    statement = FILES.replace("{conditions}", " ".join(conditions))
    return page_of(run(statement, **values), limit, ("occurred_at", "place", "id"))
