"""The mechanics of the outbox that every side uses: queueing, cancelling, queueing again, scheduled messages.

Locks are taken in the order message → lane → entry, each sorted, by web, inbound and senders alike. Who queues holds
the conversation's row before. Taking settled messages out is `settling.release_settled`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from hubbub.conversations.settling import release_settled
from hubbub.kit.ids import new_id
from hubbub.organizations.database import columns, run


class Priority(IntEnum):
    """Who goes first when a channel cannot send everything at once. Senders know exactly these."""

    PERSON = 0
    MACHINE = 5
    BULK = 9


TAKE_POSITIONS = """
INSERT INTO outbox_lane AS l (conversation_id, organization_id, next_position)
SELECT r.conversation_id, r.organization_id, 1 + r.count
  FROM json_to_recordset(%(rows)s::json) AS r (conversation_id uuid, organization_id uuid, count int)
 ORDER BY r.conversation_id
    ON CONFLICT (conversation_id) DO UPDATE SET next_position = l.next_position + excluded.next_position - 1
RETURNING conversation_id, next_position
"""
ENQUEUE = """
INSERT INTO outbox (message_id, organization_id, channel_id, conversation_id, position, is_head, priority, state,
                    due_at, leased_until, attempts, retry_key, uses_reply_token, was_pushed, last_code,
                    queued_at)
SELECT r.message_id, r.organization_id, r.channel_id, r.conversation_id, r.position,
       r.at IS NULL AND r.n = 0 AND NOT EXISTS (
           SELECT FROM outbox o WHERE o.conversation_id = r.conversation_id AND o.state <> 'scheduled'),
       r.priority, CASE WHEN r.at IS NULL THEN 'queued' ELSE 'scheduled' END, coalesce(r.at, hubbub_now()), r.at, 0,
       r.retry_key, false, false, '', hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (n int, message_id uuid, organization_id uuid, channel_id uuid,
       conversation_id uuid, position bigint, priority smallint, at timestamptz, retry_key uuid)
 ORDER BY r.conversation_id, r.position
"""
LOCK_MESSAGES = "SELECT id FROM message WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE"
LOCK_LANES = """
SELECT l.conversation_id FROM outbox_lane l
 WHERE l.conversation_id IN (SELECT conversation_id FROM outbox WHERE message_id = ANY(%(ids)s::uuid[]))
 ORDER BY l.conversation_id FOR NO KEY UPDATE
"""
LOCK_CANCELLABLE = """
SELECT message_id FROM outbox WHERE message_id = ANY(%(ids)s::uuid[]) AND state <> 'sending' FOR NO KEY UPDATE
"""
ACTIVATE_MESSAGES = (
    "UPDATE message SET occurred_at = hubbub_now() WHERE id = ANY(%(ids)s::uuid[]) AND status = 'queued'"
)
ACTIVATE = """
UPDATE outbox o
   SET state = 'queued', leased_until = NULL, due_at = hubbub_now(), position = p.position,
       is_head = p.n = 1 AND NOT EXISTS (SELECT FROM outbox x WHERE x.conversation_id = o.conversation_id
                                            AND x.state <> 'scheduled')
  FROM (SELECT s.message_id, l.next_position + row_number() OVER w - 1 AS position, row_number() OVER w AS n
          FROM outbox s JOIN outbox_lane l ON l.conversation_id = s.conversation_id
         WHERE s.message_id = ANY(%(ids)s::uuid[]) AND s.state = 'scheduled'
        WINDOW w AS (PARTITION BY s.conversation_id ORDER BY s.due_at, s.position)) p
 WHERE o.message_id = p.message_id
RETURNING o.conversation_id
"""
ADVANCE = """
UPDATE outbox_lane l SET next_position = l.next_position + n.count
  FROM (SELECT c AS conversation_id, count(*) FROM unnest(%(conversations)s::uuid[]) c GROUP BY c) n
 WHERE l.conversation_id = n.conversation_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """A message that is to be sent. `at`: not before; it takes its place in the order then."""

    message_id: UUID
    organization_id: UUID
    channel_id: UUID
    conversation_id: UUID
    priority: int
    at: datetime | None = None


def enqueue(entries: Sequence[NewEntry]) -> None:
    """Put messages behind the lanes of their conversations, in this order. The caller holds the conversations.

    The lanes are locked, and made where they are missing.
    """
    counts = Counter(entry.conversation_id for entry in entries)
    organizations = {entry.conversation_id: entry.organization_id for entry in entries}
    lanes = [
        {"conversation_id": conversation, "organization_id": organizations[conversation], "count": count}
        for conversation, count in counts.items()
    ]
    taken = run(TAKE_POSITIONS, lanes)
    first = {row["conversation_id"]: row["next_position"] - counts[row["conversation_id"]] for row in taken}
    run(ENQUEUE, list(_rows(entries, first)))


def _rows(entries: Sequence[NewEntry], first: Mapping[UUID, int]) -> Iterator[dict[str, object]]:
    """`n` counts the entries of a conversation that wait for no moment: the first one may become the lane's head."""
    places: Counter[UUID] = Counter()
    waiting: Counter[UUID] = Counter()
    for entry in entries:
        lane = entry.conversation_id
        position = first[lane] + places[lane]
        yield {**columns(entry), "n": waiting[lane], "position": position, "retry_key": new_id()}
        places[lane] += 1
        waiting[lane] += entry.at is None


def lock_for_cancelling(message_ids: Sequence[UUID]) -> list[UUID]:
    """Lock messages, lanes and entries; returns the messages that are not on their way to the platform yet."""
    run(LOCK_MESSAGES, ids=sorted(message_ids))
    run(LOCK_LANES, ids=sorted(message_ids))
    return [row["message_id"] for row in run(LOCK_CANCELLABLE, ids=sorted(message_ids))]


def activate_scheduled(message_ids: Sequence[UUID]) -> None:
    """The time of these messages has come: they take the next place in the order."""
    run(LOCK_MESSAGES, ids=sorted(message_ids))
    run(LOCK_LANES, ids=sorted(message_ids))
    run(ACTIVATE_MESSAGES, ids=sorted(message_ids))
    activated = run(ACTIVATE, ids=sorted(message_ids))
    run(ADVANCE, conversations=[row["conversation_id"] for row in activated])


__all__ = [
    "NewEntry",
    "Priority",
    "activate_scheduled",
    "enqueue",
    "lock_for_cancelling",
    "release_settled",
]
