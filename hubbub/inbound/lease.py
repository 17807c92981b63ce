"""Takes the next raw deliveries, under row locks that last as long as the transaction which applies them.

A crash rolls back: there is no lease to expire. `seq` is the order of insertion. Index entries of deliveries that
passed long ago stay in the way while somebody holds an old snapshot open, so the scan begins at a floor.
"""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.edge.delivery import SIGNED_FOR
from hubbub.inbound.batch import DeliveryRow
from hubbub.kit.clock import monotonic
from hubbub.organizations.database import run

LEASE = """
SELECT id, seq, received_at, platform, path_channel, body, attempts, headers ->> %(signed_for)s AS signed_for
  FROM delivery
 WHERE processed_at IS NULL AND seq >= %(floor)s AND seq > %(after)s
 ORDER BY seq
 LIMIT %(limit)s
   FOR NO KEY UPDATE SKIP LOCKED
"""
FIRST_WAITING = "SELECT min(seq) AS seq FROM delivery WHERE processed_at IS NULL"
LAST = "SELECT max(seq) AS seq FROM delivery"
RESCAN_SECONDS = 15.0
"""Longer than an insert can stay uncommitted (the edge's statement time-out is shorter)."""


@dataclass(slots=True)
class ScanFloor:
    """Where leasing begins. A rescan's result is used one rescan late, when every insert before it has committed."""

    floor: int = 0
    _next_floor: int = 0
    _rescan_at: float = 0.0

    def refresh(self) -> None:
        """Rescan when it is time."""
        if monotonic() < self._rescan_at:
            return
        self._rescan_at = monotonic() + RESCAN_SECONDS
        last = run(LAST)[0]["seq"] or 0
        waiting = run(FIRST_WAITING)[0]["seq"]
        self.floor = min(self._next_floor, waiting) if waiting is not None else self._next_floor
        self._next_floor = last if waiting is None else waiting


def lease(limit: int, *, floor: int = 0, after: int = -1) -> list[DeliveryRow]:
    """Up to `limit` deliveries that no other worker holds, oldest first. Call inside a transaction."""
    rows = run(LEASE, floor=floor, after=after, limit=limit, signed_for=SIGNED_FOR)
    return [DeliveryRow(**{**row, "body": bytes(row["body"])}) for row in rows]
