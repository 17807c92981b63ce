"""Events about messages: edits, unsends, reactions and receipts, as effects that wait for their message if need be."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubbub.connectors.events import (
    CommentReceived,
    DeliveryUpdated,
    MessageEdited,
    MessageUnsent,
    ReactionChanged,
    ReadUpTo,
)
from hubbub.conversations.effects import Effect
from hubbub.conversations.receipts import Mark
from hubbub.inbound.batch import Arrival, Batch
from hubbub.kit.json import JsonValue

COMMENT_VERBS = {"edited": "edit", "removed": "unsend", "hidden": "unsend"}


def effects_of(batch: Batch) -> list[Effect]:
    """The changes of messages that this batch holds."""
    return [effect for arrival in batch.arrivals if arrival.is_live for effect in _effects(arrival)]


def _effects(arrival: Arrival) -> Sequence[Effect]:
    event = arrival.event
    match event:
        case MessageEdited():
            data: dict[str, JsonValue] = {"text": event.content.text or "", "edit_number": event.edit_number}
            return [_effect(arrival, event.external_id, "edit", data)]
        case MessageUnsent():
            return [_effect(arrival, event.external_id, "unsend", {})]
        case ReactionChanged():
            return [_effect(arrival, event.external_id, "reaction", _reaction(event))]
        case CommentReceived() if event.verb in COMMENT_VERBS:
            data = {"text": event.content.text or "", "edit_number": 0}
            return [_effect(arrival, event.external_id, COMMENT_VERBS[event.verb], data)]
        case DeliveryUpdated():
            return _receipts(arrival, event)
        case ReadUpTo(external_id=str() as named) if named:
            return [_effect(arrival, named, "read_through", {"status": event.status.value})]
    return []


def _effect(
    arrival: Arrival, target: str, kind: str, data: dict[str, JsonValue], message_id: UUID | None = None
) -> Effect:
    return Effect(
        organization_id=arrival.channel.organization_id,
        channel_id=arrival.channel.id,
        target_external_id=target[:512],
        event_key=arrival.event_key,
        kind=kind,
        at=arrival.at,
        data=data,
        message_id=message_id,
    )


def _reaction(event: ReactionChanged) -> dict[str, JsonValue]:
    actor = "us" if event.sender.external_id == event.address else event.sender.external_id
    return {"actor": actor, "emoji": event.emoji, "name": event.name}


def _receipts(arrival: Arrival, event: DeliveryUpdated) -> Sequence[Effect]:
    data: dict[str, JsonValue] = {"status": event.status.value}
    if event.error_code:
        data["error"] = {
            "code": event.error_code,
            "sentence": event.sentence or "",
            "platform_code": event.platform_code or "",
            "at": arrival.at.isoformat(),
        }
    ours = _our_id(event.callback_data) if len(event.external_ids) <= 1 else None
    return [_effect(arrival, target, "status", data, ours) for target in event.external_ids]


def _our_id(given: str | None) -> UUID | None:
    try:
        return UUID(given or "")
    except ValueError:
        return None


def marks_of(batch: Batch) -> list[Mark]:
    """Receipts that name a moment."""
    return [
        Mark(
            organization_id=arrival.channel.organization_id,
            channel_id=arrival.channel.id,
            contact_id=arrival.contact_id,
            status=arrival.event.status.value,
            at=arrival.event.watermark,
        )
        for arrival in batch.live(ReadUpTo)
        if isinstance(arrival.event, ReadUpTo) and arrival.event.watermark and arrival.contact_id
    ]
