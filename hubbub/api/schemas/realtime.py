"""What screens hear."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.schemas.common import Extra


class Since(Schema):
    """From where on."""

    since: int | None = Field(
        default=None, ge=0, le=2**63 - 1, description="The last number that you know. Left out: only where to begin."
    )


class ScreenEvent(Schema):
    seq: int
    created_at: datetime
    kind: str
    subject_id: UUID
    conversation_id: UUID | None
    data: Extra


class ScreenEvents(Schema):
    events: list[ScreenEvent]
    last_seq: int
    is_reset: bool = Field(description="Too much was missed: fetch everything afresh, go on from `last_seq`.")
