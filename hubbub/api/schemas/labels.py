"""Labels and tags."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema

LabelName = Annotated[str, Field(min_length=1, max_length=100)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Text = Annotated[str, Field(max_length=1000)]


class Label(Schema):
    id: UUID
    name: str
    color: str
    description: str
    count: int = Field(description="Conversations that have it, at most 1,000.")
    created_at: datetime
    updated_at: datetime


class Labels(Schema):
    items: list[Label]
    next_cursor: str | None


class NewLabel(StrictSchema):
    name: LabelName
    color: Color = "#868e96"
    description: Text = ""


class LabelChange(StrictSchema):
    """Only what is given is changed."""

    name: LabelName | None = None
    color: Color | None = None
    description: Text | None = None


class TagsChange(StrictSchema):
    add: list[LabelName] = Field(default=[], max_length=100)
    remove: list[LabelName] = Field(default=[], max_length=100)
