"""A step's actions as a flat list of instructions: lists within lists become jumps, so a run's place is one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hubbub.flows.engine import limits
from hubbub.flows.engine.reading import Reader
from hubbub.flows.engine.turn import Result, Turn
from hubbub.kit.json import JsonValue

Act = Callable[[Turn], Result]
JUMP = "#"
"""Places of instructions that no action stands for."""


@dataclass(frozen=True, slots=True)
class Instruction:
    place: str
    act: Act
    resume: Act | None = None
    """What to do with the input that comes while the run waits here."""


@dataclass(slots=True)
class Label:
    """A place in the code that is not written yet."""

    at: int = 0


@dataclass(slots=True)
class Builder:
    """Writes the code of one step."""

    reader: Reader
    step: str
    read_action: Callable[[Builder, Mapping[str, JsonValue], str], None]
    code: list[Instruction] = field(default_factory=list)
    is_answered: bool = False
    """A question was asked before this point: what it reads is the answer to that."""
    reads_message: bool = False
    depth: int = 0
    variants: set[str] = field(default_factory=set)

    def add(self, place: str, act: Act, *, resume: Act | None = None, names: frozenset[str] = frozenset()) -> None:
        """One more instruction. `names`: the variables that it reads."""
        if "message_text" in names and not self.is_answered:
            self.reads_message = True
        self.code.append(Instruction(place, act, resume))

    def jump(self, label: Label) -> None:
        self.code.append(Instruction(JUMP, lambda _: label.at))

    def here(self, label: Label) -> None:
        label.at = len(self.code)

    def actions(self, value: JsonValue, place: str) -> None:
        """A list of actions."""
        if self.depth > limits.DEPTH:
            self.reader.fault(place, f"Actions are nested more than {limits.DEPTH} levels deep.")
            return
        self.depth += 1
        for number, one in enumerate(self.reader.items(value, place, limits.ACTIONS)):
            where = f"{place}[{number}]"
            part = self.reader.part(one, where)
            if isinstance(one, dict):
                self.read_action(self, part, where)
        self.depth -= 1
