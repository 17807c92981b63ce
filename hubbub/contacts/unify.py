"""The platform itself says that two contacts are one person: the younger becomes part of the older."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import connection

STATEMENTS = (
    "SELECT id FROM contact WHERE organization_id = %(organization)s AND id = ANY(%(all)s::uuid[]) ORDER BY id FOR UPDATE",
    "UPDATE contact_identity SET contact_id = %(survivor)s"
    " WHERE organization_id = %(organization)s AND contact_id = ANY(%(others)s::uuid[])",
    "UPDATE contact SET merged_into_id = %(survivor)s, updated_at = hubbub_now()"
    " WHERE organization_id = %(organization)s AND id = ANY(%(others)s::uuid[])",
    "UPDATE participant p SET contact_id = %(survivor)s"
    " WHERE p.organization_id = %(organization)s AND p.contact_id = ANY(%(others)s::uuid[]) AND NOT EXISTS"
    " (SELECT FROM participant o WHERE o.conversation_id = p.conversation_id AND o.contact_id = %(survivor)s)",
)


def unify(organization_id: UUID, contact_ids: Collection[UUID]) -> UUID:
    """Make these contacts one; returns the survivor (the oldest). Runs in the caller's transaction.

    Their conversations follow: `conversations.unify.unify_threads` is called by whoever owns them.
    """
    survivor, *others = sorted(contact_ids)
    parameters = {
        "organization": organization_id,
        "survivor": survivor,
        "others": others,
        "all": [survivor, *others],
    }
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, parameters)
    return survivor
