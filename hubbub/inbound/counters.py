"""Counters of a channel's webhook calls, by hour, and a warning when there are more than anybody expects."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hubbub.inbound.batch import Arrival
from hubbub.kit.ids import new_id
from hubbub.kit.logging import log_event
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent, emit
from hubbub.settings.environment import environment

logger = logging.getLogger(__name__)

COUNTERS = """
INSERT INTO webhook_counter AS w (id, organization_id, channel_id, hour, total_requests, successful_requests,
    failed_requests, total_milliseconds, events, messages, unknown_events, malformed_events, last_request_at,
    last_failure_at, last_failure_reason, consecutive_failures, minute, minute_requests)
SELECT r.id, r.organization_id, r.channel_id, date_trunc('hour', hubbub_now()), r.requests, r.requests - r.failed,
       r.failed, r.milliseconds, r.events, r.messages, r.unknown, r.malformed, r.last_at,
       CASE WHEN r.failed > 0 THEN r.last_at END, r.reason, r.failed,
       date_trunc('minute', hubbub_now()), r.requests
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, channel_id uuid, requests int,
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
            THEN w.consecutive_failures + excluded.failed_requests ELSE 0 END,
       minute = excluded.minute, minute_requests = excluded.minute_requests
            + CASE WHEN w.minute = excluded.minute THEN w.minute_requests ELSE 0 END
RETURNING w.channel_id, w.organization_id, w.total_requests AS hour, w.minute_requests AS minute
"""
WARN = """
UPDATE channel SET status_reason = %(sentence)s, last_error_at = hubbub_now(), last_error_message = %(sentence)s,
       updated_at = hubbub_now()
 WHERE id = %(channel)s
"""


def record_counters(arrivals: Sequence[Arrival], now: datetime) -> None:
    """Add this batch to each channel's counters of the hour."""
    grouped: dict[UUID, list[Arrival]] = {}
    for arrival in arrivals:
        grouped.setdefault(arrival.channel.id, []).append(arrival)
    if not grouped:
        return
    rows = {channel_id: _counter_row(group, now) for channel_id, group in sorted(grouped.items())}
    for counted in run(COUNTERS, list(rows.values())):
        _warn_of_a_flood(counted, _requests(grouped[counted["channel_id"]]))


def _counter_row(arrivals: Sequence[Arrival], now: datetime) -> dict[str, object]:
    requests = _requests(arrivals)
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


def _requests(arrivals: Sequence[Arrival]) -> dict[UUID, datetime]:
    """The webhook calls that these events came in, with their times of arrival."""
    return {arrival.delivery_id: arrival.received_at for arrival in arrivals}


def _warn_of_a_flood(counted: Mapping[str, Any], new: Mapping[UUID, datetime]) -> None:
    """Warn once a minute or hour, when the mark is passed. Signed calls are never refused."""
    settings = environment()
    marks = {"minute": settings.webhook_warn_per_minute, "hour": settings.webhook_warn_per_hour}
    for period, mark in marks.items():
        if counted[period] - len(new) < mark <= counted[period]:
            log_event(logger, logging.WARNING, "webhook_flood", channel_id=counted["channel_id"], period=period)
            run(
                WARN,
                channel=counted["channel_id"],
                sentence=f"More than {mark:,} webhook calls came in within a {period}. All of them are kept; look "
                "whether another system sends in a loop.",
            )
            emit(
                [
                    ScreenEvent(
                        organization_id=counted["organization_id"],
                        kind="channel.changed",
                        subject_id=counted["channel_id"],
                    )
                ]
            )
