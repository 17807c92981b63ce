"""What is wrong with a definition, and what goes wrong while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hubbub.kit.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`place` leads to it from the top of the definition: start.actions[2].text."""

    place: str
    sentence: str


class FaultyDefinition(InvalidInput):
    """A definition that cannot run; `faults` has every reason."""

    code = "faulty_flow"

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        listed = [{"place": fault.place, "sentence": fault.sentence} for fault in faults]
        where = f"{first.place}: " if first.place else ""
        super().__init__(f"{where}{first.sentence}", details={"faults": listed})
        self.faults = tuple(faults)


class RunFailure(Exception):
    """Inside the engine only: ends the run as failed, with this sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
