"""What was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema

from hubbub.api.schemas.common import Cursor, Limit, Short

SecurityEventKind = Literal["bad_signature", "sign_in_failed", "access_refused", "token_failed"]


class SecurityEventFilters(Schema):
    """What the list can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    kind: SecurityEventKind | None = None
    platform: Short | None = None
    subject: Short | None = None


class SecurityEvent(Schema):
    """One thing that was refused, for one account, person or key in one hour."""

    id: UUID
    organization_id: UUID | None
    hour: datetime
    kind: SecurityEventKind
    platform: str
    subject: str
    count: int
    first_at: datetime
    last_at: datetime


class SecurityEvents(Schema):
    items: list[SecurityEvent]
    next_cursor: str | None
