"""Conversations and what may be written in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import AwareMoment, Extra, Id, Limit, PlatformName, PriorityName, Short, StatusName


class Conversation(Schema):
    id: UUID
    channel_id: UUID
    platform: PlatformName
    channel_name: str
    project_id: UUID
    contact_id: UUID | None
    contact_name: str | None
    has_contact_avatar: bool | None
    type: Literal["private", "group", "public"]
    thread_key: str
    title: str
    status: StatusName
    priority: PriorityName
    tags: list[str]
    summary: str
    metadata: Extra
    handover: Literal["flow", "ai", "human"]
    is_ai_enabled: bool
    is_auto_reply_enabled: bool
    is_standby: bool
    assigned_to_id: UUID | None
    team_id: UUID | None
    assigned_at: datetime | None
    assignment_type: str
    resolution: str
    satisfaction: float | None
    message_count: int
    inbound_count: int
    outbound_count: int
    unread_count: int
    read_through: datetime | None
    last_message_text: str
    first_message_at: datetime | None
    last_message_at: datetime | None
    last_inbound_at: datetime | None
    last_outbound_at: datetime | None
    awaiting_reply_since: datetime | None
    average_response_seconds: float | None
    closed_at: datetime | None
    archived_at: datetime | None
    created_at: datetime


class TypingIn(StrictSchema):
    is_on: bool = True


class Shown(Schema):
    """Whether the platform showed it; some cannot, and some threads not now."""

    is_shown: bool


class Way(Schema):
    way: Literal["reply", "human_agent", "feedback", "template", "comment_reply", "private_reply"]
    tag: str | None
    closes_at: datetime | None


class Ways(Schema):
    items: list[Way]


class Conversations(Schema):
    items: list[Conversation]
    next_cursor: str | None


class ConversationFilters(Schema):
    """What a list of conversations can be narrowed to."""

    limit: Limit = 50
    cursor: Annotated[str, Field(max_length=500)] | None = None
    status: StatusName | None = None
    channel_id: UUID | None = None
    project_id: UUID | None = None
    contact_id: UUID | None = None
    platform: PlatformName | None = None
    priority: PriorityName | None = None
    type: Literal["private", "group", "public"] | None = None
    handover: Literal["flow", "ai", "human"] | None = None
    assigned_to: UUID | None = None
    team_id: UUID | None = None
    is_assigned: bool | None = None
    is_unread: bool | None = None
    tag: Short | None = None
    updated_since: AwareDatetime | None = None
    name_contains: Short | None = Field(default=None, description="Part of the contact's name, in any case.")


class ConversationChange(StrictSchema):
    """Only what is given is changed."""

    priority: PriorityName | None = None
    tags: list[Short] | None = Field(default=None, max_length=100)
    assigned_to: Id | None = None
    is_unassigned: bool = False
    handover: Literal["flow", "ai", "human"] | None = None
    handover_note: Annotated[str, Field(max_length=1000)] = Field(
        default="", description="For the person who takes over; stands in `metadata.handover` while they have it."
    )
    is_auto_reply_enabled: bool | None = None


class MarkRead(StrictSchema):
    through: AwareMoment | None = Field(default=None, description="Read up to here (platform time); null: everything.")
