"""Reading a definition without stopping at the first fault."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING

from hubbub.flows.engine import limits
from hubbub.flows.engine.faults import Fault
from hubbub.flows.engine.moments import duration_of, span_of
from hubbub.kit.json import JsonValue

if TYPE_CHECKING:
    from datetime import time

FREE = frozenset({"type", "comment"})
"""Fields that every object may have; a comment is for people."""
MOST_FAULTS = 200


class Reader:
    """Collects faults; gives harmless values in the place of faulty ones, so that reading goes on."""

    def __init__(self, steps: Collection[str] = ()) -> None:
        self.faults: list[Fault] = []
        self.steps = steps
        self.templates: set[str] = set()
        """Stored templates that are named."""

    def fault(self, place: str, sentence: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(place=place, sentence=sentence))

    def known(self, part: Mapping[str, JsonValue], fields: Collection[str], place: str) -> None:
        """Fault every field that is not one of these: a typing error would be ignored else."""
        for name in part:
            if name not in fields and name not in FREE:
                self.fault(
                    f"{place}.{name[:40]}", f"There is no such field here; there are {', '.join(sorted(fields))}."
                )

    def part(self, value: JsonValue, place: str) -> dict[str, JsonValue]:
        if isinstance(value, dict):
            return value
        self.fault(place, "This must be an object: {…}.")
        return {}

    def items(self, value: JsonValue, place: str, most: int, *, least: int = 0) -> list[JsonValue]:
        if not isinstance(value, list):
            if value is not None or least:
                self.fault(place, "This must be a list: […].")
            return []
        if not least <= len(value) <= most:
            self.fault(place, f"This list must have {least} to {most} entries; it has {len(value)}.")
        return value[:most]

    def word(self, value: JsonValue, place: str, *, default: str | None = None) -> str:
        """A short text without variables."""
        if value is None and default is not None:
            return default
        if isinstance(value, str) and len(value.strip()) > 0 and len(value) <= limits.LONGEST_NAME:
            return value.strip()
        self.fault(place, f"This must be a text of 1 to {limits.LONGEST_NAME} characters.")
        return "?"

    def one_of(self, value: JsonValue, choices: Collection[str], place: str, *, default: str | None = None) -> str:
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value in choices:
            return value
        self.fault(place, f"This must be one of {', '.join(choices)}.")
        return default or next(iter(choices))

    def number(self, value: JsonValue, place: str, *, low: float, high: float, default: float | None = None) -> float:
        if value is None and default is not None:
            return default
        if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        self.fault(place, f"This must be a number from {low:g} to {high:g}.")
        return low if default is None else default

    def bound(self, value: JsonValue, place: str) -> float | None:
        """A number, or nothing."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 10**15 or not isfinite(value):
            self.fault(place, "This must be a number.")
            return None
        return float(value)

    def flag(self, value: JsonValue, place: str, *, default: bool) -> bool:
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(place, "This must be true or false.")
        return value is True

    def step(self, value: JsonValue, place: str) -> str:
        """The name of a step that is there; "end" is always there."""
        if isinstance(value, str) and (value in self.steps or value == "end"):
            return value
        named = f" called {value[: limits.LONGEST_NAME]!r}" if isinstance(value, str) else ""
        self.fault(place, f"There is no step{named}; there are {', '.join(list(self.steps)[:20]) or 'none'}, and end.")
        return "end"

    def maybe_step(self, value: JsonValue, place: str) -> str | None:
        return None if value is None else self.step(value, place)

    def duration(self, value: JsonValue, place: str) -> timedelta:
        found = duration_of(value)
        if found is not None and timedelta(0) < found <= limits.LONGEST_DELAY:
            return found
        days = limits.LONGEST_DELAY.days
        self.fault(place, f'This must be a time like "90s", "10m", "2h", "1d" or "1h 30m", of at most {days} days.')
        return timedelta(minutes=1)

    def span(self, value: JsonValue, place: str) -> tuple[time, time] | None:
        """["21:00", "08:00"], or nothing."""
        if value is None:
            return None
        found = span_of(value)
        if found is None:
            self.fault(place, 'This must be two different times of day: ["21:00", "08:00"].')
        return found
