"""Canned replies and saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import Extra, Id

Shortcut = Annotated[str, Field(min_length=1, max_length=51)]
Title = Annotated[str, Field(max_length=200)]
ReplyText = Annotated[str, Field(min_length=1, max_length=20_000)]
ViewName = Annotated[str, Field(min_length=1, max_length=100)]


class CannedReply(Schema):
    id: UUID
    shortcut: str
    title: str
    text: str
    is_shared: bool = Field(description="The team's; else your own.")
    created_at: datetime
    updated_at: datetime


class CannedReplies(Schema):
    items: list[CannedReply]
    next_cursor: str | None


class NewCannedReply(StrictSchema):
    shortcut: Shortcut = Field(description="What is typed after the slash.")
    title: Title = ""
    text: ReplyText
    is_shared: bool = False


class CannedReplyChange(StrictSchema):
    """Only what is given is changed."""

    shortcut: Shortcut | None = None
    title: Title | None = None
    text: ReplyText | None = None
    is_shared: bool | None = None


class RenderFor(StrictSchema):
    conversation_id: Id


class Rendered(Schema):
    text: str
    missing: list[str] = Field(description="Variables that nobody knows here; they are left out.")


class SavedView(Schema):
    id: UUID
    name: str
    filters: Extra = Field(description="As GET /conversations takes them.")
    is_shared: bool = Field(description="The team's; else your own.")
    created_at: datetime
    updated_at: datetime


class SavedViews(Schema):
    items: list[SavedView]
    next_cursor: str | None


class NewView(StrictSchema):
    name: ViewName
    filters: Extra = {}
    is_shared: bool = False


class ViewChange(StrictSchema):
    """Only what is given is changed; `filters` are replaced."""

    name: ViewName | None = None
    filters: Extra | None = None
    is_shared: bool | None = None
