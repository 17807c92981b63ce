"""Words and shapes that every noun uses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, BeforeValidator, Field

from hubbub.channels.models import PLATFORMS, ChannelStatus
from hubbub.conversations.models import ConversationStatus, Priority


def _uuid(value: object) -> object:
    return UUID(value) if isinstance(value, str) else value


def _moment(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


Id = Annotated[UUID, BeforeValidator(_uuid)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
AwareMoment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Short = Annotated[str, Field(max_length=255)]
Long = Annotated[str, Field(max_length=20_000)]
Url = Annotated[str, Field(max_length=2000, pattern=r"^https?://")]
Extra = dict[str, Any]
Limit = Annotated[int, Field(ge=1, le=200)]
PlatformName = Literal["facebook", "instagram", "whatsapp", "line"]
StatusName = Literal["active", "closed", "archived"]
ChannelStatusName = Literal["pending", "connected", "needs_reconnect", "paused", "error", "suspended", "disconnected"]
PriorityName = Literal["low", "normal", "high", "urgent"]
Cursor = Annotated[str, Field(max_length=500)]

assert set(PLATFORMS) == set(PlatformName.__args__)  # type: ignore[attr-defined]
assert set(ChannelStatus.values) == set(ChannelStatusName.__args__)  # type: ignore[attr-defined]
assert set(ConversationStatus.values) == set(StatusName.__args__)  # type: ignore[attr-defined]
assert set(Priority.values) == set(PriorityName.__args__)  # type: ignore[attr-defined]


class ErrorBody(Schema):
    code: str
    sentence: str
    details: Extra = {}


class Error(Schema):
    error: ErrorBody


class Accepted(Schema):
    status: Literal["accepted"]
