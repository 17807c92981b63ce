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
REMOVE = """
DELETE FROM outbox o USING message m
 WHERE o.message_id = ANY(%(ids)s::uuid[]) AND m.id = o.message_id
   AND m.status IN ('sent', 'delivered', 'read', 'failed', 'unknown')
RETURNING o.conversation_id
"""
PROMOTE = """
UPDATE outbox o SET is_head = true, due_at = greatest(o.due_at, hubbub_now())
  FROM (SELECT DISTINCT ON (conversation_id) message_id FROM outbox
         WHERE conversation_id = ANY(%(conversations)s::uuid[]) AND state <> 'scheduled'
         ORDER BY conversation_id, position) n
 WHERE o.message_id = n.message_id AND NOT o.is_head
"""


def release_settled(message_ids: Sequence[UUID]) -> None:
    """Take settled messages out of the outbox; messages that are not there, or not settled, are left alone."""
    if not message_ids or not run(LOCK_LANES, ids=message_ids):
        return
    removed = {row["conversation_id"] for row in run(REMOVE, ids=message_ids)}
    if removed:
        run(PROMOTE, conversations=sorted(removed))
