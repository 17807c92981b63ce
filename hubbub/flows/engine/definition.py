"""Definitions: read, checked, and made ready to run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from hubbub.flows.engine import limits
from hubbub.flows.engine.actions import read_action
from hubbub.flows.engine.actions.asking import FIELDS, add_question, read_question
from hubbub.flows.engine.code import JUMP, Builder, Instruction
from hubbub.flows.engine.faults import Fault, FaultyDefinition
from hubbub.flows.engine.reading import Reader
from hubbub.kit.json import JsonValue

START, END = "start", "end"
STEP_NAME = re.compile(r"\w[\w -]{0,99}")
TOP = {"steps", "start", "key"}
STEP = {"actions", "next", "input"}
WAITS = {"timeout", "timeout_next"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step, compiled."""

    name: str
    code: tuple[Instruction, ...]
    places: Mapping[str, int]
    """Place of an action that can wait → its number in the code."""
    next: str | None
    waits: bool
    """It reads what the customer says: a run that comes here waits for it."""
    patience: timedelta = limits.WAIT_FOR_ANSWER
    timeout_next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A flow that can run. Made by `read_definition` only."""

    key: str
    first: str
    steps: Mapping[str, Step] = field(default_factory=dict)
    templates: frozenset[str] = frozenset()
    """The stored templates that it sends, by name: whoever runs it brings them with the person."""


def faults_of(document: JsonValue) -> list[Fault]:
    """Every fault of a definition, with its place. Empty: it can run."""
    return _read(document, "")[1]


def read_definition(document: JsonValue, key: str = "") -> Definition:
    """A definition from JSON: the steps by name, or {"steps": {…}, "start": "…"}. Random splits depend on `key` too.

    Raises FaultyDefinition with every fault.
    """
    definition, faults = _read(document, key)
    if faults:
        raise FaultyDefinition(faults)
    return definition


def _read(document: JsonValue, key: str) -> tuple[Definition, list[Fault]]:
    steps, prefix = _steps_in(document)
    reader = Reader([*steps])
    if not isinstance(document, dict):
        reader.fault("", 'A definition is an object: {"start": {"actions": […], "next": "…"}}.')
    elif prefix:
        reader.known(document, TOP, "definition")
        key = key or reader.word(document.get("key"), "key", default="")
    if isinstance(document, dict) and not steps:
        reader.fault(prefix.rstrip("."), "A definition needs at least one step.")
    if len(steps) > limits.STEPS:
        reader.fault(prefix.rstrip("."), f"A definition has at most {limits.STEPS} steps.")
    first = START if START in steps else next(iter(steps), END)
    if prefix and isinstance(document, dict) and "start" in document:
        first = reader.step(document["start"], "start")
    compiled = {name: _step(reader, name, value, f"{prefix}{name[:100]}") for name, value in steps.items()}
    definition = Definition(key=key, first=first, steps=compiled, templates=frozenset(reader.templates))
    return definition, reader.faults


def _steps_in(document: JsonValue) -> tuple[dict[str, JsonValue], str]:
    """The steps, and what stands before their names in places."""
    if not isinstance(document, dict):
        return {}, ""
    inner = document.get("steps")
    if isinstance(inner, dict) and not STEP & {name for name, one in inner.items() if not isinstance(one, dict)}:
        return inner, "steps."
    return document, ""


def _step(reader: Reader, name: str, value: JsonValue, place: str) -> Step:
    if not STEP_NAME.fullmatch(name):
        reader.fault(place, "A step's name has letters, digits, blanks, _ and -, at most 100.")
    part = reader.part(value, place)
    reader.known(part, STEP, place)
    builder = Builder(reader, name, read_action)
    declared = part.get("input")
    waits = _input(builder, declared, place)
    if part.get("actions") is not None:
        builder.actions(part["actions"], f"{place}.actions")
    timeouts = declared if isinstance(declared, dict) and not _is_question(declared) else {}
    return Step(
        name=name,
        code=tuple(builder.code),
        places={one.place: at for at, one in enumerate(builder.code) if one.place != JUMP and one.resume},
        next=None if name == END else reader.maybe_step(part.get("next"), f"{place}.next"),
        waits=builder.reads_message if waits is None else waits,
        patience=reader.duration(timeouts["timeout"], f"{place}.input.timeout")
        if "timeout" in timeouts
        else limits.WAIT_FOR_ANSWER,
        timeout_next=reader.maybe_step(timeouts.get("timeout_next"), f"{place}.input.timeout_next"),
    )


def _input(builder: Builder, declared: JsonValue, place: str) -> bool | None:
    """Whether the step waits before its first action; None: when it names `message_text`."""
    where = f"{place}.input"
    if declared is None or isinstance(declared, bool):
        return declared
    part = builder.reader.part(declared, where)
    if not _is_question(part):
        builder.reader.known(part, WAITS, where)
        return True
    builder.reader.known(part, FIELDS - {"choices"}, where)
    add_question(builder, read_question(builder, part, where, has_text=False), where)
    return False


def _is_question(part: Mapping[str, JsonValue]) -> bool:
    return bool(set(part) - WAITS)
