"""Actions that keep something: variables, the contact's attributes, tags."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hubbub.flows.engine.code import Builder
from hubbub.flows.engine.conditions import number_in
from hubbub.flows.engine.faults import RunFailure
from hubbub.flows.engine.reading import Reader
from hubbub.flows.engine.texts import BUILT_IN, read_text, read_value
from hubbub.flows.engine.turn import Turn
from hubbub.flows.engine.values import AddTag, RemoveTag, SetAttribute
from hubbub.kit.json import JsonValue

NAME = re.compile(r"\w[\w-]{0,99}")
LARGEST = 1e15


def variable_name(reader: Reader, value: JsonValue, place: str) -> str:
    """Letters of any script, digits, _ and -; none of the built-in ones."""
    if isinstance(value, str) and NAME.fullmatch(value) and value not in BUILT_IN:
        return value
    if isinstance(value, str) and value in BUILT_IN:
        reader.fault(place, f"{value} is built in and cannot be set. Choose another name.")
    else:
        reader.fault(place, "A variable's name has letters, digits, _ and -, at most 100.")
    return "unnamed"


def _set_variable(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    reader = builder.reader
    name = variable_name(reader, part.get("name"), f"{place}.name")
    if ("value" in part) is ("add" in part):
        reader.fault(place, "Give either a value, or a number to add.")
    value = read_value(reader, part.get("value", part.get("add")), f"{place}.value")
    if "add" not in part:
        builder.add(place, lambda turn: turn.set_variable(name, value.fill(turn)), names=value.names)
        return

    def add(turn: Turn) -> None:
        more = number_in(value.fill(turn))
        before = number_in(turn.variables.get(name, 0))
        if more is None or before is None:
            raise RunFailure(f"To add to {name}, both must be numbers.")
        turn.set_variable(name, _whole(max(-LARGEST, min(before + more, LARGEST))))

    builder.add(place, add, names=value.names | {name})


def _whole(number: float) -> float:
    return int(number) if number.is_integer() else number


def _set_attribute(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    name = builder.reader.word(part.get("name"), f"{place}.name")
    value = read_value(builder.reader, part.get("value"), f"{place}.value")

    def act(turn: Turn) -> None:
        found = value.fill(turn)
        turn.attributes[name] = found
        turn.effects.append(SetAttribute(name=name, value=found))

    builder.add(place, act, names=value.names)


def _add_tag(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    tag = read_text(builder.reader, part.get("tag"), f"{place}.tag")

    def act(turn: Turn) -> None:
        name = tag.fill(turn).strip()
        if name:
            turn.tags.add(name)
            turn.effects.append(AddTag(tag=name))

    builder.add(place, act, names=tag.names)


def _remove_tag(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    tag = read_text(builder.reader, part.get("tag"), f"{place}.tag")

    def act(turn: Turn) -> None:
        name = tag.fill(turn).strip()
        turn.tags.discard(name)
        turn.effects.append(RemoveTag(tag=name))

    builder.add(place, act, names=tag.names)


ACTIONS = {
    "set_variable": (_set_variable, {"name", "value", "add"}),
    "set_attribute": (_set_attribute, {"name", "value"}),
    "add_tag": (_add_tag, {"tag"}),
    "remove_tag": (_remove_tag, {"tag"}),
}
