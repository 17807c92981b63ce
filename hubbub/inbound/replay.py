"""Events that a person asked to apply again: `raw` is parsed anew, by today's connector."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from hubbub.connectors.registry import CONNECTORS
from hubbub.inbound.batch import Arrival
from hubbub.inbound.pipeline import apply_arrivals
from hubbub.inbound.routing import arrival_again, find_channels
from hubbub.kit.json import dumps
from hubbub.organizations.database import Row, run

REQUESTED = """
SELECT id, received_at, delivery_id, platform, raw, event_key, body_position, state FROM event
 WHERE replay_requested_at IS NOT NULL ORDER BY replay_requested_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
"""
FAIL = """
UPDATE event SET replay_requested_at = NULL, attempts = attempts + 1, error = %(error)s
 WHERE id = %(id)s AND received_at = %(received_at)s
"""
FORGET = "DELETE FROM event_seen WHERE channel_id = %(channel_id)s AND event_key = %(event_key)s"
WITHOUT_EFFECT = frozenset({"dead", "unknown", "malformed", "ignored"})
"""Only these had no effect before; the others are applied again through the dedupe, which makes them duplicates."""


def replay_requested(limit: int = 50) -> int:
    """Apply what was asked for, each on its own; returns how many there were."""
    with transaction.atomic():
        rows = run(REQUESTED, limit=limit)
        for row in rows:
            _replay(row)
    return len(rows)


def _replay(row: Row) -> None:
    arrival = _arrival(row)
    if arrival is None:
        run(FAIL, id=row["id"], received_at=row["received_at"], error="It no longer names a channel of ours.")
        return
    if row["state"] in WITHOUT_EFFECT:
        run(FORGET, channel_id=arrival.channel.id, event_key=arrival.event_key)
    run("SET CONSTRAINTS ALL DEFERRED")  # the one before it left them immediate
    apply_arrivals([arrival])


def _arrival(row: Row) -> Arrival | None:
    events = CONNECTORS[row["platform"]].parse(dumps(row["raw"]))
    channels = find_channels((row["platform"], event.address) for event in events)
    for event in events:
        channel = channels.get((row["platform"], event.address))
        if channel is not None:
            arrival = arrival_again(
                event_id=UUID(str(row["id"])),
                delivery_id=row["delivery_id"],
                received_at=row["received_at"],
                event=event,
                channel=channel,
            )
            arrival.position = row["body_position"]
            return arrival
    return None
