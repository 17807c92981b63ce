"""Shapes: what a JSON value must look like, as data. Checking one gives a list of problems with their places.

A platform turns the problems into its own error bodies; LINE lists all of them, Graph names the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.counting import code_points

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """``kind``: missing, type, length, size, value, unknown. ``low``/``high`` where a range was broken."""

    path: Path
    kind: str
    expected: str = ""
    low: float | None = None
    high: float | None = None

    def dotted(self) -> str:
        """LINE's notation: messages[0].text."""
        parts: list[str] = []
        for step in self.path:
            parts.append(f"[{step}]" if isinstance(step, int) else f".{step}" if parts else step)
        return "".join(parts)

    def bracketed(self) -> str:
        """Graph's notation: message[attachment][payload]."""
        first, *rest = self.path or ("",)
        return str(first) + "".join(f"[{step}]" for step in rest)


class Shape(Protocol):
    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        """Append what is wrong with the value at this place."""


Rule = Callable[[Any, Path, list[Problem]], None]


@dataclass(frozen=True, slots=True)
class Anything:
    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        """Everything is fine."""


@dataclass(frozen=True, slots=True)
class Text:
    most: int | None = None
    least: int = 0
    count: Callable[[str], int] = code_points
    pattern: re.Pattern[str] | None = None
    numbers: bool = False
    """Accept a number as text, as Graph does for ids."""

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        if self.numbers and isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            problems.append(Problem(path, "type", "string"))
            return
        size = self.count(value)
        if size < self.least or (self.most is not None and size > self.most):
            problems.append(Problem(path, "length", "string", self.least, self.most))
        elif self.pattern is not None and not self.pattern.fullmatch(value):
            problems.append(Problem(path, "value", "format"))


@dataclass(frozen=True, slots=True)
class Number:
    low: float | None = None
    high: float | None = None
    whole: bool = False
    texts: bool = False
    """Accept digits in a string."""

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        number = _number(value, self.texts)
        if number is None or (self.whole and number != int(number)):
            problems.append(Problem(path, "type", "integer" if self.whole else "number"))
        elif (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            problems.append(Problem(path, "value", "range", self.low, self.high))


def _number(value: Any, texts: bool) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if texts and isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None


@dataclass(frozen=True, slots=True)
class Flag:
    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, bool):
            problems.append(Problem(path, "type", "boolean"))


@dataclass(frozen=True, slots=True)
class Choice:
    options: Collection[str]

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, str) or value not in self.options:
            problems.append(Problem(path, "value", "one of " + ", ".join(sorted(self.options))))


@dataclass(frozen=True, slots=True)
class Items:
    shape: Shape
    least: int = 0
    most: int | None = None
    rules: tuple[Rule, ...] = ()

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, list):
            problems.append(Problem(path, "type", "array"))
            return
        if len(value) < self.least or (self.most is not None and len(value) > self.most):
            problems.append(Problem(path, "size", "array", self.least, self.most))
            return
        for position, item in enumerate(value):
            self.shape.check(item, (*path, position), problems)
        for rule in self.rules:
            rule(value, path, problems)


@dataclass(frozen=True, slots=True)
class Fields:
    """An object. ``extra``: what to do with keys that are not listed."""

    known: Mapping[str, Shape] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    extra: bool = False
    rules: tuple[Rule, ...] = ()

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, dict):
            problems.append(Problem(path, "type", "object"))
            return
        before = len(problems)
        problems.extend(
            Problem((*path, name), "missing") for name in self.required if value.get(name) in (None, "", [])
        )
        for name, item in value.items():
            shape = self.known.get(name)
            if shape is not None:
                if item is not None and not (name in self.required and item in ("", [])):
                    shape.check(item, (*path, name), problems)
            elif not self.extra:
                problems.append(Problem((*path, name), "unknown"))
        if len(problems) == before:
            for rule in self.rules:
                rule(value, path, problems)


@dataclass(frozen=True, slots=True)
class Tagged:
    """An object whose shape is chosen by one of its keys."""

    key: str
    shapes: Mapping[str, Shape]

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, dict):
            problems.append(Problem(path, "type", "object"))
            return
        tag = value.get(self.key)
        shape = self.shapes.get(tag) if isinstance(tag, str) else None
        if tag in (None, ""):
            problems.append(Problem((*path, self.key), "missing"))
        elif shape is None:
            problems.append(Problem((*path, self.key), "value", "one of " + ", ".join(sorted(self.shapes))))
        else:
            shape.check(value, path, problems)


def exactly_one(*names: str) -> Rule:
    """A rule: just one of these keys is there."""

    def rule(value: Any, path: Path, problems: list[Problem]) -> None:
        present = [name for name in names if value.get(name) not in (None, "")]
        if not present:
            problems.append(Problem((*path, names[0]), "missing"))
        elif len(present) > 1:
            problems.append(Problem((*path, present[1]), "value", "exactly one of " + ", ".join(names)))

    return rule


def unique(*names: str) -> Rule:
    """A rule for arrays of objects: no two have the same value at this path of keys."""

    def rule(value: Any, path: Path, problems: list[Problem]) -> None:
        seen: set[str] = set()
        for position, item in enumerate(value):
            for name in names:
                item = item.get(name) if isinstance(item, dict) else None
            if isinstance(item, str) and item in seen:
                problems.append(Problem((*path, position, *names), "value", "unique"))
            seen.add(str(item))

    return rule


def check(shape: Shape, value: Any, *path: str | int) -> list[Problem]:
    """All problems of a value; empty when it is right."""
    problems: list[Problem] = []
    shape.check(value, path, problems)
    return problems
