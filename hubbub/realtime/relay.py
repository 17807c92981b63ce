"""Numbers the events for people's screens: committed rows get their organisation's next numbers, in order.

One relay works at a time (an advisory lock on its connection); others wait to take over. A transaction that commits
late is numbered late, never skipped.
"""

from __future__ import annotations

import logging
from threading import Event

from django.db import Error, connection, transaction

from hubbub.kit.logging import log_event
from hubbub.organizations.database import run as execute

logger = logging.getLogger(__name__)

LOCK_KEY = 0x48554242_52454C41
"""Advisory lock "HUBBRELA"."""
CHANNEL = "hubbub_realtime"
BATCH = 2000
IDLE_SECONDS = 0.05
WAIT_FOR_TURN_SECONDS = 0.5

TAKE_TURN = "SELECT pg_try_advisory_lock(%(key)s) AS mine"
STAMP = """
WITH fresh AS MATERIALIZED (
    SELECT id, created_at, organization_id,
           row_number() OVER (PARTITION BY organization_id ORDER BY created_at, id) AS n
      FROM (SELECT id, created_at, organization_id FROM realtime_event
             WHERE seq IS NULL AND created_at >= %(floor)s::timestamptz
             ORDER BY created_at, id LIMIT %(limit)s) oldest
), counted AS (
    INSERT INTO realtime_sequence AS s (organization_id, last_seq)
    SELECT organization_id, max(n) FROM fresh GROUP BY organization_id ORDER BY organization_id
        ON CONFLICT (organization_id) DO UPDATE SET last_seq = s.last_seq + excluded.last_seq
    RETURNING s.organization_id, s.last_seq
), stamped AS (
    UPDATE realtime_event e SET seq = c.last_seq - f.total + f.n
      FROM (SELECT *, max(n) OVER (PARTITION BY organization_id) AS total FROM fresh) f
      JOIN counted c ON c.organization_id = f.organization_id
     WHERE e.id = f.id AND e.created_at = f.created_at
    RETURNING 1
)
SELECT count(*) AS stamped FROM stamped
"""
OLDEST = (
    "SELECT coalesce(min(created_at), hubbub_now()) - interval '10 minutes' AS at FROM realtime_event WHERE seq IS NULL"
)
RESCAN_TURNS = 200


def run(stop: Event) -> None:
    """Work until `stop` is set. When the connection is lost, so is the turn; it is taken again."""
    while not stop.is_set():
        try:
            _take_turn(stop)
            _relay(stop)
        except Error as failure:
            log_event(logger, logging.WARNING, "relay_interrupted", error=failure)
            connection.close()
            stop.wait(WAIT_FOR_TURN_SECONDS)


def _take_turn(stop: Event) -> None:
    while not stop.is_set() and not execute(TAKE_TURN, key=LOCK_KEY)[0]["mine"]:
        stop.wait(WAIT_FOR_TURN_SECONDS)


def _relay(stop: Event) -> None:
    turn, floor = 0, "-infinity"
    while not stop.is_set():
        if turn % RESCAN_TURNS == 0:
            floor = execute(OLDEST)[0]["at"]
        turn += 1
        if not stamp(floor=floor):
            stop.wait(IDLE_SECONDS)


def stamp(limit: int = BATCH, *, floor: object = "-infinity") -> int:
    """Number up to `limit` committed events; wakes the web nodes once. Returns how many there were."""
    with transaction.atomic():
        stamped: int = execute(STAMP, limit=limit, floor=floor)[0]["stamped"]
        if stamped:
            execute(f"NOTIFY {CHANNEL}")
    return stamped
