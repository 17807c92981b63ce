"""The automation lane: which conversations have something new, and who works on each.

The lease is the truth: whatever a worker decides is written only while its token still stands. No row lock is held
while it decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.kit.ids import new_id
from hubbub.organizations.database import run

LEASE_SECONDS = 20
"""Longer than a worker needs for everything that it claims at once; who takes longer must hold on (`extend`)."""
CLAIM = """
UPDATE automation_lane l
   SET lease_token = %(token)s, leased_until = hubbub_now() + make_interval(secs => %(seconds)s)
  FROM (SELECT conversation_id FROM automation_lane
         WHERE due_at <= hubbub_now() AND (leased_until IS NULL OR leased_until < hubbub_now())
         ORDER BY due_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED) due
 WHERE l.conversation_id = due.conversation_id
RETURNING l.conversation_id, l.organization_id, l.attempts, l.pending_since, hubbub_now() AS claimed_at
"""
HOLD = """
SELECT conversation_id FROM automation_lane
 WHERE conversation_id = ANY(%(conversations)s::uuid[]) AND lease_token = %(token)s AND leased_until > hubbub_now()
 ORDER BY conversation_id FOR NO KEY UPDATE
"""
EXTEND = """
UPDATE automation_lane SET leased_until = hubbub_now() + make_interval(secs => %(seconds)s)
 WHERE conversation_id = ANY(%(conversations)s::uuid[]) AND lease_token = %(token)s
"""
FINISH = """
WITH decided AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS r (n int, organization_id uuid, conversation_id uuid,
           message_id uuid, decision text, reason text)),
done AS (DELETE FROM automation_item WHERE id IN (SELECT message_id FROM decided) RETURNING id AS message_id)
INSERT INTO automation_log (organization_id, at, conversation_id, message_id, lease_token, decision, reason)
SELECT r.organization_id, clock_timestamp(), r.conversation_id, r.message_id, %(token)s, r.decision, r.reason
  FROM decided r JOIN done USING (message_id)
 ORDER BY r.n
"""
RELEASE = """
UPDATE automation_lane l
   SET lease_token = NULL, leased_until = NULL, attempts = 0, last_error = '',
       pending_since = CASE WHEN more.yes THEN l.pending_since END,
       due_at = CASE WHEN more.yes THEN hubbub_now() WHEN l.due_at > r.claimed_at THEN l.due_at ELSE r.wake_at END
  FROM json_to_recordset(%(rows)s::json) AS r (conversation_id uuid, claimed_at timestamptz, wake_at timestamptz)
 CROSS JOIN LATERAL (
       SELECT EXISTS (SELECT FROM automation_item i WHERE i.conversation_id = r.conversation_id) AS yes) more
 WHERE l.conversation_id = r.conversation_id AND l.lease_token = %(token)s
"""
FAIL = """
UPDATE automation_lane
   SET lease_token = NULL, leased_until = NULL, attempts = attempts + 1, last_error = %(error)s,
       due_at = hubbub_now() + make_interval(secs => %(delay)s)
 WHERE conversation_id = %(conversation)s AND lease_token = %(token)s
"""
POSTPONE = """
UPDATE automation_lane
   SET lease_token = NULL, leased_until = NULL, due_at = hubbub_now() + make_interval(secs => %(delay)s)
 WHERE conversation_id = ANY(%(conversations)s::uuid[]) AND lease_token = %(token)s
"""
GIVE_BACK = """
UPDATE automation_lane SET lease_token = NULL, leased_until = NULL WHERE lease_token = ANY(%(tokens)s::uuid[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One conversation that is ours to decide about until the lease ends."""

    conversation_id: UUID
    organization_id: UUID
    attempts: int
    pending_since: datetime | None
    """None: nobody wrote; the conversation is due because its time came."""
    claimed_at: datetime
    token: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What was decided about one message."""

    lease: Lease
    message_id: UUID
    decision: str
    reason: str


def claim(limit: int, token: UUID | None = None) -> list[Lease]:
    """Lease up to `limit` conversations that are due, longest waiting first, under one token."""
    token = token or new_id()
    rows = run(CLAIM, token=token, seconds=LEASE_SECONDS, limit=limit)
    return [Lease(**row, token=token) for row in rows]


def hold(leases: Sequence[Lease]) -> set[UUID]:
    """Lock the lanes for the rest of this transaction; returns the conversations whose lease is still ours."""
    return {row["conversation_id"] for row in run(HOLD, conversations=_ids(leases), token=_token(leases))}


def extend(leases: Sequence[Lease], seconds: float) -> None:
    """Keep the leases for so long from now, while somebody outside is asked."""
    run(EXTEND, conversations=_ids(leases), token=_token(leases), seconds=seconds)


def finish(finished: Sequence[Finished]) -> None:
    """Log what was decided, in this order, and take the messages off the list. The lanes are held."""
    rows = [
        {
            "n": n,
            "organization_id": one.lease.organization_id,
            "conversation_id": one.lease.conversation_id,
            "message_id": one.message_id,
            "decision": one.decision,
            "reason": one.reason[:200],
        }
        for n, one in enumerate(finished)
    ]
    if rows:
        run(FINISH, rows, token=finished[0].lease.token)


def release(leases: Iterable[tuple[Lease, datetime | None]]) -> None:
    """Give conversations back, each due again at its moment (None: when somebody writes).

    What came in meanwhile makes them due at once; so does a person who gave one back meanwhile.
    """
    given = list(leases)
    if given:
        rows = [
            {"conversation_id": lease.conversation_id, "claimed_at": lease.claimed_at, "wake_at": wake_at}
            for lease, wake_at in given
        ]
        run(RELEASE, rows, token=given[0][0].token)


def fail(lease: Lease, error: str, delay_seconds: float) -> None:
    """Give it back after a failure; it is tried again later and the reason can be seen."""
    run(FAIL, conversation=lease.conversation_id, token=lease.token, error=error, delay=delay_seconds)


def postpone(leases: Sequence[Lease], delay_seconds: float) -> None:
    """Give them back without a word, due a little later."""
    if leases:
        run(POSTPONE, conversations=_ids(leases), token=_token(leases), delay=delay_seconds)


def give_back(tokens: Collection[UUID]) -> None:
    """End the leases of rounds that broke off; what they did not finish is due at once."""
    if tokens:
        run(GIVE_BACK, tokens=list(tokens))


def _ids(leases: Sequence[Lease]) -> list[UUID]:
    return sorted(lease.conversation_id for lease in leases)


def _token(leases: Sequence[Lease]) -> UUID | None:
    return leases[0].token if leases else None
