"""Reading what lies in the archive: the same statements as for messages in place, over the archived rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hubbub.conversations.queries import MESSAGE_COLUMNS, MESSAGE_SOURCE, THREAD
from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of, read_cursor

SHOWN = """
SELECT a.id, a.channel_id, h.platform, h.name AS channel_name, a.contact_id, k.name AS contact_name, a.type, a.status,
       a.title, a.message_count, a.last_message_text, a.last_message_at, a.moved_at
  FROM archived_conversation a
  JOIN channel h ON h.organization_id = a.organization_id AND h.id = a.channel_id
  LEFT JOIN contact k ON k.organization_id = a.organization_id AND k.id = a.contact_id
 WHERE a.organization_id = %(organization)s
"""
FILTERS: Mapping[str, str] = {
    "channel_id": "AND a.channel_id = %(channel_id)s",
    "contact_id": "AND a.contact_id = %(contact_id)s",
}
AS_IN_PLACE = """
{table} AS MATERIALIZED (
    SELECT r.* FROM archived_row s CROSS JOIN LATERAL jsonb_populate_record(NULL::public.{table}, s.data) r
     WHERE s.organization_id = %(organization)s AND s.conversation_id = %(conversation)s AND s.table_name = '{table}')
"""
"""An archived table under its own name: whatever reads the table reads this instead."""
READ = ("message", "attachment", "reaction")


def list_archived(organization_id: UUID, *, limit: int, cursor: str | None, filters: Mapping[str, Any]) -> Page:
    """Moved last first. `filters`: channel_id, contact_id; None values do not count."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    statement = SHOWN + " ".join(FILTERS[name] for name in chosen)
    if cursor:
        chosen["at"], chosen["last"] = read_cursor(cursor, 2)
        statement += " AND (a.moved_at, a.id) < (%(at)s::timestamptz, %(last)s::uuid)"
    statement += " ORDER BY a.moved_at DESC, a.id DESC LIMIT %(limit)s"
    return page_of(run(statement, organization=organization_id, limit=limit + 1, **chosen), limit, ("moved_at", "id"))


def get_archived(organization_id: UUID, conversation_id: UUID) -> Row:
    """One archived conversation. Raises NotFound."""
    rows = run(f"{SHOWN} AND a.id = %(id)s", organization=organization_id, id=conversation_id)
    if not rows:
        raise NotFound("There is no such conversation in the archive.")
    return rows[0]


def list_archived_messages(organization_id: UUID, conversation_id: UUID, *, limit: int, cursor: str | None) -> Page:
    """An archived thread, newest first, as `list_messages` shows one in place."""
    get_archived(organization_id, conversation_id)
    given: dict[str, Any] = {"organization": organization_id, "conversation": conversation_id, "limit": limit + 1}
    after = ""
    if cursor:
        after = "AND (occurred_at, body_position, id) < (%(at)s::timestamptz, %(position)s::int, %(last)s::uuid)"
        given["at"], given["position"], given["last"] = read_cursor(cursor, 3)
    tables = ",".join(AS_IN_PLACE.format(table=table) for table in READ)
    thread = THREAD.format(columns=MESSAGE_COLUMNS, source=MESSAGE_SOURCE, after=after, way="DESC")
    return page_of(run(f"WITH {tables} {thread}", **given), limit, ("occurred_at", "body_position", "id"))
