"""Notes, mentions and activity."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import Extra, Id


class Author(Schema):
    user_id: UUID | None = Field(description="null: a machine's key, or somebody who is gone.")
    name: str


class Note(Schema):
    id: UUID
    conversation_id: UUID
    author: Author
    text: str
    mentions: list[UUID] = Field(description="User ids.")
    created_at: datetime


class Notes(Schema):
    items: list[Note]
    next_cursor: str | None


class NewNote(StrictSchema):
    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    mentions: list[Id] = Field(default=[], max_length=50, description="User ids of members.")


class Actor(Schema):
    type: Literal["user", "api_key", "flow", "customer", "system"]
    id: UUID | None
    name: str | None


class ActivityLine(Schema):
    id: UUID
    at: datetime
    kind: str = Field(description="closed, reopened, assigned, tags_changed, snoozed, flow_started, …: docs/desk.md.")
    actor: Actor
    data: Extra


class Activity(Schema):
    items: list[ActivityLine]
    next_cursor: str | None
