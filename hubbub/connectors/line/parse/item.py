"""What all events of LINE have in common, and how its fields are read.

https://developers.line.biz/en/reference/messaging-api/#common-properties
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import TypedDict

from hubbub.connectors.events import InboundEvent, Party, Thread, ThreadType
from hubbub.kit.clock import from_epoch_ms
from hubbub.kit.json import JsonValue, as_id, as_object, as_text, dumps

JsonObject = dict[str, JsonValue]
PRIVATE = Thread()
GROUP_KEYS = {"group": "groupId", "room": "roomId"}


class Odd(Exception):
    """The event is not in the shape that LINE documents."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Unfamiliar(Exception):
    """The event is well-formed, but of a kind that we do not know. `name`: what LINE calls it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Facts(TypedDict):
    """The fields that every event has."""

    address: str
    event_key: str
    occurred_at: datetime | None
    raw: JsonObject
    is_standby: bool


Parser = Callable[[JsonObject, Facts], InboundEvent]


def facts_of(destination: str, event: JsonObject, raw: JsonObject) -> Facts:
    """The key is LINE's `webhookEventId`, which a redelivery repeats; without one, what the event says is its key."""
    return {
        "address": destination,
        "event_key": as_id(event.get("webhookEventId")) or digest(event),
        "occurred_at": from_epoch_ms(event.get("timestamp")),
        "raw": raw,
        "is_standby": event.get("mode") == "standby",
    }


def digest(value: JsonValue) -> str:
    """The SHA-256 of what `value` says, without the one part that a redelivery changes."""
    if isinstance(value, dict):
        value = {name: part for name, part in value.items() if name != "deliveryContext"}
    return sha256(dumps(value, is_sorted=True)).hexdigest()


def sender_of(event: JsonObject) -> tuple[Party, Thread]:
    """Who it is from, and where. In groups LINE may hide the person: then the group itself stands for them.

    Raises `Odd` without a source, `Unfamiliar` for a source of a new kind.
    """
    source = need_object(event, "source")
    kind = as_text(source.get("type"), limit=100)
    if kind == "user":
        return Party(external_id=need_id(source, "userId")), PRIVATE
    key = GROUP_KEYS.get(kind or "")
    if key is None:
        raise Unfamiliar(f"source:{kind}")
    thread = Thread(type=ThreadType.GROUP, key=need_id(source, key))
    return Party(external_id=as_id(source.get("userId")) or thread.key), thread


def is_anonymous(sender: Party, thread: Thread) -> bool:
    """Whether the group stands for a person whom LINE does not name."""
    return sender.external_id == thread.key


def origin_of(event: JsonObject) -> tuple[Party | None, Thread]:
    """Like `sender_of`, where nobody needs to be named: no source, or the group itself, gives no sender."""
    if "source" not in event:
        return None, PRIVATE
    sender, thread = sender_of(event)
    return (None if is_anonymous(sender, thread) else sender), thread


def need_object(value: JsonObject, name: str) -> JsonObject:
    found = as_object(value.get(name))
    if found is None:
        raise Odd(f"The event has no object {name!r}.")
    return found


def need_id(value: JsonObject, name: str) -> str:
    found = as_id(value.get(name))
    if found is None:
        raise Odd(f"The event has no usable {name!r}.")
    return found


def need_text(value: JsonObject, name: str) -> str:
    found = as_text(value.get(name))
    if found is None:
        raise Odd(f"The event has no text {name!r}.")
    return found


def reply_token(event: JsonObject) -> str | None:
    return as_id(event.get("replyToken"))


def renamed(value: JsonObject, names: dict[str, str]) -> JsonObject:
    """The parts of `value` that are there, under our names: `names` maps theirs to ours."""
    return {ours: value[theirs] for theirs, ours in names.items() if theirs in value}
