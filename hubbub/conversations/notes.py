"""Reading notes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hubbub.conversations.queries import get_conversation
from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of, read_cursor

NOTES = """
SELECT n.id, n.conversation_id, jsonb_build_object('user_id', n.author_user_id, 'name', n.author_name) AS author,
       n.text, n.created_at,
       (SELECT coalesce(jsonb_agg(x.user_id ORDER BY x.created_at, x.id), '[]') FROM mention x
         WHERE x.organization_id = n.organization_id AND x.note_id = n.id) AS mentions
  FROM note n WHERE n.organization_id = %(organization)s
"""
OF_PERSON = """
   AND n.conversation_id IN (SELECT c.id FROM conversation c
                              WHERE c.organization_id = n.organization_id AND c.contact_id = %(contact)s)
"""


def list_notes(organization_id: UUID, conversation_id: UUID, *, limit: int, cursor: str | None) -> Page:
    """Newest first. Raises NotFound."""
    get_conversation(organization_id, conversation_id)
    values: dict[str, Any] = {"organization": organization_id, "conversation": conversation_id, "limit": limit + 1}
    after = ""
    if cursor:
        after = "AND (n.created_at, n.id) < (%(cursor_at)s::timestamptz, %(cursor_id)s::uuid)"
        values["cursor_at"], values["cursor_id"] = read_cursor(cursor, 2)
    order = "ORDER BY n.created_at DESC, n.id DESC LIMIT %(limit)s"
    statement = f"{NOTES} AND n.conversation_id = %(conversation)s {after} {order}"
    return page_of(run(statement, **values), limit, ("created_at", "id"))


def get_note(organization_id: UUID, note_id: UUID) -> Row:
    """One note. Raises NotFound."""
    rows = run(f"{NOTES} AND n.id = %(id)s", organization=organization_id, id=note_id)
    if not rows:
        raise NotFound("There is no such note.")
    return rows[0]


def notes_of(organization_id: UUID, contact_id: UUID) -> list[Row]:
    """Every note about a person's conversations, oldest first."""
    statement = f"{NOTES} {OF_PERSON} ORDER BY n.created_at, n.id"
    return run(statement, organization=organization_id, contact=contact_id)
