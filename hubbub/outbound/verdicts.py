"""What becomes of a message after a call: a pure decision from the outcome, the attempts and the platform's abilities.

The rules for calls whose answer is lost are in docs/sending.md: never two bubbles, or an honest "unknown".
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hubbub.connectors.capabilities import Capabilities
from hubbub.connectors.outcomes import (
    Accepted,
    ChannelEffect,
    ErrorCode,
    Outcome,
    Rejected,
    RetryLater,
    Uncertain,
)
from hubbub.kit.json import JsonValue

GIVE_UP_AFTER = timedelta(hours=24)
"""Since it was queued; LINE keeps a retry key as long."""
LONGEST_BACKOFF = 300.0
SHORTEST_BACKOFF = 0.5
UNCOUNTED = frozenset({ErrorCode.THROTTLED})
"""The platform told us to wait: nothing is wrong with the message."""
OUTAGE = frozenset({ErrorCode.PROVIDER_DOWN, ErrorCode.UNREADABLE_ANSWER, ErrorCode.ANSWER_LOST})
"""Count against the channel's breaker; while it is open they do not count against the message."""


MEDIA_TROUBLE = frozenset(
    {ErrorCode.MEDIA_EXPIRED, ErrorCode.MEDIA_REFUSED, ErrorCode.CONTENT_REFUSED, ErrorCode.UNKNOWN_ERROR}
)


NEVER_ANSWERED = (
    "The platform's answer was lost, and asking again did not bring it: the message may have been delivered."
)


class Fate(StrEnum):
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WAIT = "wait"
    """Stays in `sending` until a receipt settles it or the time for that is over."""
    AGAIN = "again"
    """Back to queued, at the head of its lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One decision. `delay` in seconds, for AGAIN (until due) and WAIT (until we give up waiting)."""

    fate: Fate
    accepted: Accepted | None = None
    error: dict[str, JsonValue] | None = None
    code: str = ""
    delay: float = 0.0
    is_counted: bool = True
    """Whether this try counts against the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What the decision needs to know of the message and its call."""

    attempts: int
    """With this one."""
    queued_at: datetime
    now: datetime
    last_code: str = ""
    """Why the try before this one came to nothing; `answer_lost` also when an earlier one may have got through."""
    uses_reply_token: bool = False
    uses_cached_media: bool = False
    is_breaker_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From the settings."""

    max_retries: int
    reconcile_seconds: int


def judge(outcome: Outcome, tried: Try, capabilities: Capabilities, limits: Limits) -> Verdict:
    """The message's fate."""
    match outcome:
        case Accepted():
            return Verdict(fate=Fate.SENT, accepted=outcome)
        case Rejected():
            return _rejected(outcome, tried)
        case RetryLater():
            return _later(outcome, tried, limits)
        case Uncertain():
            return _uncertain(outcome, tried, capabilities, limits)


def judge_crashed(tried: Try, capabilities: Capabilities, limits: Limits) -> Verdict:
    """The sender died between "sending" and the answer: nobody knows how far the call came."""
    lost = Uncertain(why="The sender stopped before the platform's answer came.")
    if capabilities.reconcile == "retry_key" and not tried.uses_reply_token:
        again = RetryLater(code=ErrorCode.ANSWER_LOST, sentence=lost.why, after_seconds=0.0)
        return _later(again, tried, limits)
    return _uncertain(lost, tried, capabilities, limits)


def never_confirmed(now: datetime) -> Verdict:
    """No receipt came in time."""
    return _unknown(Uncertain(why="The platform's answer was lost, and no receipt came in its place."), now)


def _rejected(outcome: Rejected, tried: Try) -> Verdict:
    if outcome.channel_effect is not ChannelEffect.NONE:
        return Verdict(fate=Fate.AGAIN, code=_remembered(outcome.code, tried), is_counted=False)
    if outcome.code is ErrorCode.REPLY_TOKEN_INVALID and tried.uses_reply_token:
        return Verdict(fate=Fate.AGAIN, code=outcome.code.value, is_counted=False)
    if _may_be_forgotten_media(outcome, tried):
        return Verdict(fate=Fate.AGAIN, code=ErrorCode.MEDIA_EXPIRED.value)
    return Verdict(fate=Fate.FAILED, error=error_of(outcome, tried.now), code=outcome.code.value)


def _may_be_forgotten_media(outcome: Rejected, tried: Try) -> bool:
    """Not every platform says plainly that it no longer has a file: once, the file is brought there again."""
    return tried.uses_cached_media and tried.last_code != ErrorCode.MEDIA_EXPIRED and outcome.code in MEDIA_TROUBLE


def _later(outcome: RetryLater, tried: Try, limits: Limits) -> Verdict:
    is_counted = outcome.code not in UNCOUNTED and not (outcome.code in OUTAGE and tried.is_breaker_open)
    is_spent = is_counted and tried.attempts > limits.max_retries
    is_last = outcome.attempts_at_most is not None and tried.attempts >= outcome.attempts_at_most
    is_old = tried.now - tried.queued_at > GIVE_UP_AFTER
    if is_spent or is_last or is_old:
        if ErrorCode.ANSWER_LOST in (outcome.code, tried.last_code):
            return _unknown(Uncertain(why=NEVER_ANSWERED), tried.now)
        return Verdict(fate=Fate.FAILED, error=error_of(outcome, tried.now), code=outcome.code.value)
    delay = _jittered(outcome.after_seconds) if outcome.after_seconds is not None else backoff(tried.attempts)
    return Verdict(fate=Fate.AGAIN, code=_remembered(outcome.code, tried), delay=delay, is_counted=is_counted)


def _remembered(code: ErrorCode, tried: Try) -> str:
    """What the platform says of this try does not tell what became of the one whose answer was lost."""
    return ErrorCode.ANSWER_LOST.value if tried.last_code == ErrorCode.ANSWER_LOST else code.value


def _uncertain(outcome: Uncertain, tried: Try, capabilities: Capabilities, limits: Limits) -> Verdict:
    can_be_settled = capabilities.reconcile != "none" or capabilities.has_echoes
    if can_be_settled and not tried.uses_reply_token:
        return Verdict(fate=Fate.WAIT, code=outcome.code.value, delay=float(limits.reconcile_seconds))
    return _unknown(outcome, tried.now)


def _unknown(outcome: Uncertain, now: datetime) -> Verdict:
    return Verdict(fate=Fate.UNKNOWN, error=error_of(outcome, now), code=outcome.code.value)


def backoff(attempts: int) -> float:
    """Full jitter: anything between a little and twice as much with every attempt."""
    most = min(LONGEST_BACKOFF, 2.0 ** min(attempts, 10))
    return random.uniform(SHORTEST_BACKOFF, most)  # noqa: S311 - spreads load, hides nothing


def _jittered(seconds: float) -> float:
    """Not all at the same moment; never earlier than asked."""
    return seconds + random.uniform(0.0, min(seconds * 0.2, 10.0))  # noqa: S311


def error_of(outcome: Rejected | RetryLater | Uncertain, now: datetime) -> dict[str, JsonValue]:
    """What the message keeps, for agents and admins."""
    sentence = outcome.why if isinstance(outcome, Uncertain) else outcome.sentence
    return {
        "code": outcome.code.value,
        "sentence": sentence,
        "admin_sentence": outcome.admin_sentence if isinstance(outcome, Rejected) else "",
        "platform_code": outcome.platform_code,
        "trace_id": outcome.trace_id,
        "at": now.isoformat(),
    }
