"""Who answers a message: the first responder with a decision. Flows and AI join this table in their own issues."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.conversations.models import Conversation, Message
from hubbub.organizations.database import run

MOST_AUTOMATIC_ANSWERS_PER_MINUTE = 90
"""For one conversation. Two bots that answer one another are stopped here; no person writes that fast."""
RECENT_ANSWERS = """
SELECT count(*) AS answers FROM message
 WHERE conversation_id = %(conversation)s AND direction = 'outbound' AND author_type IN ('flow', 'ai', 'system')
   AND occurred_at > hubbub_now() - interval '1 minute'
"""
NEUTRAL_WORDS = {"first_name": "there", "last_name": "", "user_name": "there", "page_name": "us", "message_text": ""}
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*(?:\|([^}]*))?\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do about one message. `answer` is queued when it is set."""

    name: str
    """auto_reply, none; later: flow, ai."""
    reason: str = ""
    answer: OutboundMessage | None = None


def decide(conversation: Conversation, message: Message) -> Decision:
    """The first responder's word."""
    for responder in RESPONDERS:
        decision = responder(conversation, message)
        if decision is not None:
            return decision
    return Decision(name="none", reason="Nothing is set up to answer here.")


def silent(conversation: Conversation, message: Message) -> Decision | None:  # noqa: ARG001 - one signature
    """Reasons for a machine to say nothing."""
    reasons = {
        "A person is answering this conversation.": conversation.handover == "human",
        "Another app owns this thread.": conversation.is_standby,
        "Automatic answers are off for this conversation.": not conversation.is_auto_reply_enabled,
        "Automatic answers are off for this channel.": not conversation.channel.is_send_auto_reply,
        "The channel is switched off.": not conversation.channel.is_active,
        "The conversation is not open.": conversation.status != "active",
        "Machines do not answer public comments or groups by themselves.": conversation.type != "private",
    }
    reason = next((text for text, holds in reasons.items() if holds), None)
    return Decision(name="none", reason=reason) if reason else None


def too_many(conversation: Conversation, message: Message) -> Decision | None:  # noqa: ARG001 - one signature
    """Stops two bots that answer one another."""
    answers = run(RECENT_ANSWERS, conversation=conversation.id)[0]["answers"]
    if answers < MOST_AUTOMATIC_ANSWERS_PER_MINUTE:
        return None
    return Decision(name="none", reason="Too many automatic answers within a minute: this may be another bot.")


def auto_reply(conversation: Conversation, message: Message) -> Decision | None:
    """The channel's own text, with built-in variables filled in."""
    text = conversation.channel.auto_reply_text
    if not text:
        return None
    answer = OutboundMessage(
        message_id="", kind=OutboundKind.TEXT, text=fill_in(text, variables(conversation, message))
    )
    return Decision(name="auto_reply", answer=answer)


def variables(conversation: Conversation, message: Message) -> dict[str, str]:
    """The built-in variables of this conversation (docs/automation.md)."""
    name = (conversation.contact.name if conversation.contact else "").strip()
    first, _, last = name.partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "user_name": name,
        "page_name": conversation.channel.name,
        "message_text": message.text,
    }


def fill_in(text: str, values: dict[str, str]) -> str:
    """Replace `{{name}}` and `{{name|fallback}}`; an empty built-in becomes its fallback or a neutral word."""

    def value(match: re.Match[str]) -> str:
        name, fallback = match.group(1), match.group(2)
        return values.get(name) or (NEUTRAL_WORDS.get(name, "") if fallback is None else fallback.strip())

    return PLACEHOLDER.sub(value, text)


RESPONDERS: tuple[Callable[[Conversation, Message], Decision | None], ...] = (silent, too_many, auto_reply)
