"""Conversations in the archive."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema

from hubbub.api.schemas.common import Limit, PlatformName


class ArchivedConversation(Schema):
    id: UUID
    channel_id: UUID
    platform: PlatformName
    channel_name: str
    contact_id: UUID | None
    contact_name: str | None
    type: Literal["private", "group", "public"]
    status: Literal["closed", "archived"]
    title: str
    message_count: int
    last_message_text: str
    last_message_at: datetime | None
    moved_at: datetime


class ArchivedConversations(Schema):
    items: list[ArchivedConversation]
    next_cursor: str | None


class ArchiveFilters(Schema):
    """What the list can be narrowed to."""

    limit: Limit = 50
    cursor: str | None = None
    channel_id: UUID | None = None
    contact_id: UUID | None = None
