"""Channels, what they can do, their templates and counters."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import ChannelStatusName, Cursor, Extra, Id, Limit, PlatformName, Short


class ChannelFilters(Schema):
    """What a list of channels can be narrowed to."""

    limit: Limit = 50
    cursor: Annotated[str, Field(max_length=500)] | None = None
    project_id: UUID | None = None
    platform: PlatformName | None = None
    is_active: bool | None = None
    status: ChannelStatusName | None = None


class Channel(Schema):
    """A connected account. Credentials are never shown."""

    id: UUID
    project_id: UUID
    owner_id: UUID | None
    platform: PlatformName
    external_id: str
    parent_external_id: str
    name: str
    username: str
    url: str
    avatar_url: str
    category: str
    follower_count: int | None
    status: ChannelStatusName
    status_reason: str
    paused_until: datetime | None
    is_active: bool
    is_verified: bool
    is_subscribed: bool
    subscribed_fields: list[str]
    is_send_auto_reply: bool
    is_send_notification: bool
    auto_reply_text: str
    settings: Extra
    webhook_events: list[str]
    webhook_filters: Extra
    webhook_transformation_rules: list[Any]
    token_expires_at: datetime | None
    data_access_expires_at: datetime | None
    sync_status: Literal["idle", "syncing", "error"]
    last_sync_at: datetime | None
    quota_usage: Extra
    last_error_at: datetime | None
    last_error_message: str
    error_count: int
    connected_at: datetime | None
    created_at: datetime
    has_credentials: bool


class Channels(Schema):
    items: list[Channel]
    next_cursor: str | None


class ConnectChannel(StrictSchema):
    """`credentials` are named as GET /channels/platforms lists them."""

    platform: PlatformName
    external_id: Annotated[str, Field(min_length=1, max_length=255)]
    parent_external_id: Short = ""
    name: Short = ""
    project_id: Id | None = None
    credentials: dict[str, Annotated[str, Field(max_length=4000)]] = Field(max_length=20)
    settings: Extra = {}


class ChannelChange(StrictSchema):
    """Only what is given is changed."""

    name: Short | None = None
    is_active: bool | None = None
    is_send_auto_reply: bool | None = None
    is_send_notification: bool | None = None
    auto_reply_text: Annotated[str, Field(max_length=2000)] | None = None
    settings: Extra | None = None
    webhook_events: list[Short] | None = Field(default=None, max_length=100)
    webhook_filters: Extra | None = None
    webhook_transformation_rules: list[Extra] | None = Field(default=None, max_length=100)


class CredentialField(Schema):
    name: str
    label: str
    is_secret: bool
    is_required: bool
    help: str


class Platform(Schema):
    platform: PlatformName
    label: str
    credentials: list[CredentialField]
    capabilities: Extra


class Platforms(Schema):
    items: list[Platform]


class Capabilities(Schema):
    """What a platform can express; more fields than these, see docs/api.md."""

    version: str
    text_limit: int
    text_unit: str
    reply_window_hours: int | None


class WebhookCounter(Schema):
    hour: datetime
    total_requests: int
    successful_requests: int
    failed_requests: int
    total_milliseconds: float
    events: int
    messages: int
    unknown_events: int
    malformed_events: int
    last_request_at: datetime | None
    last_failure_at: datetime | None
    last_failure_reason: str
    consecutive_failures: int


class WebhookCounters(Schema):
    items: list[WebhookCounter]
    next_cursor: str | None


class ChannelActivity(Schema):
    channel_id: UUID
    last_in_at: datetime | None
    last_out_at: datetime | None
    requests: int = Field(description="Webhook calls in the last 24 hours.")
    messages: int = Field(description="Messages received in the last 24 hours.")
    failures: int = Field(description="Webhook calls that failed in the last 24 hours.")


class ChannelActivities(Schema):
    items: list[ChannelActivity]
    next_cursor: str | None


class WebhookAddress(Schema):
    platform: PlatformName
    url: str
    verify_token: str | None = Field(description="null: the platform asks for none.")


class WebhookSetup(Schema):
    items: list[WebhookAddress]


class ConnectionTest(Schema):
    is_ok: bool
    problem: str = Field(description="A sentence; empty when all is well.")
    account_name: str
    subscribed_fields: list[str]
    missing_fields: list[str]


class ChannelPermissions(Schema):
    """What the account's token may do. All empty where the platform knows no such thing."""

    needed: list[str] = Field(description="What Hubbub needs.")
    granted: list[str] | None = Field(description="What the platform allows; null when it could not be asked.")
    missing: list[str]
    problem: str = Field(description="Why it could not be asked, as a sentence; else empty.")


class ChannelProfile(Schema):
    """What stands on the account itself."""

    settable: list[str] = Field(description="Empty: the platform has nothing of the kind.")
    ours: Extra = Field(description="What was set here last, by name, in the platform's own form.")
    theirs: Extra | None = Field(description="What the platform has now; null when it could not be asked.")
    drift: list[str] = Field(description="Names in which the two differ.")
    problem: str = Field(description="Why the platform could not be asked.")


class ChannelProfileChange(StrictSchema):
    settings: dict[str, Any] = Field(
        min_length=1, max_length=10, description='{"get_started": {"payload": "START"}, "greeting": null}'
    )


class TemplateFilters(Schema):
    """What a list of templates can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    channel_id: UUID | None = None


class Template(Schema):
    """A message template that the platform must approve."""

    id: UUID
    channel_id: UUID
    external_id: str
    name: str
    language: str
    category: str
    status: str
    quality: str
    rejected_reason: str
    parameter_format: str
    components: list[Any]
    changed_at: datetime | None
    created_at: datetime


class Templates(Schema):
    items: list[Template]
    next_cursor: str | None
