"""Working hours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import Extra, Id


class Hours(Schema):
    channel_id: UUID | None = Field(description="null: of every channel that has none of its own.")
    hours: Extra = Field(description='{"time_zone": "Asia/Bangkok", "days": {"mon": [["09:00", "18:00"]]}}')
    is_open: bool = Field(description="Whether people are at work now.")


class WorkingHours(Schema):
    items: list[Hours] = Field(description="Empty: always.")
    next_cursor: str | None


class HoursIn(StrictSchema):
    channel_id: Id | None = None
    hours: dict[str, Any] | None = Field(description="null takes them away.")
