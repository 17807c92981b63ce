"""Who answers a message: the first responder with a decision. AI joins this table in its own issue.

Responders look at values and touch nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from hubbub.automation.comments import COMMENT
from hubbub.automation.decisions import Decision, nothing
from hubbub.automation.flow_turns import flow
from hubbub.automation.scenes import Heard, Scene
from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.flows.engine import Send
from hubbub.kit.text import pieces

MOST_AUTOMATIC_ANSWERS_PER_MINUTE = 90
"""For one conversation. Two bots that answer one another are stopped here; no person writes that fast."""
MOST_REPEATS_PER_MINUTE = 8
"""The same answer so often within a minute, in one conversation: whoever is there does not read it."""
NEUTRAL_WORDS = {"first_name": "there", "last_name": "", "user_name": "there", "page_name": "us", "message_text": ""}
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*(?:\|([^}]*))?\}\}")


def decide(scene: Scene, heard: Heard) -> Decision:
    """The first responder's word."""
    for responder in RESPONDERS:
        decision = responder(scene, heard)
        if decision is not None:
            return decision
    return nothing("Nothing is set up to answer here.", scene)


def silent(scene: Scene, heard: Heard) -> Decision | None:
    """No word where a machine is to say nothing."""
    reason = reason_for_silence(scene, heard)
    return nothing(reason, scene) if reason else None


def reason_for_silence(scene: Scene, heard: Heard | None = None) -> str | None:
    """Why no machine may speak here now, whatever wakes it: a message, a delay, another server's answer.

    Who comes back by a link may be greeted although the conversation was closed. A comment may be answered privately.
    """
    is_open = scene.status == "active" or (scene.status == "closed" and heard is not None and heard.is_event)
    is_private = scene.type == "private" or (heard is not None and heard.type == COMMENT)
    reasons = {
        "A person is answering this conversation.": scene.handover == "human",
        "Another app owns this thread.": scene.is_standby,
        "Automatic answers are off for this conversation.": not scene.is_auto_reply_enabled,
        "Automatic answers are off for this channel.": not scene.channel.is_send_auto_reply,
        "The channel is switched off.": not scene.channel.is_active,
        "The conversation is not open.": not is_open,
        "Machines do not speak in public or in groups.": not is_private,
    }
    return next((text for text, holds in reasons.items() if holds), None)


def too_many(scene: Scene, heard: Heard) -> Decision | None:
    """Stops two bots that answer one another. Under a comment many people may get the same answer."""
    is_flood = len(scene.recent_answers) >= MOST_AUTOMATIC_ANSWERS_PER_MINUTE
    if not is_flood and (heard.type == COMMENT or _repeats(scene) < MOST_REPEATS_PER_MINUTE):
        return None
    return nothing("Too many automatic answers within a minute: this may be another bot.", scene)


def _repeats(scene: Scene) -> int:
    """How often the commonest of the recent answers was given."""
    return max(Counter(filter(None, scene.recent_answers)).values(), default=0)


def auto_reply(scene: Scene, heard: Heard) -> Decision | None:
    """The channel's own text, with built-in variables filled in; to what was said, in private."""
    text = scene.channel.auto_reply_text
    if not text or heard.is_event or heard.type == COMMENT:
        return None
    limits = scene.person.capabilities
    answers = pieces(fill_in(text, variables(scene, heard)), limits.text_limit, limits.text_unit)
    effects = tuple(Send(content=OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=one)) for one in answers)
    return Decision(name="auto_reply", effects=effects, live=scene.run)


def variables(scene: Scene, heard: Heard) -> dict[str, str]:
    """The built-in variables of this conversation (docs/automation.md)."""
    return {
        "first_name": scene.person.first_name,
        "last_name": scene.person.last_name,
        "user_name": scene.person.user_name,
        "page_name": scene.channel.name,
        "message_text": heard.text,
    }


def fill_in(text: str, values: dict[str, str]) -> str:
    """Replace `{{name}}` and `{{name|fallback}}`; an empty built-in becomes its fallback or a neutral word."""

    def value(match: re.Match[str]) -> str:
        name, fallback = match.group(1), match.group(2)
        return values.get(name) or (NEUTRAL_WORDS.get(name, "") if fallback is None else fallback.strip())

    return PLACEHOLDER.sub(value, text)


RESPONDERS: tuple[Callable[[Scene, Heard], Decision | None], ...] = (silent, too_many, flow, auto_reply)
