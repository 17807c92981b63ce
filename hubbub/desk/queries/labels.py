"""Reading labels."""

from __future__ import annotations

from uuid import UUID

from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run

MOST_COUNTED = 1000
LABELS = """
SELECT l.id, l.name, l.color, l.description, l.created_at, l.updated_at,
       (SELECT count(*)::int FROM (SELECT FROM conversation_tag t WHERE t.organization_id = l.organization_id
                                      AND t.tag = l.name LIMIT %(most)s) x) AS count
  FROM label l WHERE l.organization_id = %(organization)s
"""


def list_labels(organization_id: UUID) -> list[Row]:
    """By name, each with the `count` of conversations that have it, at most 1,000."""
    return run(f"{LABELS} ORDER BY lower(l.name), l.id", organization=organization_id, most=MOST_COUNTED)


def get_label(organization_id: UUID, label_id: UUID) -> Row:
    """One label. Raises NotFound."""
    rows = run(f"{LABELS} AND l.id = %(id)s", organization=organization_id, id=label_id, most=MOST_COUNTED)
    if not rows:
        raise NotFound("There is no such label.")
    return rows[0]
