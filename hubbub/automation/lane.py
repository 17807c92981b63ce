"""The automation lane: which conversations have something new, and who works on each.

The lease is the truth: whatever a worker decides is written only while its token still stands. No row lock is held
while it decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.kit.ids import new_id
from hubbub.organizations.database import run

LEASE_SECONDS = 60
CLAIM = """
UPDATE automation_lane l
   SET lease_token = %(token)s, leased_until = hubbub_now() + make_interval(secs => %(seconds)s)
  FROM (SELECT conversation_id FROM automation_lane
         WHERE due_at <= hubbub_now() AND (leased_until IS NULL OR leased_until < hubbub_now())
         ORDER BY due_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED) due
 WHERE l.conversation_id = due.conversation_id
RETURNING l.conversation_id, l.organization_id, l.attempts, l.pending_since
"""
ITEMS = """
SELECT message_id FROM automation_item WHERE conversation_id = %(conversation)s
 ORDER BY occurred_at, body_position, message_id LIMIT %(limit)s
"""
HOLD = """
SELECT 1 AS mine FROM automation_lane
 WHERE conversation_id = %(conversation)s AND lease_token = %(token)s AND leased_until > hubbub_now() FOR NO KEY UPDATE
"""
LOG = """
INSERT INTO automation_log (organization_id, at, conversation_id, message_id, lease_token, decision, reason)
VALUES (%(organization)s, clock_timestamp(), %(conversation)s, %(message)s, %(token)s, %(decision)s, %(reason)s)
"""
DONE_WITH = "DELETE FROM automation_item WHERE message_id = %(message)s RETURNING message_id"
RELEASE = """
UPDATE automation_lane l
   SET lease_token = NULL, leased_until = NULL, attempts = 0, last_error = '',
       pending_since = CASE WHEN more.yes THEN l.pending_since END,
       due_at = CASE WHEN more.yes THEN hubbub_now() END
  FROM (SELECT EXISTS (SELECT FROM automation_item WHERE conversation_id = %(conversation)s) AS yes) more
 WHERE l.conversation_id = %(conversation)s AND l.lease_token = %(token)s
"""
FAIL = """
UPDATE automation_lane
   SET lease_token = NULL, leased_until = NULL, attempts = attempts + 1, last_error = %(error)s,
       due_at = hubbub_now() + make_interval(secs => %(delay)s)
 WHERE conversation_id = %(conversation)s AND lease_token = %(token)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One conversation that is ours to decide about until the lease ends."""

    conversation_id: UUID
    organization_id: UUID
    attempts: int
    pending_since: datetime | None
    token: UUID


def claim(limit: int) -> list[Lease]:
    """Lease up to `limit` conversations that have something new, longest waiting first."""
    token = new_id()
    rows = run(CLAIM, token=token, seconds=LEASE_SECONDS, limit=limit)
    return [Lease(**row, token=token) for row in rows]


def pending(lease: Lease, limit: int = 100) -> list[UUID]:
    """The messages that automation has not seen yet, in the order shown."""
    return [row["message_id"] for row in run(ITEMS, conversation=lease.conversation_id, limit=limit)]


def hold(lease: Lease) -> bool:
    """Lock the lane row for the rest of this transaction; False when the lease is no longer ours."""
    return bool(run(HOLD, conversation=lease.conversation_id, token=lease.token))


def finish_item(lease: Lease, message_id: UUID, decision: str, reason: str) -> bool:
    """Log what was decided and take the message off the list; False when somebody else has done so."""
    if not run(DONE_WITH, message=message_id):
        return False
    run(
        LOG,
        organization=lease.organization_id,
        conversation=lease.conversation_id,
        message=message_id,
        token=lease.token,
        decision=decision,
        reason=reason[:200],
    )
    return True


def release(lease: Lease) -> None:
    """Give the conversation back; it is due again at once when something new has come meanwhile."""
    run(RELEASE, conversation=lease.conversation_id, token=lease.token)


def fail(lease: Lease, error: str, delay_seconds: float) -> None:
    """Give it back after a failure; it is tried again later and the reason can be seen."""
    run(FAIL, conversation=lease.conversation_id, token=lease.token, error=error, delay=delay_seconds)
