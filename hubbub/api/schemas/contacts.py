"""People, their identities, and suggestions to merge them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import Cursor, Extra, Id, Limit, PlatformName, Short
from hubbub.api.schemas.conversations import Conversation
from hubbub.api.schemas.messages import Message
from hubbub.api.schemas.notes import Note


class ContactFilters(Schema):
    """What a list of contacts can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    name_contains: Short | None = None
    channel_id: UUID | None = None
    is_blocked: bool | None = None


class Contact(Schema):
    id: UUID
    name: str
    is_name_given: bool
    avatar_url: str | None = Field(description="On our server, signed; null while there is no picture.")
    language: str
    timezone: str
    has_email: bool
    has_phone: bool
    is_email_verified: bool
    is_phone_verified: bool
    attributes: Extra
    merged_into_id: UUID | None
    is_blocked: bool
    platforms: list[PlatformName]
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    created_at: datetime


class Identity(Schema):
    """That person on one channel."""

    id: UUID
    channel_id: UUID
    platform: PlatformName
    channel_name: str
    home_contact_id: UUID
    external_id: str
    username: str
    display_name: str
    is_reachable: bool
    unreachable_reason: str
    is_standby: bool
    window_opened_at: datetime | None
    opt_ins: Extra
    referral: Extra
    profile: Extra
    profile_state: str
    profile_fetched_at: datetime | None
    first_seen_at: datetime | None
    last_seen_at: datetime | None


class NamedContact(Schema):
    id: UUID
    name: str


class ContactDetail(Contact):
    email: str | None
    phone: str | None
    identities: list[Identity]
    merged_from: list[NamedContact]


class Contacts(Schema):
    items: list[Contact]
    next_cursor: str | None


class ContactChange(StrictSchema):
    """Only what is given is changed; null empties e-mail and phone."""

    name: Short | None = None
    language: Annotated[str, Field(max_length=20)] | None = None
    timezone: Annotated[str, Field(max_length=60)] | None = None
    email: Short | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    is_email_verified: bool | None = None
    is_phone_verified: bool | None = None
    attributes: Extra | None = None
    is_blocked: bool | None = None


class OtherContact(StrictSchema):
    contact_id: Id


class Suggestion(Schema):
    id: UUID
    reason: Literal["phone", "email"]
    state: Literal["open"]
    created_at: datetime
    contact_id: UUID
    contact_name: str
    other_id: UUID
    other_name: str


class Suggestions(Schema):
    items: list[Suggestion]
    next_cursor: str | None


class ContactExport(Schema):
    contact: ContactDetail
    conversations: list[Conversation]
    messages: list[Message]
    leads: list[Extra] = Field(description="As GET /leads shows them.")
    notes: list[Note] = Field(description="What the team wrote about them.")
