"""Reading events, dead letters and raw deliveries."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of, read_cursor

EVENT_COLUMNS = """
       e.id, e.received_at, e.channel_id, e.delivery_id, e.body_position, e.platform, e.kind, e.event_key,
       e.occurred_at, e.state, e.contact_id, e.conversation_id, e.message_id, e.error, e.attempts,
       e.replay_requested_at, e.applied_at, e.milliseconds
"""
FILTERS: dict[str, str] = {
    "kind": "e.kind = %(kind)s",
    "state": "e.state = %(state)s",
    "channel_id": "e.channel_id = %(channel_id)s",
    "conversation_id": "e.conversation_id = %(conversation_id)s",
    "message_id": "e.message_id = %(message_id)s",
    "is_dead": "(e.state IN ('dead', 'malformed', 'unknown')) = %(is_dead)s",
}
"""Filter → condition; values are bound."""
EVENTS = """
SELECT {columns} FROM event e WHERE {conditions} ORDER BY e.received_at DESC, e.id DESC LIMIT %(limit)s
"""
ONE_EVENT = f"""
SELECT {EVENT_COLUMNS}, e.raw FROM event e WHERE e.organization_id = %(organization)s AND e.id = %(id)s
"""  # noqa: S608
DELIVERY_COLUMNS = """
       id, received_at, platform, path_channel, headers, edge, size_bytes, is_spooled, processed_at, state, attempts,
       event_count, unrouted_count, malformed_count, error
"""
DELIVERIES = f"""
SELECT {DELIVERY_COLUMNS} FROM delivery
 WHERE (%(platform)s::text IS NULL OR platform = %(platform)s)
   AND (%(state)s::text IS NULL OR state = %(state)s)
   AND (%(at)s::timestamptz IS NULL OR (received_at, id) < (%(at)s, %(last)s::uuid))
 ORDER BY received_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608
ONE_DELIVERY = f"SELECT {DELIVERY_COLUMNS}, body FROM delivery WHERE id = %(id)s"  # noqa: S608


def list_events(organization_id: UUID, *, limit: int, cursor: str | None, filters: Mapping[str, Any]) -> Page:
    """Received last first. `filters` has only names of `FILTERS`; None values do not count."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    conditions = ["e.organization_id = %(organization)s", *(FILTERS[name] for name in chosen)]
    if cursor:
        chosen["at"], chosen["last"] = read_cursor(cursor, 2)
        conditions.append("(e.received_at, e.id) < (%(at)s::timestamptz, %(last)s::uuid)")
    statement = EVENTS.format(columns=EVENT_COLUMNS, conditions=" AND ".join(conditions))
    rows = run(statement, organization=organization_id, limit=limit + 1, **chosen)
    return page_of(rows, limit, ("received_at", "id"))


def get_event(organization_id: UUID, event_id: UUID) -> Row:
    """One event with its own part of the body (`raw`). Raises NotFound."""
    rows = run(ONE_EVENT, organization=organization_id, id=event_id)
    if not rows:
        raise NotFound("There is no such event; they are dropped after a while.")
    return rows[0]


def list_deliveries(*, limit: int, cursor: str | None, platform: str | None, state: str | None) -> Page:
    """Raw webhook calls, newest first; empty unless the transaction is an operator's."""
    at, last = read_cursor(cursor, 2) if cursor else (None, None)
    rows = run(DELIVERIES, limit=limit + 1, platform=platform, state=state, at=at, last=last)
    return page_of(rows, limit, ("received_at", "id"))


def get_delivery(delivery_id: UUID) -> Row:
    """One raw call with its bytes (`body`, base64). Raises NotFound, also for whoever is no operator."""
    rows = run(ONE_DELIVERY, id=delivery_id)
    if not rows:
        raise NotFound("There is no such delivery; they are dropped after a while.")
    return {**rows[0], "body": base64.b64encode(bytes(rows[0]["body"])).decode()}
