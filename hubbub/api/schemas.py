"""What comes in and goes out, as the OpenAPI document shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, BeforeValidator, Field

from hubbub.api.router import StrictSchema
from hubbub.channels.models import PLATFORMS, ChannelStatus
from hubbub.connectors.messages import ButtonType, OutboundKind
from hubbub.conversations.models import ConversationStatus, MessageStatus, Priority
from hubbub.inbound.models import EventState


def _uuid(value: object) -> object:
    return UUID(value) if isinstance(value, str) else value


def _moment(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


Id = Annotated[UUID, BeforeValidator(_uuid)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
AwareMoment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Short = Annotated[str, Field(max_length=255)]
Long = Annotated[str, Field(max_length=20_000)]
Url = Annotated[str, Field(max_length=2000, pattern=r"^https?://")]
Extra = dict[str, Any]
Limit = Annotated[int, Field(ge=1, le=200)]
PlatformName = Literal["facebook", "instagram", "whatsapp", "line"]
StatusName = Literal["active", "closed", "archived"]
ChannelStatusName = Literal["pending", "connected", "needs_reconnect", "paused", "error", "suspended", "disconnected"]
PriorityName = Literal["low", "normal", "high", "urgent"]

assert set(PLATFORMS) == set(PlatformName.__args__)  # type: ignore[attr-defined]
assert set(ChannelStatus.values) == set(ChannelStatusName.__args__)  # type: ignore[attr-defined]
assert set(ConversationStatus.values) == set(StatusName.__args__)  # type: ignore[attr-defined]
assert set(Priority.values) == set(PriorityName.__args__)  # type: ignore[attr-defined]


class ErrorBody(Schema):
    code: str
    sentence: str
    details: Extra = {}


class Error(Schema):
    error: ErrorBody


class Attachment(Schema):
    id: UUID
    type: str
    url: str | None = Field(description="On our server, signed, valid for 15 minutes; null until the copy is stored.")
    state: str = Field(description="none, pending, stored, refused, gone, failed")
    state_reason: str = ""
    mime_type: str = ""
    size_bytes: int | None = None
    file_name: str = ""
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    title: str = ""
    payload: Extra = {}


class Reaction(Schema):
    actor: str
    emoji: str
    name: str
    reacted_at: datetime


class Message(Schema):
    id: UUID
    conversation_id: UUID
    channel_id: UUID
    contact_id: UUID | None
    external_id: str | None
    client_id: str | None
    direction: Literal["inbound", "outbound"]
    author_type: Literal["customer", "ai", "flow", "human", "system"]
    author_user_id: UUID | None
    author_name: str
    type: str
    text: str
    content: Extra
    attachments: list[Attachment]
    status: Literal["received", "queued", "sending", "sent", "delivered", "read", "failed", "unknown"]
    visibility: Literal["visible", "hidden", "deleted"]
    occurred_at: datetime
    received_at: datetime | None
    processed_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    reply_to: Extra | None = Field(description='{"id", "external_id"} of the message that this one answers.')
    response_to_id: UUID | None
    response_type: str
    is_replied: bool
    reactions: list[Reaction]
    is_edited: bool
    edit_number: int
    edited_at: datetime | None
    is_unsent: bool
    unsent_at: datetime | None
    mentions: list[Any]
    hashtags: list[str]
    error: Extra | None = Field(description='{"code", "sentence", …} when it failed or its fate is unknown.')
    template_id: UUID | None


assert set(MessageStatus.values) == set(Message.model_fields["status"].annotation.__args__)  # type: ignore[union-attr]


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


class Edit(Schema):
    edit_number: int
    edited_at: datetime
    text: str


class Edits(Schema):
    items: list[Edit]
    next_cursor: str | None


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


class Upload(Schema):
    upload_id: str
    mime_type: str
    size_bytes: int
    file_name: str


class Messages(Schema):
    items: list[Message]
    next_cursor: str | None


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


class ButtonIn(StrictSchema):
    type: Literal[tuple(ButtonType)] = Field(description="What a tap does.")  # type: ignore[valid-type]
    title: Short = ""
    payload: Annotated[str, Field(max_length=1000)] | None = None
    url: Url | None = None
    image_url: Url | None = None
    description: Short | None = None
    native: Extra = Field(default={}, description="The platform's own action, for type native.")


class MediaIn(StrictSchema):
    """A file by public URL, or one that was uploaded (`upload_id` from POST /uploads)."""

    type: Literal["image", "video", "audio", "file", "sticker"]
    url: Url | None = None
    upload_id: Annotated[str, Field(max_length=1000)] | None = None
    preview_url: Url | None = None
    mime_type: Short | None = None
    file_name: Short | None = None
    duration_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    is_voice: bool = False


class CardIn(StrictSchema):
    title: Short
    subtitle: Short | None = None
    image_url: Url | None = None
    default_url: Url | None = None
    buttons: list[ButtonIn] = Field(default=[], max_length=10)


class SectionIn(StrictSchema):
    title: Short
    rows: list[ButtonIn] = Field(max_length=20)


class TemplateIn(StrictSchema):
    name: Annotated[str, Field(max_length=512)]
    language: Annotated[str, Field(max_length=20)]
    components: list[Extra] = Field(default=[], max_length=20)
    category: Short = ""


class SendMessage(StrictSchema):
    """One bubble. `kind` says which fields count; what the platform cannot express is refused with a sentence."""

    kind: Literal[tuple(str(kind) for kind in OutboundKind)] = "text"  # type: ignore[valid-type]
    client_id: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Yours. The same id again returns the same message and sends nothing twice."
    )
    text: Long | None = None
    reply_to: Id | None = Field(default=None, description="The message that this one quotes.")
    media: list[MediaIn] = Field(default=[], max_length=10)
    quick_replies: list[ButtonIn] = Field(default=[], max_length=20)
    buttons: list[ButtonIn] = Field(default=[], max_length=20)
    cards: list[CardIn] = Field(default=[], max_length=20)
    sections: list[SectionIn] = Field(default=[], max_length=20)
    list_button: Short | None = None
    header: Short | None = None
    footer: Short | None = None
    template: TemplateIn | None = None
    latitude: Annotated[float, Field(ge=-90, le=90, strict=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, strict=False)] | None = None
    title: Short | None = None
    address: Short | None = None
    contacts: list[Extra] = Field(default=[], max_length=20)
    sticker: Extra = {}
    reaction_to: Id | None = Field(default=None, description="The message to react to.")
    reaction_emoji: Annotated[str, Field(max_length=64)] | None = None
    comment_of: Id | None = Field(default=None, description="The comment to answer, publicly or privately.")
    alt_text: Annotated[str, Field(max_length=1500)] | None = None
    native: Extra = {}
    tag: Literal["human_agent", "customer_feedback", "utility"] | None = None
    send_at: AwareMoment | None = Field(default=None, description="Not before; it takes its place in the order then.")
    is_silent: bool = False
    persona_id: Short | None = None


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


Cursor = Annotated[str, Field(max_length=500)]


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


EventStateName = Literal["applied", "duplicate", "ignored", "unknown", "malformed", "dead", "cancelled"]
assert set(EventState.values) == set(EventStateName.__args__)  # type: ignore[attr-defined]


class EventFilters(Schema):
    """What a list of events can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    kind: Short | None = None
    state: EventStateName | None = None
    is_dead: bool | None = Field(default=None, description="true: dead letters only (dead, malformed, unknown).")
    channel_id: UUID | None = None
    conversation_id: UUID | None = None
    message_id: UUID | None = None


class Event(Schema):
    id: UUID
    received_at: datetime
    channel_id: UUID
    delivery_id: UUID
    body_position: int
    platform: PlatformName
    kind: str
    event_key: str
    occurred_at: datetime | None
    state: EventStateName
    contact_id: UUID | None
    conversation_id: UUID | None
    message_id: UUID | None
    error: str
    attempts: int
    replay_requested_at: datetime | None
    applied_at: datetime | None
    milliseconds: float | None


class EventDetail(Event):
    raw: Any = Field(description="The platform's own words: this tenant's part of the delivery.")


class Events(Schema):
    items: list[Event]
    next_cursor: str | None


class DeliveryFilters(Schema):
    """What a list of raw deliveries can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    platform: PlatformName | None = None
    state: Literal["received", "applied", "dead"] | None = None


class Delivery(Schema):
    id: UUID
    received_at: datetime
    platform: str
    path_channel: str | None
    headers: Extra
    edge: str
    size_bytes: int
    is_spooled: bool
    processed_at: datetime | None
    state: Literal["received", "applied", "dead"]
    attempts: int
    event_count: int
    unrouted_count: int
    malformed_count: int
    error: str


class DeliveryDetail(Delivery):
    body: str = Field(description="The exact bytes, in base64.")


class Deliveries(Schema):
    items: list[Delivery]
    next_cursor: str | None


ProcessingStatusName = Literal["queued", "processing", "completed", "failed", "cancelled"]


class ProcessingFilters(Schema):
    """What a list of processing records can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    message_id: UUID | None = None
    type: Short | None = None
    status: ProcessingStatusName | None = None


class NewProcessing(StrictSchema):
    message_id: Id
    type: Literal["ai_response", "intent_analysis", "sentiment_analysis", "translation", "moderation"]
    priority: Annotated[int, Field(ge=1, le=10)] = 5
    input: Extra = {}


class Processing(Schema):
    id: UUID
    message_id: UUID
    type: str
    priority: int
    status: ProcessingStatusName
    retry_count: int
    max_retries: int
    scheduled_for: datetime
    worker: str
    started_at: datetime | None
    completed_at: datetime | None
    duration_seconds: float | None
    input: Extra
    result: Any
    error_message: str
    created_at: datetime


class ProcessingList(Schema):
    items: list[Processing]
    next_cursor: str | None


class CallFilters(Schema):
    """What a list of platform calls can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    channel_id: UUID | None = None
    message_id: UUID | None = None
    outcome: Short | None = None


class Call(Schema):
    """One call that we made to a platform: no body, no token."""

    id: UUID
    at: datetime
    channel_id: UUID | None
    message_id: UUID | None
    platform: str
    purpose: str
    method: str
    endpoint: str
    status: int | None
    outcome: str
    code: str
    platform_code: str
    trace_id: str
    milliseconds: float | None
    usage_percent: int | None


class Calls(Schema):
    items: list[Call]
    next_cursor: str | None


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


class Accepted(Schema):
    status: Literal["accepted"]
