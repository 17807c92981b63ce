"""What a LINE webhook tells: one body of one bot ("destination") with any number of events.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from __future__ import annotations

import re

from hubbub.connectors.events import InboundEvent, MalformedEvent, UnknownEvent
from hubbub.connectors.line.parse.acts import ACTS
from hubbub.connectors.line.parse.item import Facts, JsonObject, Odd, Parser, Unfamiliar, digest, facts_of
from hubbub.connectors.line.parse.messages import MESSAGES
from hubbub.kit.errors import InvalidJson
from hubbub.kit.json import JsonValue, as_id, as_object, as_text, loads

EVENTS: dict[str, Parser] = {**MESSAGES, **ACTS}
ODD_ENVELOPE = "The body is not a JSON object with a destination and a list of events."
DESTINATION = re.compile(rb'"destination"[ \t\r\n]{0,8}:[ \t\r\n]{0,8}"?([0-9A-Za-z_-]{1,128})')
FIRST_DESTINATION = re.compile(rb"[ \t\r\n]{0,8}\{[ \t\r\n]{0,8}" + DESTINATION.pattern)


def parse(body: bytes) -> list[InboundEvent]:
    """Every event of `body`, in its order; an empty list for LINE's connectivity check. Never raises.

    An odd event becomes a `MalformedEvent` of its own; a body in another shape becomes one without an address.
    """
    try:
        value = loads(body)
    except InvalidJson:
        return [_odd_envelope({"body": body.decode("utf-8", "replace").replace("\x00", "")})]
    envelope = as_object(value)
    if envelope is None:
        return [_odd_envelope({"body": value})]
    destination, events = as_id(envelope.get("destination")), envelope.get("events")
    if not destination or destination != _scanned_destination(body) or not isinstance(events, list):
        return [_odd_envelope(envelope)]
    return [_event(destination, event) for event in events]


def addresses(body: bytes) -> tuple[str, ...]:
    """The bot that `body` is for, or nothing. A scan of the bytes, whose cost does not grow with what they hold.

    One address at most, and `parse` accepts no other: else a body could name one bot here, whose secret signs it, and
    another one there, whose conversations it reaches.
    """
    destination = _scanned_destination(body)
    return (destination,) if destination else ()


def _scanned_destination(body: bytes) -> str | None:
    """LINE writes the destination first; were it ever last, what is in the events cannot stand behind it."""
    found = FIRST_DESTINATION.match(body) or DESTINATION.match(body, max(body.rfind(b'"destination"'), 0))
    return found[1].decode("ascii") if found else None


def _event(destination: str, event: JsonValue) -> InboundEvent:
    raw: JsonObject = {"destination": destination, "events": [event]}
    if not isinstance(event, dict):
        return _malformed(destination, raw, digest(event), "An event is not a JSON object.")
    facts = facts_of(destination, event, raw)
    name = as_text(event.get("type"), limit=100)
    if not name:
        return _malformed(destination, raw, facts["event_key"], "An event has no type.")
    parser = EVENTS.get(name)
    if parser is None:
        return UnknownEvent(**facts, name=name)
    return _parsed(parser, event, facts)


def _parsed(parser: Parser, event: JsonObject, facts: Facts) -> InboundEvent:
    try:
        return parser(event, facts)
    except Odd as odd:
        return _malformed(facts["address"], facts["raw"], facts["event_key"], odd.problem)
    except Unfamiliar as unfamiliar:
        return UnknownEvent(**facts, name=unfamiliar.name)


def _odd_envelope(raw: JsonObject) -> MalformedEvent:
    return _malformed("", raw, digest(raw), ODD_ENVELOPE)


def _malformed(address: str, raw: JsonObject, key: str, problem: str) -> MalformedEvent:
    return MalformedEvent(address=address, event_key=f"malformed:{key}", occurred_at=None, raw=raw, problem=problem)
