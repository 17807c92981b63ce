"""Facts worth counting, kept from day one so that later metrics have a history."""

from __future__ import annotations

from uuid import UUID

from hubbub.conversations.models import Fact
from hubbub.kit.json import JsonValue

KINDS = (
    "conversation_opened",
    "first_response",
    "response",
    "closed",
    "reopened",
    "archived",
    "escalated",
    "handed_over",
    "satisfaction",
    "send_failed",
    "inbound_error",
)


def record(
    kind: str,
    *,
    organization_id: UUID,
    channel_id: UUID | None = None,
    conversation_id: UUID | None = None,
    contact_id: UUID | None = None,
    user_id: UUID | None = None,
    value: float | None = None,
    data: dict[str, JsonValue] | None = None,
) -> None:
    """Write one fact in the caller's transaction. `kind` is one of `KINDS`; seconds for times, 1–5 for satisfaction."""
    assert kind in KINDS, kind
    Fact.objects.create(
        organization_id=organization_id,
        kind=kind,
        channel_id=channel_id,
        conversation_id=conversation_id,
        contact_id=contact_id,
        user_id=user_id,
        value=value,
        data=data or {},
    )
