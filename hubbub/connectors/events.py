"""The facts that a webhook can tell us, in the past tense and in our own words.

Every value is frozen and platform-free. `raw` is the event's own part of the body, as a complete body of its own
(envelope and this one item), so that parsing it again gives the same event: that is what replay does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from hubbub.kit.json import JsonValue


class MessageType(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    TEMPLATE = "template"
    INTERACTIVE = "interactive"
    """A tap: quick reply, button, list row, form answer."""
    ORDER = "order"
    SHARE = "share"
    """A post, reel, product or link shown as a card."""
    STORY_MENTION = "story_mention"
    STORY_REPLY = "story_reply"
    COMMENT = "comment"
    REACTION = "reaction"
    """Only outbound: we react to a message."""
    SYSTEM = "system"
    UNSUPPORTED = "unsupported"


class AttachmentType(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    SHARE = "share"
    TEMPLATE = "template"
    ORDER = "order"
    STORY = "story"


class ThreadType(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person as the platform names them here; `aliases` are other ids of theirs (WhatsApp: wa_id beside BSUID)."""

    external_id: str
    aliases: tuple[str, ...] = ()
    name: str | None = None
    username: str | None = None
    phone: str | None = None
    avatar_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Which conversation: private ones have an empty key; groups the group's id; comment threads "post:comment"."""

    type: ThreadType = ThreadType.PRIVATE
    key: str = ""
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentPart:
    type: AttachmentType
    url: str | None = None
    external_id: str | None = None
    """Id under which the connector can download it (WhatsApp media id, LINE message id)."""
    is_downloadable: bool = False
    """True when our media job should copy the bytes; false for locations, stories (their policy) and links."""
    mime_type: str | None = None
    size_bytes: int | None = None
    sha256_base64: str | None = None
    file_name: str | None = None
    duration_ms: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    title: str | None = None
    payload: dict[str, JsonValue] = field(default_factory=dict)
    """What is particular to the type: contact cards, order lines, sticker ids, share targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was said, normalised."""

    type: MessageType
    text: str | None = None
    attachments: tuple[AttachmentPart, ...] = ()
    reply_to_external_id: str | None = None
    postback_payload: str | None = None
    """The developer payload of a quick reply or button tap."""
    mentions: tuple[dict[str, JsonValue], ...] = ()
    extra: dict[str, JsonValue] = field(default_factory=dict)
    """Facts with a place in the normalised content: story, forwarded, album, sticker, referral, quote token …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundEvent:
    """Base of all. `address` is our account there; `event_key` is unique per account and repeats on redelivery."""

    kind: ClassVar[str]

    address: str
    event_key: str
    occurred_at: datetime | None
    """Platform time; None when the platform gives none (then the time of arrival counts)."""
    raw: dict[str, JsonValue]
    is_standby: bool = False
    """Another app owns the thread: record, never answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(InboundEvent):
    kind: ClassVar[str] = "message_received"
    sender: Party
    thread: Thread = Thread()
    external_id: str
    content: Content
    reply_token: str | None = None
    opens_window: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEchoed(InboundEvent):
    """Our account said something: we ourselves, another app, or a person in the platform's own inbox."""

    kind: ClassVar[str] = "message_echoed"
    recipient: Party
    thread: Thread = Thread()
    external_id: str
    content: Content
    app_id: str | None = None
    metadata: str | None = None
    """What we put on the send (our message id), when the platform hands it back."""
    is_by_person: bool = False
    """Known to be written by hand, in the platform's own inbox or on the phone that the number is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(InboundEvent):
    kind: ClassVar[str] = "message_edited"
    sender: Party | None = None
    thread: Thread = Thread()
    external_id: str
    """Of the message that was edited."""
    content: Content
    edit_number: int = 0
    """0 when the platform does not count; then `occurred_at` orders the edits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUnsent(InboundEvent):
    kind: ClassVar[str] = "message_unsent"
    sender: Party | None = None
    thread: Thread = Thread()
    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionChanged(InboundEvent):
    kind: ClassVar[str] = "reaction_changed"
    sender: Party
    thread: Thread = Thread()
    external_id: str
    """Of the message reacted to."""
    emoji: str
    """Empty: the reaction was taken back."""
    name: str = ""
    opens_window: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PostbackReceived(InboundEvent):
    """A tap on a button, menu, ice breaker or get-started; shown as a message of type interactive."""

    kind: ClassVar[str] = "postback_received"
    sender: Party
    thread: Thread = Thread()
    external_id: str | None = None
    title: str
    payload: str
    params: dict[str, JsonValue] = field(default_factory=dict)
    reply_token: str | None = None


class DeliveryStatus(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryUpdated(InboundEvent):
    """The platform says what became of messages that we sent, each named by its id."""

    kind: ClassVar[str] = "delivery_updated"
    external_ids: tuple[str, ...]
    status: DeliveryStatus
    recipient: Party | None = None
    thread: Thread = Thread()
    callback_data: str | None = None
    """WhatsApp's biz_opaque_callback_data: our message id."""
    error_code: str | None = None
    """ErrorCode value, with `sentence` and `platform_code`, when failed."""
    sentence: str | None = None
    platform_code: str | None = None
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadUpTo(InboundEvent):
    """Everything that we sent to this person up to a moment is delivered (or read)."""

    kind: ClassVar[str] = "read_up_to"
    recipient: Party
    thread: Thread = Thread()
    status: DeliveryStatus
    """DELIVERED or READ."""
    watermark: datetime | None = None
    external_id: str | None = None
    """Instagram names the last message read in place of a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptInChanged(InboundEvent):
    kind: ClassVar[str] = "opt_in_changed"
    sender: Party
    topic: str
    is_opted_in: bool
    token: str | None = None
    expires_at: datetime | None = None
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralReceived(InboundEvent):
    kind: ClassVar[str] = "referral_received"
    sender: Party
    ref: str | None = None
    source: str | None = None
    ad_id: str | None = None
    opens_window: bool = True
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFollowed(InboundEvent):
    """A person (LINE follow) or a group (LINE join) can now be reached."""

    kind: ClassVar[str] = "contact_followed"
    sender: Party | None = None
    thread: Thread = Thread()
    members: tuple[Party, ...] = ()
    reply_token: str | None = None
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactUnfollowed(InboundEvent):
    kind: ClassVar[str] = "contact_unfollowed"
    sender: Party | None = None
    thread: Thread = Thread()
    members: tuple[Party, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadControlChanged(InboundEvent):
    kind: ClassVar[str] = "thread_control_changed"
    sender: Party | None = None
    action: str
    """passed, taken, requested, released, roles."""
    previous_owner: str | None = None
    new_owner: str | None = None
    metadata: str | None = None
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentReceived(InboundEvent):
    """A public comment on our post; thread.key is "post:top comment"."""

    kind: ClassVar[str] = "comment_received"
    sender: Party
    thread: Thread
    external_id: str
    verb: str
    """added, edited, removed, hidden."""
    content: Content
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReceived(InboundEvent):
    kind: ClassVar[str] = "feedback_received"
    sender: Party
    score: int | None = None
    scale: str = ""
    text: str | None = None
    message_external_id: str | None = None
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateStatusChanged(InboundEvent):
    kind: ClassVar[str] = "template_status_changed"
    template_external_id: str
    name: str
    language: str
    change: str
    """status, quality, category, components."""
    value: str
    reason: str | None = None
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAlert(InboundEvent):
    """Something about our account: policy, quality, limits, review, name, calls, labels, sync."""

    kind: ClassVar[str] = "account_alert"
    topic: str
    severity: str = "info"
    """info, warning, critical."""
    sentence: str = ""
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChanged(InboundEvent):
    """The same person now has other ids (WhatsApp number or BSUID change) or linked an account with us."""

    kind: ClassVar[str] = "identity_changed"
    previous_ids: tuple[str, ...]
    current: Party
    sentence: str = ""
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactActed(InboundEvent):
    """A person did something that is no message but worth a line: beacon, video watched, membership, link, form."""

    kind: ClassVar[str] = "contact_acted"
    sender: Party | None
    thread: Thread = Thread()
    action: str
    sentence: str = ""
    reply_token: str | None = None
    opens_window: bool = False
    """A call to us on WhatsApp opens the reply window as a message does."""
    extra: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(InboundEvent):
    """Well-formed, but of a kind that we do not know yet. Kept and counted."""

    kind: ClassVar[str] = "unknown_event"
    name: str
    """What the platform calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MalformedEvent(InboundEvent):
    """Not in the shape that the platform documents. Kept and counted. `address` may be empty."""

    kind: ClassVar[str] = "malformed_event"
    problem: str
