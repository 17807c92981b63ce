"""What may be sent now: one dated table a platform, read from the top; the first row that fits decides.

The window is counted from the person's last act that opens it (`contact_identity.window_opened_at`). Unknown (None)
counts as open: then the platform is asked, and its refusal closes the window.
Sources: https://developers.facebook.com/docs/messenger-platform/policy/ (2026-09-28),
https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api,
https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.errors import Unsendable


class Way(StrEnum):
    """Why a message may go out."""

    REPLY = "reply"
    HUMAN_AGENT = "human_agent"
    FEEDBACK = "feedback"
    TEMPLATE = "template"
    COMMENT_REPLY = "comment_reply"
    PRIVATE_REPLY = "private_reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way to send."""

    way: Way
    hours: float | None = None
    """After the person's last act; None: always."""
    kinds: frozenset[OutboundKind] | None = None
    """None: every kind that is for a private thread."""
    tag: str | None = None
    """What the platform must be told; it takes the place of whatever tag the author gave."""
    needs_tag: bool = False
    """Only for messages that their author gave the tag."""
    people_only: bool = False
    as_of: date = date(2026, 11, 1)


TEMPLATES = frozenset({OutboundKind.TEMPLATE})
COMMENTS = frozenset({OutboundKind.COMMENT_REPLY})
PRIVATE_REPLIES = frozenset({OutboundKind.PRIVATE_REPLY})
FEEDBACK = frozenset({OutboundKind.NATIVE})
DAY, WEEK = 24.0, 7 * 24.0
PUBLIC = (Rule(way=Way.COMMENT_REPLY, kinds=COMMENTS), Rule(way=Way.PRIVATE_REPLY, kinds=PRIVATE_REPLIES, hours=WEEK))
"""Hours of a private reply count from the comment."""

RULES: dict[str, tuple[Rule, ...]] = {
    "facebook": (
        *PUBLIC,
        Rule(way=Way.FEEDBACK, kinds=FEEDBACK, hours=WEEK, tag="customer_feedback", needs_tag=True),
        Rule(way=Way.TEMPLATE, kinds=TEMPLATES, tag="utility"),
        Rule(way=Way.REPLY, hours=DAY),
        Rule(way=Way.HUMAN_AGENT, hours=WEEK, tag="human_agent", people_only=True),
    ),
    "instagram": (
        *PUBLIC,
        Rule(way=Way.REPLY, hours=DAY),
        Rule(way=Way.HUMAN_AGENT, hours=WEEK, tag="human_agent", people_only=True),
    ),
    "whatsapp": (Rule(way=Way.TEMPLATE, kinds=TEMPLATES), Rule(way=Way.REPLY, hours=DAY)),
    "line": (Rule(way=Way.REPLY),),
}
DEAD_TAGS = frozenset({"confirmed_event_update", "account_update", "post_purchase_update"})
"""Messenger refuses them since 2026-04-27."""
PUBLIC_KINDS = COMMENTS | PRIVATE_REPLIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the table needs to know of a conversation."""

    platform: str
    author_type: str
    """human, flow, ai, system."""
    now: datetime
    window_opened_at: datetime | None = None
    commented_at: datetime | None = None
    """Platform time of the comment that a private reply answers."""
    thread_type: str = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A way that is open, until when, and the tag that it needs."""

    way: Way
    tag: str | None = None
    closes_at: datetime | None = None


def decide(situation: Situation, message: OutboundMessage) -> Permit:
    """The first way that is open for this message. Raises Unsendable with what to do instead."""
    if message.tag in DEAD_TAGS:
        raise Unsendable(
            "Facebook removed this message tag in April 2026. Use a utility template instead.",
            code=ErrorCode.UNSUPPORTED.value,
        )
    for rule in RULES[situation.platform]:
        if _fits(rule, message) and _is_allowed(rule, situation):
            return Permit(way=rule.way, tag=rule.tag, closes_at=_closes_at(rule, situation))
    raise Unsendable(_why_not(situation, message), code=ErrorCode.WINDOW_CLOSED.value)


def permits(situation: Situation) -> list[Permit]:
    """Every way that is open now: what the composer shows. Empty: nothing can be sent."""
    is_public = situation.thread_type == "public"
    return [
        Permit(way=rule.way, tag=rule.tag, closes_at=_closes_at(rule, situation))
        for rule in RULES[situation.platform]
        if (rule.kinds is not None and rule.kinds <= PUBLIC_KINDS) == is_public and _is_allowed(rule, situation)
    ]


def window_is_open(situation: Situation) -> bool | None:
    """Whether a free reply is possible; None when that is not known."""
    if _reply_rule(situation).hours is None:
        return True
    closes_at = window_closes_at(situation)
    return None if closes_at is None else situation.now < closes_at


def window_closes_at(situation: Situation) -> datetime | None:
    """Until when a free reply is possible; None where there is no end, or it is not known."""
    return _closes_at(_reply_rule(situation), situation)


def _reply_rule(situation: Situation) -> Rule:
    return next(rule for rule in RULES[situation.platform] if rule.way is Way.REPLY)


def _fits(rule: Rule, message: OutboundMessage) -> bool:
    if rule.needs_tag and message.tag != rule.tag:
        return False
    if rule.kinds is not None:
        return message.kind in rule.kinds
    return message.kind not in PUBLIC_KINDS


def _is_allowed(rule: Rule, situation: Situation) -> bool:
    if rule.people_only and situation.author_type != "human":
        return False
    closes_at = _closes_at(rule, situation)
    return closes_at is None or situation.now < closes_at


def _closes_at(rule: Rule, situation: Situation) -> datetime | None:
    start = situation.commented_at if rule.way is Way.PRIVATE_REPLY else situation.window_opened_at
    return None if rule.hours is None or start is None else start + timedelta(hours=rule.hours)


SENTENCES: dict[str, str] = {
    "facebook": "The customer's last message is more than 24 hours old. {people}A utility template is still possible.",
    "instagram": "The customer's last message is more than 24 hours old. {people}Wait until they write again.",
    "whatsapp": "The customer's last message is more than 24 hours old. Only a template can be sent until they write.",
}
PEOPLE = "A person of the team may answer for 7 days, an automatic answer may not. "


def _why_not(situation: Situation, message: OutboundMessage) -> str:
    if message.kind in PRIVATE_REPLIES:
        return "A comment can be answered privately within 7 days only. Answer it publicly instead."
    sentence = SENTENCES.get(situation.platform, "This cannot be sent on this channel.")
    return sentence.replace("{people}", PEOPLE if situation.author_type != "human" else "")
