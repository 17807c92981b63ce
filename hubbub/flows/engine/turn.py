"""One input being worked on: the only thing in the engine that changes while it works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from hubbub.connectors.messages import OutboundMessage
from hubbub.flows.engine import limits
from hubbub.flows.engine.faults import RunFailure
from hubbub.flows.engine.moments import zone_of
from hubbub.flows.engine.values import Awaiting, Effect, Frame, Input, Offer, Person, Send
from hubbub.kit.json import JsonValue, dumps
from hubbub.kit.text import clean

FIELDS: Mapping[str, Callable[[Person], JsonValue]] = {
    "id": lambda person: person.id,
    "first_name": lambda person: person.first_name,
    "last_name": lambda person: person.last_name,
    "user_name": lambda person: person.user_name,
    "language": lambda person: person.language,
    "locale": lambda person: person.locale,
    "time_zone": lambda person: person.time_zone,
    "is_new": lambda person: person.is_new,
}
"""`contact.…`: these, else the contact's attributes."""


SPLIT = ":"
"""Between a step and a random split of it; no step has it in its name."""


@dataclass(frozen=True, slots=True)
class GoTo:
    step: str


@dataclass(frozen=True, slots=True)
class Call:
    """A sub-flow."""

    flow: str


@dataclass(frozen=True, slots=True)
class End:
    """Of the flow; of a sub-flow, back to who called it."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Wait here for something."""

    status: str
    what: str
    due_at: datetime | None = None
    attempts: int = 0
    is_closed: bool = False
    """Nothing is waited for: the run is over with this status."""


@dataclass(frozen=True, slots=True)
class Stay:
    """This input changes nothing."""


Result = int | GoTo | Call | End | Halt | Stay | None
"""What an action makes the run do; None goes on with the next action, a number with the action there."""


@dataclass(slots=True)
class Turn:
    """What the actions of one turn read and change."""

    person: Person
    given: Input
    variables: dict[str, JsonValue]
    variants: dict[str, str]
    stack: list[Frame]
    key: str = ""
    """Of the definition that runs."""
    flow: str = ""
    step: str = ""
    place: str = ""
    """Of the action that runs."""
    text: str = ""
    payload: str = ""
    is_unread: bool = False
    """The customer said something that no step has read yet."""
    awaiting: Awaiting | None = None
    effects: list[Effect] = field(default_factory=list)
    offered: tuple[Offer, ...] = ()
    is_numbered: bool = False
    steps_taken: int = 0
    steps_in_turn: int = 0
    sent: int = 0
    locales: tuple[str, ...] = ()
    attributes: dict[str, JsonValue] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        return self.given.now

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.person.time_zone)

    @property
    def scoped_step(self) -> str:
        """The step's name for counts: with the sub-flow's before it."""
        return f"{self.flow}/{self.step}" if self.flow else self.step

    def contact(self, name: str) -> JsonValue:
        """A field of the contact, else one of its attributes (set in this turn, too)."""
        name = name.removeprefix("attributes.")
        if name in self.attributes:
            return self.attributes[name]
        read = FIELDS.get(name)
        return read(self.person) if read else self.person.attributes.get(name)

    def send(self, content: OutboundMessage) -> None:
        """Raises RunFailure beyond the limit of messages."""
        self.sent += 1
        if self.sent > limits.MESSAGES_PER_TURN:
            raise RunFailure(f"It says more than {limits.MESSAGES_PER_TURN} messages at once.")
        self.effects.append(Send(content=content))

    def set_variable(self, name: str, value: JsonValue) -> None:
        """Raises RunFailure beyond the limits of size and number."""
        if isinstance(value, str):
            value = clean(value)[: limits.LONGEST_VALUE]
        elif isinstance(value, (list, dict)) and len(dumps(value)) > limits.LONGEST_VALUE:
            raise RunFailure(f"The value for {name} is larger than {limits.LONGEST_VALUE} characters.")
        if name not in self.variables and len(self.variables) >= limits.VARIABLES:
            raise RunFailure(f"There are more than {limits.VARIABLES} variables.")
        self.variables[name] = value
