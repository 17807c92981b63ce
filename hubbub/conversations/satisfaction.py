"""How satisfied a customer was with a conversation: one scale, 1 to 5, whoever asked and however."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from hubbub.conversations.facts import record
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run

SCALES: Mapping[str, tuple[int, int]] = {"csat": (1, 5), "nps": (0, 10), "ces": (1, 7), "thumbs": (0, 1)}
"""The worst and the best answer of each kind of question.
https://developers.facebook.com/docs/messenger-platform/send-messages/templates/customer-feedback-template"""
BEST, WORST = 5, 1
RATE = """
UPDATE conversation SET satisfaction = %(value)s, updated_at = hubbub_now()
 WHERE organization_id = %(organization)s AND id = %(id)s RETURNING channel_id, contact_id
"""


def on_five(score: float | None, scale: str) -> float | None:
    """An answer on the scale from 1 to 5; None when it is none, or lies outside its own scale."""
    lowest, highest = SCALES.get(scale, (WORST, BEST))
    if score is None or not lowest <= score <= highest:
        return None
    return WORST + (score - lowest) * (BEST - WORST) / (highest - lowest)


def rate(organization_id: UUID, conversation_id: UUID, value: float, **data: JsonValue) -> None:
    """The customer's answer, 1–5, in the caller's transaction: the newest stands in the conversation, every one is a
    fact. `data` says who asked."""
    for row in run(RATE, organization=organization_id, id=conversation_id, value=round(value, 2)):
        record(
            "satisfaction",
            organization_id=organization_id,
            channel_id=row["channel_id"],
            conversation_id=conversation_id,
            contact_id=row["contact_id"],
            value=value,
            data=data,
        )
