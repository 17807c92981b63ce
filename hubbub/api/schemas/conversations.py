"""Conversations and what may be written in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import (
    AwareMoment,
    ErrorBody,
    Extra,
    Id,
    Limit,
    PlatformName,
    PriorityName,
    Short,
    StatusName,
)


class LastMessage(Schema):
    """Whose the last word is, and what kind of word; `last_message_text` has its text."""

    type: str
    author_type: Literal["customer", "ai", "flow", "human", "system"]
    author_user_id: UUID | None
    author_name: str
    is_unsent: bool


class Conversation(Schema):
    id: UUID
    channel_id: UUID
    platform: PlatformName
    channel_name: str
    project_id: UUID
    contact_id: UUID | None
    contact_name: str | None
    contact_avatar_url: str | None = Field(
        description="On our server, signed, valid for a day at least; null while there is no picture."
    )
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
    is_snoozed: bool
    snoozed_until: datetime | None = Field(description="null while it is snoozed: until the customer writes.")
    last_message: LastMessage | None


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
    """What a list of conversations can be narrowed to, and its order."""

    limit: Limit = 50
    sort: Literal["recent", "waiting", "priority"] = Field(
        default="recent",
        description="recent: newest activity first; waiting: open ones in which a customer waits, the longest first;"
        " priority: open ones, the most urgent first.",
    )
    cursor: Annotated[str, Field(max_length=500)] | None = None
    status: StatusName | None = None
    channel_id: UUID | None = None
    project_id: UUID | None = None
    contact_id: UUID | None = None
    platform: PlatformName | None = None
    priority: PriorityName | None = None
    type: Literal["private", "group", "public"] | None = None
    handover: Literal["flow", "ai", "human"] | None = None
    assigned_to: Literal["me"] | UUID | None = None
    team_id: UUID | None = None
    is_assigned: bool | None = None
    is_unread: bool | None = None
    tag: Short | None = None
    label: Short | None = Field(default=None, description="As `tag`: a label is a tag that the team agreed on.")
    mentions: Literal["me", "unseen"] | None = Field(
        default=None, description="me: in which a note mentions you; unseen: and you have not looked."
    )
    is_snoozed: bool | None = Field(default=None, description="Left out: only those that are not.")
    with_snoozed: bool = Field(default=False, description="Snoozed ones too. Always so with `contact_id`.")
    window: Literal["open", "closing", "closed"] | None = Field(
        default=None, description="Whether a free reply is possible; closing: for less than two hours more."
    )
    updated_since: AwareMoment | None = None
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


class Counts(Schema):
    """Each at most 1,000, which means: that many or more."""

    mine: int
    unassigned: int
    all: int
    mentions: int = Field(description="With a note that mentions you and that you have not seen.")
    snoozed: int
    archived: int
    by_channel: dict[str, int] = Field(
        description="Channel id → open conversations; channels without any are left out."
    )
    saved_views: dict[str, int]


class SnoozeIn(StrictSchema):
    """Exactly one of the two. The customer's next message ends it in any case."""

    until: AwareMoment | None = None
    until_reply: bool = False


class BulkChange(StrictSchema):
    ids: list[Id] = Field(min_length=1, max_length=200)
    action: Literal[
        "assign",
        "label",
        "unlabel",
        "snooze",
        "unsnooze",
        "close",
        "archive",
        "reopen",
        "priority",
        "read",
        "unread",
    ]
    value: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="assign: a user id, null: nobody; label, unlabel: its name; priority: its name; snooze: a moment,"
        " null: until the customer writes. The others take none.",
    )


class BulkResult(Schema):
    id: UUID
    is_ok: bool
    error: ErrorBody | None


class BulkResults(Schema):
    items: list[BulkResult]


class MarkRead(StrictSchema):
    through: AwareMoment | None = Field(default=None, description="Read up to here (platform time); null: everything.")
