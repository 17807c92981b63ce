"""The order of row locks, for everybody: contact → conversation → message → lane → entry, each sorted by id.

Whoever changes messages of a conversation holds the conversation first; then nobody waits for one another in a ring.
Locks are "no key" ones, because references to a locked row may be made meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from hubbub.organizations.database import run

THREADS = "SELECT id FROM conversation WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE"


def lock_threads(conversation_ids: Iterable[UUID]) -> None:
    """Hold these conversations until the transaction ends."""
    ids = sorted(set(conversation_ids))
    if ids:
        run(THREADS, ids=ids)
