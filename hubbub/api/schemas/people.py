"""Whoever asks, and their colleagues."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import Id

RoleName = Literal["owner", "admin", "manager", "agent", "viewer"]
LanguageTag = Annotated[str, Field(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,4})?)?$", max_length=10)]


class Person(Schema):
    id: UUID
    name: str
    email: str
    language: str = Field(description="Of the screens; empty: as the browser asks.")


class Business(Schema):
    id: UUID
    name: str
    slug: str


class Features(Schema):
    has_push: bool = Field(description="Whether notifications can be pushed to this person's devices.")
    has_email: bool = Field(description="Whether the installation has a mail server.")
    has_sandbox: bool = Field(description="Whether customers can be played at /sandbox.")


class Me(Schema):
    user: Person | None = Field(description="null: a machine's key asks.")
    organization: Business
    role: RoleName
    permissions: list[str]
    csrf_token: str = Field(description="To send as X-CSRFToken with every change.")
    vapid_public_key: str | None
    features: Features


class MeChange(StrictSchema):
    """Only what is given is changed."""

    name: Annotated[str, Field(min_length=1, max_length=150)] | None = None
    language: LanguageTag | None = None


class Member(Schema):
    user_id: UUID
    name: str
    email: str
    role: RoleName
    is_active: bool = Field(description="Off: may no longer sign in here.")


class Members(Schema):
    items: list[Member]
    next_cursor: str | None


class NotificationPreference(StrictSchema):
    """What one person wants to hear of a channel: of what is given to them, what mentions them, what their customers
    write."""

    channel_id: Id | None = Field(default=None, description="null: of every channel without a line of its own.")
    in_app: bool = True
    push: bool = True
    email: bool = False


class NotificationPreferences(StrictSchema):
    items: list[NotificationPreference] = Field(max_length=500)


class PushKeys(StrictSchema):
    p256dh: Annotated[str, Field(max_length=200)]
    auth: Annotated[str, Field(max_length=100)]


class NewPushSubscription(StrictSchema):
    """As the browser's `PushSubscription.toJSON()` has it."""

    endpoint: Annotated[str, Field(max_length=2000)]
    keys: PushKeys
    label: Annotated[str, Field(max_length=200)] = Field(default="", description="To recognise the device by.")


class PushSubscription(Schema):
    id: UUID
    label: str
    created_at: datetime
    used_at: datetime | None


class PushSubscriptions(Schema):
    items: list[PushSubscription]
    next_cursor: str | None
