"""The envelope of Meta's webhooks: `{"object": …, "entry": [{"id": …, "messaging" | "standby" | "changes": […]}]}`.

`read_items(body, object_name)` gives every item of every entry in order of the body, each an `Item` with the account's
id and a complete mini body (`raw`) of its own; what is odd comes out as a finished event beside its neighbours.
`parse_items` runs a platform's parser over them, so that one odd item never harms the others.
`addresses(body)` and `phone_number_ids(body)` are bounded scans of bytes that nobody has verified yet.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from hubbub.connectors.events import InboundEvent, MalformedEvent, Party, UnknownEvent
from hubbub.kit.errors import InvalidJson
from hubbub.kit.json import JsonValue, as_id, as_text, dumps, loads

LANES = ("messaging", "standby", "changes")

SCANNED_BYTES = 64 * 1024
MAX_ADDRESSES = 64

_ID = rb'"id"\s*:\s*"?([A-Za-z0-9_.:-]{1,64})"?'
_TIME = rb'(?:"time"\s*:\s*[0-9]{1,20}\s*,\s*)?'
_ENTRY_ID = re.compile(rb"\{\s*" + _TIME + _ID + rb'\s*,\s*"(?:time|messaging|standby|changes|changed_fields|field)"')
_ANY_ID = re.compile(_ID)
_PHONE_NUMBER_ID = re.compile(rb'"phone_number_id"\s*:\s*"?([0-9]{1,64})"?')


class Odd(ValueError):
    """An item is not in the documented shape. The sentence names the field, never its content."""


class Item(NamedTuple):
    """One element of one entry."""

    address: str
    """`entry.id` as text: Page, Instagram account or WhatsApp Business account."""
    lane: str
    """messaging, standby or changes."""
    value: dict[str, JsonValue]
    """The element: a messaging item, or `{"field": …, "value": …}` of changes."""
    time: JsonValue
    """`entry.time` as it came; may be None."""
    raw: dict[str, JsonValue]
    """A complete body with this one item."""

    @property
    def is_standby(self) -> bool:
        return self.lane == "standby"

    def narrowed(self, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """`raw` with `value` in place of the item: for items that hold several events of their own (WhatsApp)."""
        entry = self.raw["entry"][0]  # type: ignore[index]
        return {**self.raw, "entry": [{**entry, self.lane: [value]}]}  # type: ignore[dict-item]


ParseItem = Callable[[Item], Iterable[InboundEvent]]


def parse_items(body: bytes, object_name: str, parse_item: ParseItem) -> list[InboundEvent]:
    """All events of a body. Never raises: an item over which `parse_item` stumbles becomes a MalformedEvent."""
    events: list[InboundEvent] = []
    for item in read_items(body, object_name):
        if isinstance(item, InboundEvent):
            events.append(item)
        else:
            events.extend(_parsed(item, parse_item))
    return events


def _parsed(item: Item, parse_item: ParseItem) -> list[InboundEvent]:
    try:
        return list(parse_item(item))
    except Odd as odd:
        problem = str(odd)
    except Exception as error:  # noqa: BLE001  whatever an item holds, its neighbours must arrive
        problem = f"The item could not be read ({type(error).__name__})."
    return [malformed(item.address, problem, item.raw, is_standby=item.is_standby)]


def read_items(body: bytes, object_name: str) -> Iterator[Item | InboundEvent]:
    """The items of a body whose `object` is `object_name`; other objects and odd parts as Unknown and MalformedEvents.

    The dashboard's "Test" button also sends `{"field": …, "value": …}` bare; that is an Item of lane "changes" with an
    empty address.
    """
    try:
        root = loads(body)
    except InvalidJson as error:
        yield _unreadable(body, error.sentence)
        return
    if not isinstance(root, dict):
        yield _unreadable(body, "The body is not a JSON object.")
    elif "entry" not in root and "field" in root and "value" in root:
        yield Item("", "changes", root, None, root)
    elif not isinstance(entries := root.get("entry"), list):
        yield malformed("", "The body has no list called entry.", root)
    else:
        for entry in entries:
            yield from _read_entry(entry, root.get("object"), object_name)


def _read_entry(entry: JsonValue, found: JsonValue, wanted: str) -> Iterator[Item | InboundEvent]:
    raw: dict[str, JsonValue] = {"object": found, "entry": [entry]}
    if not isinstance(entry, dict):
        yield malformed("", "An entry is not a JSON object.", raw)
    elif (address := as_id(entry.get("id"))) is None:
        yield malformed("", "An entry has no id.", raw)
    elif found != wanted:
        yield unknown(address, f"object {as_text(found, limit=100) or 'missing'}", raw)
    elif "field" in entry:  # samples of Instagram Login print the change right in the entry
        yield Item(address, "changes", entry, entry.get("time"), raw)
    else:
        yield from _read_lanes(entry, address, found)


def _read_lanes(entry: dict[str, JsonValue], address: str, found: JsonValue) -> Iterator[Item | InboundEvent]:
    lanes = [lane for lane in LANES if lane in entry]
    if not lanes:
        raw: dict[str, JsonValue] = {"object": found, "entry": [entry]}
        name = next((key for key in entry if key not in ("id", "time")), "entry without items")
        yield unknown(address, name, raw)
    for lane in lanes:
        yield from _read_lane(entry, address, lane, found)


def _read_lane(entry: dict[str, JsonValue], address: str, lane: str, found: JsonValue) -> Iterator[Item | InboundEvent]:
    values = entry[lane]
    time = entry.get("time")
    head: dict[str, JsonValue] = {"id": entry["id"]} if time is None else {"id": entry["id"], "time": time}
    if not isinstance(values, list):
        raw: dict[str, JsonValue] = {"object": found, "entry": [{**head, lane: values}]}
        yield malformed(address, f"{lane} is not a list.", raw)
        return
    for value in values:
        raw = {"object": found, "entry": [{**head, lane: [value]}]}
        if isinstance(value, dict):
            yield Item(address, lane, value, time, raw)
        else:
            problem = f"An item of {lane} is not a JSON object."
            yield malformed(address, problem, raw, is_standby=lane == "standby")


def fingerprint(value: JsonValue) -> str:
    """32 hexadecimal digits that are the same for equal JSON, whatever the order of its keys."""
    return hashlib.sha256(dumps(value, is_sorted=True)).hexdigest()[:32]


def malformed(address: str, problem: str, raw: dict[str, JsonValue], *, is_standby: bool = False) -> MalformedEvent:
    return MalformedEvent(
        address=address,
        event_key=f"malformed:{_content_key(raw)}",
        occurred_at=None,
        raw=raw,
        is_standby=is_standby,
        problem=problem,
    )


def unknown(address: str, name: str, raw: dict[str, JsonValue], *, is_standby: bool = False) -> UnknownEvent:
    return UnknownEvent(
        address=address,
        event_key=f"unknown:{_content_key(raw)}",
        occurred_at=None,
        raw=raw,
        is_standby=is_standby,
        name=name[:200],
    )


def _content_key(raw: dict[str, JsonValue]) -> str:
    """The fingerprint of a mini body, whatever the time of its delivery."""
    entries = raw.get("entry")
    entry = entries[0] if isinstance(entries, list) and entries else None
    if not isinstance(entry, dict):
        return fingerprint(raw)
    return fingerprint({key: value for key, value in entry.items() if key != "time"})


def _unreadable(body: bytes, problem: str) -> MalformedEvent:
    key = f"malformed:{hashlib.sha256(body).hexdigest()[:32]}"
    return MalformedEvent(address="", event_key=key, occurred_at=None, raw={}, problem=problem)


def party(value: JsonValue, name: str) -> Party:
    """`{"id": …}` or `{"user_ref": …}` (plugins, when there is no id yet) as a Party; `Odd` naming `name` if none."""
    if not isinstance(value, dict):
        raise Odd(f"{name} is missing.")
    external_id = as_id(value.get("id"))
    if external_id is not None:
        return Party(external_id=external_id)
    user_ref = as_id(value.get("user_ref"))
    if user_ref is None:
        raise Odd(f"{name} has no id.")
    return Party(external_id=f"user_ref:{user_ref}")


def need_id(value: JsonValue, name: str) -> str:
    """`value` as an id; `Odd` naming the field when it is none."""
    external_id = as_id(value)
    if external_id is None:
        raise Odd(f"{name} is missing or no id.")
    return external_id


def need_object(value: JsonValue, name: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise Odd(f"{name} is not a JSON object.")
    return value


def addresses(body: bytes) -> tuple[str, ...]:
    """Ids of entries named in an unverified body: at most 64, from its first 64 KiB. Never raises.

    When no entry has its keys in a usual order, every `"id"` counts: these ids only choose candidate secrets.
    """
    head = body[:SCANNED_BYTES]
    return _found(_ENTRY_ID, head) or _found(_ANY_ID, head)


def phone_number_ids(body: bytes) -> tuple[str, ...]:
    """WhatsApp's phone-number ids named in an unverified body, under the same bounds."""
    return _found(_PHONE_NUMBER_ID, body[:SCANNED_BYTES])


def _found(pattern: re.Pattern[bytes], head: bytes) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in pattern.finditer(head):
        found[match[1].decode("ascii")] = None
        if len(found) == MAX_ADDRESSES:
            break
    return tuple(found)
