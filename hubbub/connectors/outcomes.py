"""What a call to a platform led to. A closed vocabulary: senders decide on these, never on a platform's prose."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ErrorCode(StrEnum):
    """Every reason for which a message can fail. `docs/errors.md` explains each one."""

    THROTTLED = "throttled"
    QUOTA_EXHAUSTED = "quota_exhausted"
    WINDOW_CLOSED = "window_closed"
    CREDENTIALS_INVALID = "credentials_invalid"
    PERMISSION_MISSING = "permission_missing"
    ACCOUNT_RESTRICTED = "account_restricted"
    RECIPIENT_UNKNOWN = "recipient_unknown"
    RECIPIENT_UNREACHABLE = "recipient_unreachable"
    RECIPIENT_OPTED_OUT = "recipient_opted_out"
    CONTENT_REFUSED = "content_refused"
    MEDIA_REFUSED = "media_refused"
    MEDIA_EXPIRED = "media_expired"
    TEMPLATE_REFUSED = "template_refused"
    REPLY_TOKEN_INVALID = "reply_token_invalid"  # noqa: S105
    THREAD_NOT_OURS = "thread_not_ours"
    ALREADY_DONE = "already_done"
    PROVIDER_DOWN = "provider_down"
    ANSWER_LOST = "answer_lost"
    UNREADABLE_ANSWER = "unreadable_answer"
    UNSUPPORTED = "unsupported"
    CANCELLED = "cancelled"
    UNKNOWN_ERROR = "unknown_error"


class ChannelEffect(StrEnum):
    """What a refusal says about our whole account."""

    NONE = "none"
    NEEDS_RECONNECT = "needs_reconnect"
    """The token is dead: hold the queue, ask for reconnection, fail nothing."""
    PAUSE = "pause"
    """The platform restricts the account: hold the queue for `Rejected.pause_seconds`."""


class ContactEffect(StrEnum):
    """What a refusal says about the person."""

    NONE = "none"
    UNREACHABLE = "unreachable"
    OPTED_OUT = "opted_out"
    WINDOW_CLOSED = "window_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The platform took the message. `external_ids` are the ids of the visible bubbles, in order."""

    external_ids: tuple[str, ...] = ()
    attachment_id: str | None = None
    recipient_ids: tuple[str, ...] = ()
    """Ids under which the platform knows the recipient (WhatsApp: wa_id, BSUID), when it tells them."""
    quote_tokens: tuple[str | None, ...] = ()
    body: object = None
    """The platform's answer, for reads (profile, media URL)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Certain: nothing was delivered, and the same call would fail again."""

    code: ErrorCode
    sentence: str
    """What the agent reads."""
    admin_sentence: str = ""
    """What the admin reads, where that differs."""
    platform_code: str = ""
    """Theirs, as "code/subcode"."""
    trace_id: str = ""
    channel_effect: ChannelEffect = ChannelEffect.NONE
    contact_effect: ContactEffect = ContactEffect.NONE
    pause_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLater:
    """Certain: nothing was delivered; the same call may work after `after_seconds` (None: the sender's backoff)."""

    code: ErrorCode
    sentence: str
    after_seconds: float | None = None
    scope: str = "channel"
    """Whom the platform slows down: "channel", "recipient" or "app"."""
    platform_code: str = ""
    trace_id: str = ""
    attempts_at_most: int | None = None
    """Some errors are worth one more try only; None: the sender's own limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """The message may or may not have been delivered."""

    why: str
    code: ErrorCode = ErrorCode.ANSWER_LOST
    platform_code: str = ""
    trace_id: str = ""


Outcome = Accepted | Rejected | RetryLater | Uncertain


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much of the platform's allowance is used, in percent, as its headers tell."""

    percent: int = 0
    regain_seconds: float = 0.0
    raw: dict[str, object] = field(default_factory=dict)
