"""A conversation with a flow that touches nothing: what a customer does goes in, what the flow would do comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from hubbub.connectors.registry import connector_for
from hubbub.flows.actions import refuse_definition
from hubbub.flows.engine import (
    AddTag,
    Advance,
    Definition,
    Effect,
    HttpAnswered,
    Input,
    Person,
    RemoveTag,
    RunState,
    Said,
    SetAttribute,
    Woke,
    advance,
    begin,
    read_definition,
)
from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue, as_int, as_text

LIVE = frozenset({"waiting", "delayed", "asking_http", "handed_over"})
EMPTY: tuple[object, ...] = (None, "", (), {}, [], False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Who talks, where."""

    platform: str = "facebook"
    language: str = "en"
    time_zone: str = "Asia/Bangkok"
    name: str = "Mali Boonmee"
    channel_name: str = "Shop"
    key: str = "flow"
    """Of the flow: random splits stick to it."""


@dataclass(slots=True, kw_only=True)
class Simulation:
    """One customer's way through a definition; a run that has ended begins anew with the next word."""

    definition: Definition
    person: Person
    now: datetime
    subflows: Mapping[str, Definition] = field(default_factory=dict)
    state: RunState | None = None

    @property
    def template_names(self) -> frozenset[str]:
        """The stored templates that it may send."""
        return self.definition.templates.union(*(one.templates for one in self.subflows.values()))

    def use_templates(self, templates: Mapping[str, JsonValue]) -> None:
        """By name, as the platform takes them, with `{{variables}}`: as if they were stored for the channel."""
        self.person = replace(self.person, templates=templates)

    def play(self, given: Mapping[str, JsonValue]) -> Advance:
        """One input: {"text"}, {"payload", "text"}, {"is_time_up": true} or {"http": {"status", "body", "error"}}.

        Raises InvalidInput when the run does not wait for such a thing.
        """
        happened = self._input(given)
        if self.state is None:
            came = begin(self.definition, self.person, happened, self.subflows)
        else:
            came = advance(self.definition, self.person, self.state, happened, self.subflows)
        self.state = came.state if came.state.status in LIVE else None
        for effect in came.effects:
            self.person = _after(self.person, effect)
        return came

    def _input(self, given: Mapping[str, JsonValue]) -> Input:
        if "http" in given:
            return self._answered(given["http"])
        if given.get("is_time_up"):
            if self.state is None or self.state.due_at is None:
                raise InvalidInput("The run waits for no time.")
            self.now = max(self.now, self.state.due_at)
            return Woke(now=self.now)
        text = as_text(given.get("text")) or ""
        return Said(now=self.now, text=text, payload=as_text(given.get("payload")) or "", at=self.now)

    def _answered(self, answer: JsonValue) -> HttpAnswered:
        if self.state is None or self.state.status != "asking_http":
            raise InvalidInput("The run waits for no answer to an HTTP request.")
        if not isinstance(answer, dict):
            raise InvalidInput('An HTTP answer is {"status": 200, "body": …}, or {"error": "…"}.')
        return HttpAnswered(
            now=self.now,
            status=as_int(answer.get("status"), low=100, high=599),
            body=answer.get("body"),
            error=as_text(answer.get("error")) or "",
        )


def start(document: JsonValue, setting: Setting, subflows: Mapping[str, Definition] | None = None) -> Simulation:
    """A simulation that has still to begin. Raises FaultyFlow with every fault."""
    refuse_definition(document)
    return Simulation(
        definition=read_definition(document, setting.key),
        person=person_of(setting),
        now=clock.now(),
        subflows=subflows or {},
    )


def played(simulation: Simulation, inputs: Sequence[Mapping[str, JsonValue]]) -> list[dict[str, Any]]:
    """Play the inputs one after the other; a turn each, as JSON. Raises InvalidInput."""
    return [{"input": dict(given), **turn_json(simulation.play(given))} for given in inputs]


def turn_json(came: Advance) -> dict[str, Any]:
    """Effects, and where the run stands after them."""
    state = came.state
    return {
        "effects": [effect_json(effect) for effect in came.effects],
        "status": state.status,
        "step": state.step,
        "variables": dict(state.variables),
        "due_at": state.due_at,
        "error": state.error,
    }


def effect_json(effect: Effect) -> dict[str, Any]:
    """{"effect": "send", …} with what is not empty."""
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type(effect).__name__)
    return {"effect": name.lstrip("_"), **_plain(effect)}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        parts = {one.name: getattr(value, one.name) for one in fields(value)}
        return {name: _plain(part) for name, part in parts.items() if part not in EMPTY}
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value.value if isinstance(value, Enum) else value


def person_of(setting: Setting) -> Person:
    """The customer of a simulation."""
    first, _, last = setting.name.partition(" ")
    return Person(
        id=f"simulated:{setting.name}",
        first_name=first,
        last_name=last,
        user_name=setting.name,
        language=setting.language,
        locale=setting.language,
        time_zone=setting.time_zone,
        attributes={},
        tags=frozenset(),
        platform=setting.platform,
        channel_name=setting.channel_name,
        channel_key=setting.platform,
        capabilities=connector_for(setting.platform).capabilities,
        window_closes_at=None,
        is_new=True,
    )


def _after(person: Person, effect: Effect) -> Person:
    if isinstance(effect, SetAttribute):
        return replace(person, attributes={**person.attributes, effect.name: effect.value})
    if isinstance(effect, AddTag):
        return replace(person, tags=person.tags | {effect.tag})
    if isinstance(effect, RemoveTag):
        return replace(person, tags=person.tags - {effect.tag})
    return person
