"""The platform itself says that two contacts are one person: the younger becomes part of the older."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from hubbub.organizations.database import run

LOCK = """
SELECT id FROM contact WHERE organization_id = %(organization)s AND id = ANY(%(all)s::uuid[])
 ORDER BY id FOR NO KEY UPDATE
"""
MOVE_IDENTITIES = """
UPDATE contact_identity SET contact_id = %(survivor)s
 WHERE organization_id = %(organization)s AND contact_id = ANY(%(others)s::uuid[])
"""
MARK = """
UPDATE contact SET merged_into_id = %(survivor)s, updated_at = hubbub_now()
 WHERE organization_id = %(organization)s AND id = ANY(%(others)s::uuid[])
"""


def unify(organization_id: UUID, contact_ids: Collection[UUID]) -> UUID:
    """Make these contacts one; returns the survivor (the oldest). Runs in the caller's transaction.

    Their conversations follow by `conversations.unify.unify_threads`, which the caller calls next.
    """
    survivor, *others = sorted(contact_ids)
    for statement in (LOCK, MOVE_IDENTITIES, MARK):
        run(statement, organization=organization_id, survivor=survivor, others=others, all=[survivor, *others])
    return survivor
