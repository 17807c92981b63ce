"""Allowances: token buckets in the database, shared by all senders and kept over restarts.

A bucket refills at `per_second` up to `capacity`. Both lie a little below the platform's limit, so that no window of
the platform's own length ever holds more than it allows, and a backlog still uses more than nine tenths of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hubbub.organizations.database import run

LOCK = """
SELECT key, tokens, updated_at, blocked_until FROM rate_bucket
 WHERE key = ANY(%(keys)s::text[]) ORDER BY key FOR NO KEY UPDATE
"""
MAKE = """
INSERT INTO rate_bucket (key, organization_id, tokens, updated_at)
SELECT r.key, r.organization_id, r.tokens, hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (key text, organization_id uuid, tokens float8)
 ORDER BY r.key ON CONFLICT DO NOTHING
"""
WRITE = """
UPDATE rate_bucket b SET tokens = r.tokens, updated_at = r.updated_at
  FROM json_to_recordset(%(rows)s::json) AS r (key text, tokens float8, updated_at timestamptz) WHERE b.key = r.key
"""
BLOCK = """
INSERT INTO rate_bucket AS b (key, organization_id, tokens, updated_at, blocked_until)
SELECT r.key, r.organization_id, 0, hubbub_now(), hubbub_now() + make_interval(secs => r.seconds)
  FROM json_to_recordset(%(rows)s::json) AS r (key text, organization_id uuid, seconds float8)
 ORDER BY r.key
    ON CONFLICT (key) DO UPDATE SET blocked_until = greatest(b.blocked_until, excluded.blocked_until)
"""
FORGET = """
DELETE FROM rate_bucket WHERE key IN (
    SELECT key FROM rate_bucket
     WHERE updated_at < hubbub_now() - interval '2 hours' AND coalesce(blocked_until, updated_at) < hubbub_now()
     ORDER BY key LIMIT 5000 FOR NO KEY UPDATE SKIP LOCKED)
"""
BURST_SHARE, STEADY_SHARE = 0.05, 0.93
"""Of what the platform allows in its window: at once, and refilled during the window."""
SMALLEST_SPLIT = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One allowance. Without `per_second` there is no rate: the bucket only holds a platform's "stop until"."""

    key: str
    organization_id: UUID | None
    capacity: float = 0.0
    per_second: float = 0.0


@dataclass(slots=True, kw_only=True)
class Bucket:
    """An allowance as it stands at `at`."""

    limit: Limit
    tokens: float
    at: datetime
    blocked_until: datetime | None = None
    is_changed: bool = False

    def available(self) -> float:
        """How many calls may start now; infinite without a rate."""
        if self.blocked_until is not None and self.blocked_until > self.at:
            return 0.0
        return self.tokens if self.limit.per_second else float("inf")

    def take(self, count: int = 1) -> None:
        """Use it."""
        if self.limit.per_second:
            self.tokens -= count
            self.is_changed = True

    def ready_at(self) -> datetime:
        """When one more call may start."""
        missing = max(1.0 - self.tokens, 0.0) / self.limit.per_second if self.limit.per_second else 0.0
        refilled = self.at + timedelta(seconds=missing)
        return max(refilled, self.blocked_until) if self.blocked_until is not None else refilled


def limit_of(key: str, organization_id: UUID | None, allowed: float, window_seconds: float) -> Limit:
    """At most `allowed` calls in any `window_seconds`; 0 means no rate."""
    if allowed <= 0:
        return Limit(key=key, organization_id=organization_id)
    if allowed < SMALLEST_SPLIT:
        return Limit(
            key=key, organization_id=organization_id, capacity=1.0, per_second=STEADY_SHARE * allowed / window_seconds
        )
    return Limit(
        key=key,
        organization_id=organization_id,
        capacity=max(1.0, BURST_SHARE * allowed),
        per_second=STEADY_SHARE * allowed / window_seconds,
    )


def lock_buckets(limits: Iterable[Limit], now: datetime) -> dict[str, Bucket]:
    """The buckets under their row locks, refilled to `now`. What has no rate and no row costs no row."""
    wanted = {limit.key: limit for limit in limits}
    rows = {row["key"]: row for row in run(LOCK, keys=sorted(wanted))}
    missing = [limit for key, limit in wanted.items() if key not in rows and limit.per_second]
    if missing:
        run(MAKE, [{"key": x.key, "organization_id": x.organization_id, "tokens": x.capacity} for x in missing])
        rows |= {row["key"]: row for row in run(LOCK, keys=sorted(limit.key for limit in missing))}
    return {key: _refilled(limit, rows.get(key), now) for key, limit in wanted.items()}


def _refilled(limit: Limit, row: Mapping[str, object] | None, now: datetime) -> Bucket:
    if row is None:
        return Bucket(limit=limit, tokens=limit.capacity, at=now)
    tokens, updated_at, blocked_until = row["tokens"], row["updated_at"], row["blocked_until"]
    assert isinstance(tokens, float)
    assert isinstance(updated_at, datetime)
    assert blocked_until is None or isinstance(blocked_until, datetime)
    passed = max((now - updated_at).total_seconds(), 0.0)
    refilled = min(limit.capacity, tokens + passed * limit.per_second)
    return Bucket(limit=limit, tokens=refilled, at=now, blocked_until=blocked_until)


def write_buckets(buckets: Iterable[Bucket]) -> None:
    """Keep what was used."""
    rows = [
        {"key": one.limit.key, "tokens": one.tokens, "updated_at": one.at.isoformat()}
        for one in buckets
        if one.is_changed
    ]
    if rows:
        run(WRITE, rows)


def block(seconds_by_limit: Mapping[Limit, float]) -> None:
    """The platform said stop: nobody starts a call there for so long."""
    rows = [
        {"key": limit.key, "organization_id": limit.organization_id, "seconds": seconds}
        for limit, seconds in seconds_by_limit.items()
        if seconds > 0
    ]
    if rows:
        run(BLOCK, rows)


def forget_old_buckets() -> None:
    """Drop the rows of those that have long been full again (an hour is the longest window)."""
    run(FORGET)
