"""One row for each event, saying what became of it; the deliveries are done."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubbub.connectors.events import MessageEdited
from hubbub.inbound.batch import Arrival
from hubbub.inbound.routing import Parsed
from hubbub.organizations.database import run

EVENTS = """
INSERT INTO event (id, organization_id, received_at, channel_id, delivery_id, body_position, platform, kind, event_key,
    occurred_at, state, contact_id, conversation_id, message_id, raw, error, attempts, applied_at, milliseconds)
SELECT r.id, r.organization_id, r.received_at, r.channel_id, r.delivery_id, r.position, r.platform, r.kind, r.event_key,
       r.occurred_at, r.state, r.contact_id, r.conversation_id, r.message_id, r.raw, r.error, 1, hubbub_now(),
       greatest(extract(epoch FROM clock_timestamp() - r.received_at) * 1000, 0)
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, received_at timestamptz,
       channel_id uuid, delivery_id uuid, position int, platform text, kind text, event_key text,
       occurred_at timestamptz, state text,
       contact_id uuid, conversation_id uuid, message_id uuid, raw jsonb, error text)
"""
REPLAYED = """
UPDATE event e SET state = r.state, error = r.error, attempts = e.attempts + 1, replay_requested_at = NULL,
       contact_id = r.contact_id, conversation_id = r.conversation_id, message_id = r.message_id, kind = r.kind,
       applied_at = hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, received_at timestamptz, state text, error text, kind text,
       contact_id uuid, conversation_id uuid, message_id uuid)
 WHERE e.id = r.id AND e.received_at = r.received_at
"""
ERASE = """
UPDATE event e SET raw = '{}' FROM message m
 WHERE m.id = ANY(%(ids)s::uuid[]) AND m.is_unsent
   AND e.organization_id = m.organization_id AND e.received_at = m.received_at AND e.message_id = m.id
"""
"""A message and the event that brought it arrived at the same moment, by which the index finds it."""
DELIVERIES = """
UPDATE delivery d SET processed_at = hubbub_now(), state = r.state, event_count = r.events,
       unrouted_count = r.unrouted, malformed_count = r.malformed, error = r.error
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, received_at timestamptz, state text, events int, unrouted int,
       malformed int, error text)
 WHERE d.id = r.id AND d.received_at = r.received_at
"""


def record_events(arrivals: Sequence[Arrival]) -> None:
    """Write what became of every event."""
    fresh = [_event_row(one) for one in arrivals if one.replayed_event_id is None]
    replayed = [_event_row(one) for one in arrivals if one.replayed_event_id is not None]
    if fresh:
        run(EVENTS, fresh)
    if replayed:
        run(REPLAYED, replayed)


def _event_row(arrival: Arrival) -> dict[str, object]:
    event = arrival.event
    return {
        "id": arrival.id,
        "organization_id": arrival.channel.organization_id,
        "received_at": arrival.received_at,
        "channel_id": arrival.channel.id,
        "delivery_id": arrival.delivery_id,
        "position": arrival.position,
        "platform": arrival.channel.platform,
        "kind": event.kind,
        "event_key": arrival.event_key,
        "occurred_at": event.occurred_at or None,
        "state": arrival.state,
        "contact_id": arrival.contact_id,
        "conversation_id": arrival.conversation_id,
        "message_id": arrival.message_id,
        "raw": {} if _is_kept_elsewhere(arrival) else event.raw,
        "error": arrival.error,
    }


def _is_kept_elsewhere(arrival: Arrival) -> bool:
    """What was said before, and edits (the message keeps them), are not kept a second time: whoever takes a message
    back has it erased, and there is one place to erase it from."""
    is_edit = isinstance(arrival.event, MessageEdited) or getattr(arrival.event, "verb", "") == "edited"
    return arrival.state == "duplicate" or (is_edit and arrival.state == "applied")


def erase_unsent(message_ids: Sequence[UUID]) -> None:
    """Of messages that were taken back, the platforms want no copy kept: their events lose what they said."""
    if message_ids:
        run(ERASE, ids=message_ids)


def finish_deliveries(parsed: Sequence[Parsed]) -> None:
    """Mark the deliveries as done; what could not be read is dead, with the reason."""
    run(
        DELIVERIES,
        [
            {
                "id": one.delivery.id,
                "received_at": one.delivery.received_at,
                "state": "dead" if one.error else "applied",
                "events": len(one.events),
                "unrouted": one.unrouted,
                "malformed": one.malformed,
                "error": one.error,
            }
            for one in parsed
        ],
    )
