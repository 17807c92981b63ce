"""What was done: processing, and calls to platforms."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import Cursor, Extra, Id, Limit, Short

ProcessingStatusName = Literal["queued", "processing", "completed", "failed", "cancelled"]


class ProcessingFilters(Schema):
    """What a list of processing records can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    message_id: UUID | None = None
    type: Short | None = None
    status: ProcessingStatusName | None = None


class NewProcessing(StrictSchema):
    message_id: Id
    type: Literal["ai_response", "intent_analysis", "sentiment_analysis", "translation", "moderation"]
    priority: Annotated[int, Field(ge=1, le=10)] = 5
    input: Extra = {}


class Processing(Schema):
    id: UUID
    message_id: UUID
    type: str
    priority: int
    status: ProcessingStatusName
    retry_count: int
    max_retries: int
    scheduled_for: datetime
    worker: str
    started_at: datetime | None
    completed_at: datetime | None
    duration_seconds: float | None
    input: Extra
    result: Any
    error_message: str
    created_at: datetime


class ProcessingList(Schema):
    items: list[Processing]
    next_cursor: str | None


class CallFilters(Schema):
    """What a list of platform calls can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    channel_id: UUID | None = None
    message_id: UUID | None = None
    outcome: Short | None = None


class Call(Schema):
    """One call that we made to a platform: no body, no token."""

    id: UUID
    at: datetime
    channel_id: UUID | None
    message_id: UUID | None
    platform: str
    purpose: str
    method: str
    endpoint: str
    status: int | None
    outcome: str
    code: str
    platform_code: str
    trace_id: str
    milliseconds: float | None
    usage_percent: int | None


class Calls(Schema):
    items: list[Call]
    next_cursor: str | None
