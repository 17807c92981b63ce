"""Events and raw deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.schemas.common import Cursor, Extra, Limit, PlatformName, Short
from hubbub.inbound.models import EventState

EventStateName = Literal["applied", "duplicate", "ignored", "unknown", "malformed", "dead", "cancelled"]
assert set(EventState.values) == set(EventStateName.__args__)  # type: ignore[attr-defined]


class EventFilters(Schema):
    """What a list of events can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    kind: Short | None = None
    state: EventStateName | None = None
    is_dead: bool | None = Field(default=None, description="true: dead letters only (dead, malformed, unknown).")
    channel_id: UUID | None = None
    conversation_id: UUID | None = None
    message_id: UUID | None = None


class Event(Schema):
    id: UUID
    received_at: datetime
    channel_id: UUID
    delivery_id: UUID
    body_position: int
    platform: PlatformName
    kind: str
    event_key: str
    occurred_at: datetime | None
    state: EventStateName
    contact_id: UUID | None
    conversation_id: UUID | None
    message_id: UUID | None
    error: str
    attempts: int
    replay_requested_at: datetime | None
    applied_at: datetime | None
    milliseconds: float | None


class EventDetail(Event):
    raw: Any = Field(description="The platform's own words: this tenant's part of the delivery.")


class Events(Schema):
    items: list[Event]
    next_cursor: str | None


class DeliveryFilters(Schema):
    """What a list of raw deliveries can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    platform: PlatformName | None = None
    state: Literal["received", "applied", "dead"] | None = None


class Delivery(Schema):
    id: UUID
    received_at: datetime
    platform: str
    path_channel: str | None
    headers: Extra
    edge: str
    size_bytes: int
    is_spooled: bool
    processed_at: datetime | None
    state: Literal["received", "applied", "dead"]
    attempts: int
    event_count: int
    unrouted_count: int
    malformed_count: int
    error: str


class DeliveryDetail(Delivery):
    body: str = Field(description="The exact bytes, in base64.")


class Deliveries(Schema):
    items: list[Delivery]
    next_cursor: str | None
