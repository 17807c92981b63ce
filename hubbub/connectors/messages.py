"""What we want to say, before a connector puts it into a platform's shape.

One `OutboundMessage` is one row of the outbox and one visible call to the platform. What a platform shows as two
bubbles (a text beside a picture on Messenger) is split into two rows when it is queued (`Capabilities.has_captions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hubbub.kit.json import JsonValue


class OutboundKind(StrEnum):
    TEXT = "text"
    MEDIA = "media"
    CARDS = "cards"
    LIST = "list"
    """Interactive list (WhatsApp); elsewhere degraded by whoever composes, never here."""
    TEMPLATE = "template"
    LOCATION = "location"
    CONTACT = "contact"
    STICKER = "sticker"
    FLEX = "flex"
    REACTION = "reaction"
    COMMENT_REPLY = "comment_reply"
    PRIVATE_REPLY = "private_reply"
    NATIVE = "native"
    """The platform's own message object, passed through after its size is checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """One file. Exactly one of `url` (public https) or `handle` (the platform's reusable id) is set when rendered."""

    type: str
    """image, video, audio, file, sticker."""
    url: str | None = None
    handle: str | None = None
    storage_key: str | None = None
    """A file in our own store: whoever sends puts a URL or a handle in its place before rendering."""
    preview_url: str | None = None
    mime_type: str | None = None
    size_bytes: int | None = None
    file_name: str | None = None
    duration_ms: int | None = None
    is_voice: bool = False
    is_reusable: bool = False
    """Sent more than once: the platform keeps it under an id of its own, where it can (`UploadsLinks`)."""


class ButtonType(StrEnum):
    URL = "url"
    POSTBACK = "postback"
    PHONE = "phone"
    SHARE_PHONE = "share_phone"
    SHARE_EMAIL = "share_email"
    SHARE_LOCATION = "share_location"
    MESSAGE = "message"
    LOGIN = "login"
    LOGOUT = "logout"
    NATIVE = "native"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    type: ButtonType
    title: str = ""
    payload: str | None = None
    """Developer payload (postback, message), or the E.164 number (phone)."""
    url: str | None = None
    image_url: str | None = None
    description: str | None = None
    native: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    title: str
    subtitle: str | None = None
    image_url: str | None = None
    default_url: str | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSection:
    title: str
    rows: tuple[Button, ...]
    """title, description, payload (row id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateUse:
    """A template that the platform has approved, by name and language, with its components filled in."""

    name: str
    language: str
    components: tuple[dict[str, JsonValue], ...] = ()
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """The content of one outbox row. `message_id` is our own id: connectors put it where the platform hands it back."""

    message_id: str
    kind: OutboundKind
    text: str | None = None
    media: tuple[Media, ...] = ()
    quick_replies: tuple[Button, ...] = ()
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    sections: tuple[ListSection, ...] = ()
    list_button: str | None = None
    header: str | None = None
    footer: str | None = None
    template: TemplateUse | None = None
    latitude: float | None = None
    longitude: float | None = None
    title: str | None = None
    address: str | None = None
    contacts: tuple[dict[str, JsonValue], ...] = ()
    sticker: dict[str, JsonValue] = field(default_factory=dict)
    reaction_to_external_id: str | None = None
    reaction_emoji: str | None = None
    """Empty string: take the reaction back."""
    reply_to_external_id: str | None = None
    reply_to_quote_token: str | None = None
    comment_external_id: str | None = None
    alt_text: str | None = None
    native: dict[str, JsonValue] = field(default_factory=dict)
    tag: str | None = None
    """Why it may go out after the window: "human_agent", "customer_feedback", "utility"."""
    is_silent: bool = False
    persona_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a channel needs to call its platform. Never logged; `repr` hides the values."""

    values: Mapping[str, str]

    def get(self, name: str) -> str:
        """The value, or an empty string."""
        return self.values.get(name, "")

    def __repr__(self) -> str:
        return f"Credentials({', '.join(sorted(self.values))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAccess:
    """Our account and where its platform lives; the base URLs are settings."""

    external_id: str
    """Page id, Instagram account id, phone-number id, LINE bot user id."""
    parent_external_id: str = ""
    """WhatsApp Business account id; the Page behind an Instagram account."""
    credentials: Credentials
    base_url: str
    data_url: str = ""
    """LINE's second host for content."""
    api_version: str = ""
    settings: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendContext:
    """Everything about the moment of sending that changes the request."""

    access: ChannelAccess
    recipient_external_id: str
    recipient_aliases: tuple[str, ...] = ()
    thread_type: str = "private"
    thread_key: str = ""
    is_window_open: bool | None = None
    """None: unknown; the platform is asked."""
    reply_token: str | None = None
    """Set only while it is young and unused."""
    retry_key: str | None = None
    """Stored before the first attempt; the same on every attempt."""
    now: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """One HTTP call, as a value. The sender adds nothing but time-outs."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    files: tuple[FilePart, ...] = ()
    purpose: str = "send"
    """send, upload, profile, media, action, probe, …: for the call log."""
    is_repeatable: bool = False
    """True when a repeat after a lost answer shows no second bubble (reads, uploads, LINE push with its retry key)."""
    uses_reply_token: bool = False
    endpoint: str = ""
    """The path with ids replaced ("/{page-id}/messages"), for the call log; never a token."""
    lane_hint: str = ""
    """Which of the platform's rate limits it counts against: "" or e.g. "media"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    name: str
    file_name: str
    """Empty: a plain field of the form, not a file."""
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiResponse:
    status: int
    headers: Mapping[str, str]
    """Lower-cased names."""
    body: bytes
    elapsed_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the platform tells of a person."""

    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    avatar_url: str | None = None
    language: str | None = None
    timezone: str | None = None
    gender: str | None = None
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInfo:
    """What the platform tells of our own account, asked when a channel is connected or probed."""

    external_id: str
    name: str
    username: str | None = None
    avatar_url: str | None = None
    url: str | None = None
    follower_count: int | None = None
    category: str | None = None
    parent_external_id: str | None = None
    quota: dict[str, JsonValue] = field(default_factory=dict)
    """What it may send, in the platform's words."""
    extra: dict[str, JsonValue] = field(default_factory=dict)
