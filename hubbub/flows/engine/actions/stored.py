"""A template that the business stored for its Page, by its name: filled in for the person when it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.flows.engine.code import Builder
from hubbub.flows.engine.faults import RunFailure
from hubbub.flows.engine.offering import say
from hubbub.flows.engine.reading import Reader
from hubbub.flows.engine.texts import LOCALE, read_text, read_value
from hubbub.flows.engine.turn import Turn
from hubbub.kit.json import JsonValue, as_text

MESSENGER = "facebook"


def add_stored(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    """`template` names it, `variables` give its variables values; `text` is said where there is no such template."""
    reader = builder.reader
    name = reader.word(part.get("template"), f"{place}.template")
    reader.templates.add(name)
    given = part.get("variables") or {}
    variables = read_value(reader, reader.part(given, f"{place}.variables"), f"{place}.variables")
    text = None if part.get("text") is None else read_text(reader, part["text"], f"{place}.text")

    def act(turn: Turn) -> None:
        stored = turn.person.templates.get(name)
        if stored is not None and turn.person.platform == MESSENGER:
            values: Any = variables.fill(turn)
            turn.send(_message(_filled(turn, stored, values)))
        elif text is not None:
            say(turn, text.fill(turn))
        else:
            raise RunFailure(f"There is no template {name} on this channel. Give the action a text to say here.")

    builder.add(place, act, names=variables.names | (text.names if text else frozenset()))


def _message(payload: Any) -> OutboundMessage:
    native: dict[str, JsonValue] = {"attachment": {"type": "template", "payload": payload}}
    return OutboundMessage(
        message_id="", kind=OutboundKind.NATIVE, native=native, text=as_text(payload.get("text")) or None
    )


def _filled(turn: Turn, stored: JsonValue, values: Mapping[str, JsonValue]) -> JsonValue:
    """With its variables: those given here, else the run's own and what is known of the person. Raises RunFailure."""
    own, turn.variables = turn.variables, {**turn.variables, **values}
    reader = Reader()
    try:
        filled = _fill(reader, turn, stored)
    finally:
        turn.variables = own
    if reader.faults:
        raise RunFailure(f"The template cannot be read: {reader.faults[0].sentence}")
    return filled


def _fill(reader: Reader, turn: Turn, value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_fill(reader, turn, one) for one in value]
    if isinstance(value, dict) and not _is_localised(value):
        return {name: _fill(reader, turn, one) for name, one in value.items()}
    if isinstance(value, (str, dict)):
        return read_text(reader, value, "template", may_be_empty=True).fill(turn)
    return value


def _is_localised(value: Mapping[str, JsonValue]) -> bool:
    """A text in several languages; one key alone might be a field that is called like one."""
    are_texts = all(LOCALE.fullmatch(name) and isinstance(one, str) for name, one in value.items())
    return are_texts and (len(value) > 1 or "default" in value)
