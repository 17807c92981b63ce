"""API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import AwareMoment
from hubbub.api.schemas.people import RoleName


class ApiKey(Schema):
    id: UUID
    name: str
    role: RoleName
    prefix: str = Field(description="How the key begins, to recognise it by.")
    is_operator: bool
    created_by: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiKeys(Schema):
    items: list[ApiKey]
    next_cursor: str | None


class NewApiKey(StrictSchema):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: RoleName = Field(description="At most your own.")
    expires_at: AwareMoment | None = None


class MadeApiKey(ApiKey):
    key: str = Field(description="Shown this once; only its HMAC is kept.")
