"""Rules for JSON that is passed through in the platform's own shape: small checks, combined into data.

A `Rule` takes a value and its place ("message.attachment.payload.title") and yields what is wrong there, as
sentences; `check` refuses with the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from hubbub.connectors.meta.templates import refuse
from hubbub.kit.json import JsonValue

Rule = Callable[[JsonValue, str], Iterator[str]]


def check(rule: Rule, value: JsonValue, place: str) -> None:
    """Raises `Unsendable` with the first thing that `rule` finds wrong."""
    for problem in rule(value, place):
        refuse(problem)


def text(most: int = 100_000, *, least: int = 1, pattern: str = "", meaning: str = "") -> Rule:
    """Text of `least` to `most` characters; `meaning` says in words what `pattern` wants."""
    compiled = re.compile(pattern, re.DOTALL)

    def rule(value: JsonValue, place: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{place} must be a text."
        elif not least <= len(value) <= most:
            yield f"{place} has {len(value):,} characters; it must have {least:,} to {most:,}."
        elif pattern and not compiled.fullmatch(value):
            yield f"{place} must be {meaning}."

    return rule


def number(*, low: float = 0, high: float = 1e15) -> Rule:
    """A number, or text that is one, as Meta's own samples mix them."""

    def rule(value: JsonValue, place: str) -> Iterator[str]:
        if not low <= _as_number(value, low) <= high:
            yield f"{place} must be a number between {low:g} and {high:g}."

    return rule


def _as_number(value: JsonValue, low: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return low - 1
    try:
        return float(value)
    except (ValueError, OverflowError):
        return low - 1


def flag(value: JsonValue, place: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"{place} must be true or false."


def anything(value: JsonValue, place: str) -> Iterator[str]:  # noqa: ARG001  one signature for all rules
    yield from ()


def one_of(*names: str) -> Rule:
    def rule(value: JsonValue, place: str) -> Iterator[str]:
        if value not in names:
            yield f"{place} must be one of: {', '.join(names)}."

    return rule


def many(inner: Rule, most: int, *, least: int = 1) -> Rule:
    """A list of `least` to `most` values."""

    def rule(value: JsonValue, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{place} must be a list."
        elif not least <= len(value) <= most:
            yield f"{place} has {len(value)} entries; it must have {least} to {most}."
        else:
            for position, one in enumerate(value):
                yield from inner(one, f"{place}[{position}]")

    return rule


def fields(known: Mapping[str, Rule], *, needs: Sequence[str] = (), one_of_these: Sequence[str] = ()) -> Rule:
    """An object with no keys but the `known`, all that it `needs`, and exactly one of `one_of_these`."""

    def rule(value: JsonValue, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place} must be an object."
            return
        for name, content in value.items():
            inner = known.get(name)
            if inner is None:
                yield f"{place} has an unknown key {name[:50]!r}; it may have: {', '.join(known)}."
            else:
                yield from inner(content, f"{place}.{name}")
        yield from _missing(value, place, needs, one_of_these)

    return rule


def _missing(value: Mapping[str, JsonValue], place: str, needs: Sequence[str], choice: Sequence[str]) -> Iterator[str]:
    for name in needs:
        if name not in value:
            yield f"{place} lacks {name}."
    if choice and sum(name in value for name in choice) != 1:
        yield f"{place} must have exactly one of: {', '.join(choice)}."


def by(key: str, kinds: Mapping[str, Rule], gone: Mapping[str, str] | None = None) -> Rule:
    """An object whose `key` says which of `kinds` it is; `gone` has sentences for those that no longer exist."""

    def rule(value: JsonValue, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place} must be an object."
            return
        kind = value.get(key)
        inner = kinds.get(kind) if isinstance(kind, str) else None
        if inner is not None:
            yield from inner(value, place)
        elif isinstance(kind, str) and gone and kind in gone:
            yield gone[kind]
        else:
            yield f"{place}.{key} must be one of: {', '.join(kinds)}."

    return rule


def both(*rules: Rule) -> Rule:
    """All of `rules`, one after the other."""

    def rule(value: JsonValue, place: str) -> Iterator[str]:
        for one in rules:
            yield from one(value, place)

    return rule
