"""A message that an echo or a receipt has settled leaves the outbox, and the next one of its lane becomes the head."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubbub.organizations.database import run

LOCK_LANES = """
SELECT l.conversation_id FROM outbox_lane l
 WHERE l.conversation_id IN (SELECT o.conversation_id FROM outbox o WHERE o.message_id = ANY(%(ids)s::uuid[]))
 ORDER BY l.conversation_id FOR NO KEY UPDATE
"""
REMOVE_AND_PROMOTE = """
WITH gone AS (
    DELETE FROM outbox o USING message m
     WHERE o.message_id = ANY(%(ids)s::uuid[]) AND m.id = o.message_id
       AND m.status IN ('sent', 'delivered', 'read', 'failed', 'unknown')
    RETURNING o.conversation_id, o.message_id)
UPDATE outbox o SET is_head = true, due_at = greatest(o.due_at, hubbub_now())
  FROM (SELECT DISTINCT ON (x.conversation_id) x.message_id FROM outbox x
         WHERE x.conversation_id IN (SELECT conversation_id FROM gone) AND x.state <> 'scheduled'
           AND x.message_id NOT IN (SELECT message_id FROM gone)
         ORDER BY x.conversation_id, x.position) n
 WHERE o.message_id = n.message_id AND NOT o.is_head
"""


def release_settled(message_ids: Sequence[UUID]) -> None:
    """Take settled messages out of the outbox; messages that are not there, or not settled, are left alone."""
    if not message_ids or not run(LOCK_LANES, ids=message_ids):
        return
    run(REMOVE_AND_PROMOTE, ids=message_ids)
