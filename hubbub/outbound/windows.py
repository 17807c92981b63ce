"""Exact allowances over a sliding window: "at most N calls in any hour", counted in slices.

The counts lie beside the token buckets, so all processes share them and a restart forgets nothing. A window covers one
slice more than its length: it never lets more through than allowed, at the price of up to a slice of waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hubbub.organizations.database import run

SLICES = 60
COUNT = """
INSERT INTO rate_bucket AS b (key, organization_id, tokens, updated_at)
SELECT %(key)s || ':' || floor(extract(epoch FROM hubbub_now()) / %(slice)s)::bigint, %(organization)s, %(count)s,
       hubbub_now()
    ON CONFLICT (key) DO UPDATE SET tokens = b.tokens + excluded.tokens, updated_at = excluded.updated_at
"""
USED = """
SELECT split_part(b.key, ':', 3)::bigint AS slice, b.tokens, extract(epoch FROM hubbub_now())::float8 AS now
  FROM (SELECT %(key)s || ':' || (floor(extract(epoch FROM hubbub_now()) / %(slice)s)::bigint - n) AS key
          FROM generate_series(0, %(slices)s) n) w
  JOIN rate_bucket b ON b.key = w.key
 ORDER BY slice
"""
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `allowed` in any `seconds`. `name` and `owner` tell windows apart: "profile", the channel."""

    name: str
    owner: UUID
    organization_id: UUID
    allowed: int
    seconds: float

    @property
    def key(self) -> str:
        return f"{self.name}:{self.owner}"

    @property
    def slice(self) -> float:
        return self.seconds / SLICES


def record(window: Window, count: int = 1) -> None:
    """Something was done that counts. In the caller's transaction, as the two below."""
    run(COUNT, key=window.key, slice=window.slice, organization=window.organization_id, count=float(count))


def seconds_until_allowed(window: Window) -> float:
    """0 when one more is allowed now, else how long until it will be, if nothing is done meanwhile."""
    rows = run(USED, key=window.key, slice=window.slice, slices=SLICES)
    excess = sum(row["tokens"] for row in rows) - window.allowed + 1
    for row in rows:
        if excess <= 0:
            break
        excess -= row["tokens"]
        freed_at = (row["slice"] + 1) * window.slice + window.seconds
        if excess <= 0:
            return max(float(freed_at) - float(row["now"]), 0.001)
    return 0.0


def take(window: Window) -> float:
    """Count one more if it is allowed, and return 0; else how long to wait. Nobody else comes between."""
    run(LOCK, key=window.key)
    wait = seconds_until_allowed(window)
    if not wait:
        record(window)
    return wait
