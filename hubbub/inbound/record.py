"""One row for each event, saying what became of it; counters of the channel; the deliveries are done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hubbub.connectors.events import MessageEdited
from hubbub.inbound.batch import Arrival
from hubbub.inbound.routing import Parsed
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run

EVENTS = """
INSERT INTO event (id, organization_id, received_at, channel_id, delivery_id, body_position, platform, kind, event_key,
    occurred_at, state, contact_id, conversation_id, message_id, raw, error, attempts, applied_at, milliseconds)
SELECT r.id, r.organization_id, r.received_at, r.channel_id, r.delivery_id, r.position, r.platform, r.kind, r.event_key,
       r.occurred_at, r.state, r.contact_id, r.conversation_id, r.message_id, r.raw, r.error, 1, hubbub_now(),
       greatest(extract(epoch FROM clock_timestamp() - r.received_at) * 1000, 0)
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (id uuid, organization_id uuid, received_at timestamptz,
       channel_id uuid, delivery_id uuid, position int, platform text, kind text, event_key text,
       occurred_at timestamptz, state text,
       contact_id uuid, conversation_id uuid, message_id uuid, raw jsonb, error text)
"""
REPLAYED = """
UPDATE event e SET state = r.state, error = r.error, attempts = e.attempts + 1, replay_requested_at = NULL,
       contact_id = r.contact_id, conversation_id = r.conversation_id, message_id = r.message_id, kind = r.kind,
       applied_at = hubbub_now()
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (id uuid, received_at timestamptz, state text, error text, kind text,
       contact_id uuid, conversation_id uuid, message_id uuid)
 WHERE e.id = r.id AND e.received_at = r.received_at
"""
COUNTERS = """
INSERT INTO webhook_counter AS w (id, organization_id, channel_id, hour, total_requests, successful_requests,
    failed_requests, total_milliseconds, events, messages, unknown_events, malformed_events, last_request_at,
    last_failure_at, last_failure_reason, consecutive_failures)
SELECT r.id, r.organization_id, r.channel_id, date_trunc('hour', hubbub_now()), r.requests, r.requests - r.failed,
       r.failed, r.milliseconds, r.events, r.messages, r.unknown, r.malformed, r.last_at,
       CASE WHEN r.failed > 0 THEN r.last_at END, r.reason, r.failed
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (id uuid, organization_id uuid, channel_id uuid, requests int,
       failed int, milliseconds float8, events int, messages int, unknown int, malformed int,
       last_at timestamptz, reason text)
 ORDER BY r.channel_id
    ON CONFLICT (channel_id, hour) DO UPDATE
   SET total_requests = w.total_requests + excluded.total_requests,
       successful_requests = w.successful_requests + excluded.successful_requests,
       failed_requests = w.failed_requests + excluded.failed_requests,
       total_milliseconds = w.total_milliseconds + excluded.total_milliseconds,
       events = w.events + excluded.events, messages = w.messages + excluded.messages,
       unknown_events = w.unknown_events + excluded.unknown_events,
       malformed_events = w.malformed_events + excluded.malformed_events,
       last_request_at = greatest(w.last_request_at, excluded.last_request_at),
       last_failure_at = greatest(w.last_failure_at, excluded.last_failure_at),
       last_failure_reason = coalesce(nullif(excluded.last_failure_reason, ''), w.last_failure_reason),
       consecutive_failures = CASE WHEN excluded.failed_requests > 0
            THEN w.consecutive_failures + excluded.failed_requests ELSE 0 END
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
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (id uuid, received_at timestamptz, state text, events int, unrouted int,
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


def record_counters(arrivals: Sequence[Arrival], now: datetime) -> None:
    """Add this batch to each channel's counters of the hour."""
    grouped: dict[UUID, list[Arrival]] = {}
    for arrival in arrivals:
        grouped.setdefault(arrival.channel.id, []).append(arrival)
    if grouped:
        run(COUNTERS, [_counter_row(group, now) for _, group in sorted(grouped.items())])


def _counter_row(arrivals: Sequence[Arrival], now: datetime) -> dict[str, object]:
    requests = {arrival.delivery_id: arrival.received_at for arrival in arrivals}
    failed = [arrival for arrival in arrivals if arrival.state == "dead"]
    return {
        "id": new_id(),
        "organization_id": arrivals[0].channel.organization_id,
        "channel_id": arrivals[0].channel.id,
        "requests": len(requests),
        "failed": len({arrival.delivery_id for arrival in failed}),
        "milliseconds": sum(max((now - at).total_seconds() * 1000, 0.0) for at in requests.values()),
        "events": len(arrivals),
        "messages": sum(arrival.state == "applied" and arrival.message_id is not None for arrival in arrivals),
        "unknown": sum(arrival.state == "unknown" for arrival in arrivals),
        "malformed": sum(arrival.state == "malformed" for arrival in arrivals),
        "last_at": max(requests.values()),
        "reason": failed[-1].error if failed else "",
    }


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
