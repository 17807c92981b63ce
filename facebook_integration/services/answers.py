"""`(success, response)`: what the platform said, or why it did not work, in one shape.

A response that failed is `{"error": {"message", "reason", "code", "error_subcode", "fbtrace_id", …}}`: `message` is a
sentence for people, `reason` a word of docs/errors.md, the others are Meta's own where Meta refused.
"""

from __future__ import annotations

from typing import Any

from hubbub.connectors.outcomes import Accepted, Outcome, Rejected, RetryLater, Uncertain
from hubbub.conversations.models import Message, MessageStatus
from hubbub.kit.errors import HubbubError
from hubbub.kit.json import JsonValue, as_object, as_text

Response = dict[str, Any]
Answer = tuple[bool, Response]

DELIVERED = frozenset({MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ})
NOT_SETTLED = {
    MessageStatus.SENDING: (
        "answer_lost",
        "Facebook's answer was lost: the message may or may not have been delivered.",
    ),
}


def of_outcome(outcome: Outcome) -> Answer:
    """Of a call that was no message."""
    if isinstance(outcome, Accepted):
        return True, as_object(outcome.body) or {}
    if isinstance(outcome, Uncertain):
        return failure(outcome.why, outcome.code.value, outcome.platform_code, outcome.trace_id)
    admin = outcome.admin_sentence if isinstance(outcome, Rejected) else ""
    after = outcome.after_seconds if isinstance(outcome, RetryLater) else None
    return failure(
        outcome.sentence,
        outcome.code.value,
        outcome.platform_code,
        outcome.trace_id,
        admin_message=admin,
        retry_after=after,
    )


def of_message(message: Message, psid: str) -> Answer:
    """Of a message that was sent, or not."""
    if message.status in DELIVERED:
        sent = {"message_id": message.external_id} if message.external_id else {}
        return True, {"recipient_id": psid, **sent}
    error = message.error or {}
    reason, sentence = NOT_SETTLED.get(MessageStatus(message.status), ("unknown_error", "The message was not sent."))
    return failure(
        as_text(error.get("sentence")) or sentence,
        as_text(error.get("code")) or reason,
        as_text(error.get("platform_code")) or "",
        as_text(error.get("trace_id")) or "",
        admin_message=as_text(error.get("admin_sentence")) or "",
    )


def of_error(error: HubbubError) -> Answer:
    """Of what was refused before anything was called."""
    return failure(error.sentence, error.code)


def failure(sentence: str, reason: str, platform_code: str = "", trace_id: str = "", **more: JsonValue) -> Answer:
    """The answer of what did not work."""
    code, _, subcode = platform_code.partition("/")
    error = {
        "message": sentence,
        "reason": reason,
        "code": int(code) if code.isdigit() else None,
        "error_subcode": int(subcode) if subcode.isdigit() else None,
        "fbtrace_id": trace_id or None,
        **{name: value for name, value in more.items() if value not in (None, "")},
    }
    return False, {"error": error}
