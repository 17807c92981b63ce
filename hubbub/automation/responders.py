"""Who answers a message: the first responder with a decision. Flows and AI join this table in their own issues.

Responders look at values and touch nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hubbub.automation.scenes import Heard, Scene
from hubbub.connectors.messages import OutboundKind, OutboundMessage

MOST_AUTOMATIC_ANSWERS_PER_MINUTE = 90
"""For one conversation. Two bots that answer one another are stopped here; no person writes that fast."""
NEUTRAL_WORDS = {"first_name": "there", "last_name": "", "user_name": "there", "page_name": "us", "message_text": ""}
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*(?:\|([^}]*))?\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do about one message. `answer` is queued when it is set."""

    name: str
    """auto_reply, none; later: flow, ai."""
    reason: str = ""
    answer: OutboundMessage | None = None


def decide(scene: Scene, heard: Heard) -> Decision:
    """The first responder's word."""
    for responder in RESPONDERS:
        decision = responder(scene, heard)
        if decision is not None:
            return decision
    return Decision(name="none", reason="Nothing is set up to answer here.")


def silent(scene: Scene, heard: Heard) -> Decision | None:  # noqa: ARG001 - one signature
    """Reasons for a machine to say nothing."""
    reasons = {
        "A person is answering this conversation.": scene.handover == "human",
        "Another app owns this thread.": scene.is_standby,
        "Automatic answers are off for this conversation.": not scene.is_auto_reply_enabled,
        "Automatic answers are off for this channel.": not scene.channel.is_send_auto_reply,
        "The channel is switched off.": not scene.channel.is_active,
        "The conversation is not open.": scene.status != "active",
        "Machines do not answer public comments or groups by themselves.": scene.type != "private",
    }
    reason = next((text for text, holds in reasons.items() if holds), None)
    return Decision(name="none", reason=reason) if reason else None


def too_many(scene: Scene, heard: Heard) -> Decision | None:  # noqa: ARG001 - one signature
    """Stops two bots that answer one another."""
    if scene.recent_answers < MOST_AUTOMATIC_ANSWERS_PER_MINUTE:
        return None
    return Decision(name="none", reason="Too many automatic answers within a minute: this may be another bot.")


def auto_reply(scene: Scene, heard: Heard) -> Decision | None:
    """The channel's own text, with built-in variables filled in."""
    text = scene.channel.auto_reply_text
    if not text:
        return None
    answer = OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=fill_in(text, variables(scene, heard)))
    return Decision(name="auto_reply", answer=answer)


def variables(scene: Scene, heard: Heard) -> dict[str, str]:
    """The built-in variables of this conversation (docs/automation.md)."""
    name = scene.contact_name.strip()
    first, _, last = name.partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "user_name": name,
        "page_name": scene.channel.name,
        "message_text": heard.text,
    }


def fill_in(text: str, values: dict[str, str]) -> str:
    """Replace `{{name}}` and `{{name|fallback}}`; an empty built-in becomes its fallback or a neutral word."""

    def value(match: re.Match[str]) -> str:
        name, fallback = match.group(1), match.group(2)
        return values.get(name) or (NEUTRAL_WORDS.get(name, "") if fallback is None else fallback.strip())

    return PLACEHOLDER.sub(value, text)


RESPONDERS: tuple[Callable[[Scene, Heard], Decision | None], ...] = (silent, too_many, auto_reply)
