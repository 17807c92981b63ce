"""Takes heads of lanes for a while: only a conversation's lowest unfinished position, by priority, then by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.organizations.database import Row, run
from hubbub.outbound.agenda import Busy
from hubbub.outbound.jobs import Leased

LEASE_SECONDS = 90.0
"""Longer than an upload and a call."""
REPLY_TOKEN_SECONDS = 50.0
"""LINE promises a minute from the webhook's arrival."""

LEASE = """
WITH asked AS (
    SELECT * FROM json_to_recordset(%(rows)s::json)
        AS r (channel_id uuid, priority smallint, since timestamptz, amount int)
), found AS MATERIALIZED (
    SELECT r.channel_id, r.priority, r.amount, e.message_id, e.due_at
      FROM asked r
     CROSS JOIN LATERAL (
           SELECT o.message_id, o.due_at FROM outbox o
            WHERE o.channel_id = r.channel_id AND o.priority = r.priority AND o.is_head AND o.leased_until IS NULL
              AND o.due_at >= r.since AND o.due_at <= hubbub_now()
            ORDER BY o.due_at LIMIT r.amount FOR NO KEY UPDATE SKIP LOCKED) e
), chosen AS (
    SELECT message_id, due_at
      FROM (SELECT f.*, row_number() OVER (PARTITION BY channel_id ORDER BY priority, due_at) AS n FROM found f) f
     WHERE n <= amount
)
UPDATE outbox o SET lease_token = %(token)s, leased_until = hubbub_now() + make_interval(secs => %(seconds)s)
  FROM chosen c WHERE o.message_id = c.message_id
RETURNING o.message_id, o.channel_id, o.priority, c.due_at
"""
LEASE_HEAD = """
WITH found AS MATERIALIZED (
    SELECT o.message_id, o.due_at FROM outbox o
     WHERE o.conversation_id = %(conversation)s AND o.is_head AND o.leased_until IS NULL AND o.due_at <= hubbub_now()
       FOR NO KEY UPDATE SKIP LOCKED)
UPDATE outbox o SET lease_token = %(token)s, leased_until = hubbub_now() + make_interval(secs => %(seconds)s)
  FROM found f WHERE o.message_id = f.message_id
RETURNING o.message_id, o.channel_id, o.priority, f.due_at
"""
LEASED_COLUMNS = """
       o.message_id, o.organization_id, o.channel_id, o.conversation_id, o.lease_token, o.priority, o.attempts,
       o.retry_key, o.was_pushed, o.queued_at, o.last_code, m.author_type, m.content -> 'outbound' AS outbound,
       c.type AS thread_type, c.thread_key, c.identity_id
"""
DETAILS = f"""
SELECT {LEASED_COLUMNS}, coalesce(i.external_id, '') AS recipient, i.window_opened_at, x.ids AS identity_ids,
       k.occurred_at AS commented_at, t.id AS reply_token_id, t.token AS reply_token
  FROM outbox o
  JOIN message m ON m.id = o.message_id
  JOIN conversation c ON c.id = o.conversation_id
  LEFT JOIN contact_identity i ON i.id = c.identity_id
  LEFT JOIN LATERAL (
       SELECT array_agg(y.external_id ORDER BY y.external_id) AS ids FROM contact_identity y
        WHERE y.organization_id = o.organization_id AND y.contact_id = c.contact_id AND y.channel_id = o.channel_id
       ) x ON c.type = 'private'
  LEFT JOIN message k ON m.content -> 'outbound' ->> 'kind' = 'private_reply' AND k.channel_id = o.channel_id
       AND k.external_id = m.content -> 'outbound' ->> 'comment_external_id'
  LEFT JOIN LATERAL (
       SELECT r.id, r.token FROM reply_token r
        WHERE r.conversation_id = o.conversation_id AND r.used_at IS NULL
          AND r.received_at > hubbub_now() - make_interval(secs => %(token_seconds)s)
        ORDER BY r.received_at DESC LIMIT 1) t ON true
 WHERE o.message_id = ANY(%(ids)s::uuid[])
 ORDER BY o.priority, o.due_at
"""  # noqa: S608
GIVE_BACK = """
UPDATE outbox o SET lease_token = NULL, leased_until = NULL, due_at = greatest(r.due_at, hubbub_now())
  FROM json_to_recordset(%(rows)s::json) AS r (message_id uuid, lease_token uuid, due_at timestamptz)
 WHERE o.message_id = r.message_id AND o.lease_token = r.lease_token AND o.state = 'queued'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catch:
    """What a lease took: the ids, and per channel how many, and from when on each priority is still to be scanned."""

    ids: list[UUID]
    taken: dict[UUID, int]
    first_due: dict[UUID, dict[int, datetime]]


def lease(amounts: Mapping[UUID, int], busy: Mapping[UUID, Busy], token: UUID) -> Catch:
    """Take up to `amounts[channel]` heads of each channel under a new lease token. Inside a transaction."""
    rows = [
        {"channel_id": channel_id, "priority": priority, "since": since.isoformat(), "amount": amount}
        for channel_id, amount in amounts.items()
        for priority, since in busy[channel_id].since.items()
    ]
    found = run(LEASE, rows, token=token, seconds=LEASE_SECONDS) if rows else []
    return _catch(found, amounts)


def lease_head(channel_id: UUID, conversation_id: UUID, token: UUID) -> Catch:
    """Take the head of one conversation's lane, if it is due and nobody else has it. Inside a transaction."""
    found = run(LEASE_HEAD, conversation=conversation_id, token=token, seconds=LEASE_SECONDS)
    return _catch(found, {channel_id: 1})


def _catch(found: Sequence[Row], amounts: Mapping[UUID, int]) -> Catch:
    taken = dict.fromkeys(amounts, 0)
    first_due: dict[UUID, dict[int, datetime]] = {channel_id: {} for channel_id in amounts}
    for row in found:
        channel_id, priority, due = row["channel_id"], row["priority"], row["due_at"]
        taken[channel_id] += 1
        known = first_due[channel_id].get(priority)
        first_due[channel_id][priority] = due if known is None else min(known, due)
    return Catch(ids=[row["message_id"] for row in found], taken=taken, first_due=first_due)


def details(ids: Sequence[UUID]) -> list[Leased]:
    """What rendering these messages needs, in one query."""
    return [_leased(row) for row in run(DETAILS, ids=ids, token_seconds=REPLY_TOKEN_SECONDS)] if ids else []


def leased_of(row: Row) -> Leased:
    """A row of `LEASED_COLUMNS` alone: enough to decide its fate, not to send it."""
    return Leased(**{**row, "outbound": row["outbound"] or {}}, recipient="")


def _leased(row: Row) -> Leased:
    ids = row.pop("identity_ids") or ([row["recipient"]] if row["recipient"] else [])
    recipient = _preferred(row.pop("recipient"), ids)
    return Leased(**row, recipient=recipient, recipient_aliases=tuple(one for one in ids if one != recipient))


def _preferred(seen_last: str, ids: Sequence[str]) -> str:
    """A phone number where the person has one (it reaches every kind of account), else the id seen last."""
    phones = [one for one in ids if one.isdigit() and len(one) <= 15]  # E.164
    return seen_last if seen_last in phones or not phones else phones[0]


def give_back(due: Mapping[tuple[UUID, UUID | None], datetime]) -> None:
    """(message, lease) → when it may be taken again. Nothing was tried."""
    rows = [
        {"message_id": message_id, "lease_token": token, "due_at": at.isoformat()}
        for (message_id, token), at in due.items()
    ]
    if rows:
        run(GIVE_BACK, rows)
