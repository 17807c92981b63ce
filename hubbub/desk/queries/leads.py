"""Reading leads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hubbub.desk.queries.pages import after_cursor
from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of

LEADS = """
SELECT l.id, l.contact_id, k.name AS contact_name, l.conversation_id, l.flow_id, l.source, l.status, l.score, l.fields,
       l.created_at, l.updated_at
  FROM lead l JOIN contact k ON k.organization_id = l.organization_id AND k.id = l.contact_id
 WHERE l.organization_id = %(organization)s
"""
LEAD_FILTERS: dict[str, str] = {
    "status": "l.status = %(status)s",
    "contact_id": "(l.contact_id = %(contact_id)s OR k.merged_into_id = %(contact_id)s)",
    "conversation_id": "l.conversation_id = %(conversation_id)s",
    "flow_id": "l.flow_id = %(flow_id)s",
    "min_score": "l.score >= %(min_score)s",
    "created_since": "l.created_at >= %(created_since)s",
}
"""Filter → condition; values are bound."""


def list_leads(organization_id: UUID, *, limit: int, cursor: str | None, filters: dict[str, Any]) -> Page:
    """Newest first. `filters` has only names of `LEAD_FILTERS`."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    after, values = after_cursor(cursor, "l")
    conditions = "".join(f" AND {LEAD_FILTERS[name]}" for name in chosen)
    statement = f"{LEADS} {conditions} {after} ORDER BY l.created_at DESC, l.id DESC LIMIT %(limit)s"
    rows = run(statement, organization=organization_id, limit=limit + 1, **chosen, **values)
    return page_of(rows, limit, ("created_at", "id"))


def get_lead(organization_id: UUID, lead_id: UUID) -> Row:
    """One lead. Raises NotFound."""
    rows = run(f"{LEADS} AND l.id = %(id)s", organization=organization_id, id=lead_id)
    if not rows:
        raise NotFound("There is no such lead.")
    return rows[0]


def leads_of(organization_id: UUID, contact_id: UUID) -> list[Row]:
    """Every lead of a person, oldest first, with those of contacts that were merged into them."""
    statement = f"{LEADS} AND {LEAD_FILTERS['contact_id']} ORDER BY l.created_at, l.id"
    return run(statement, organization=organization_id, contact_id=contact_id)
