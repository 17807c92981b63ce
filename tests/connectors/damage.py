"""Recorded bodies, damaged in one place at a time: what a platform's bug or an attacker with a signature could send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.connectors.recordings import Recording

WRONG_TYPES: tuple[Any, ...] = (None, True, 0, -1, 1.5, 2**53 + 1, 10**30, "", "x", [], [[]], [None], {}, {"id": {}})
SPECIAL_TEXTS = (
    "\x00",
    "a\x00b",
    "\u202e\u200f\ufeff",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "e\u0301" * 500,
    "NaN",
    "-0",
    "1e400",
    "9" * 5_000,
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "x" * 70_000,
)

MOST_ALIKE = 4
"""Of a list as many elements are damaged: recordings list variants of one thing by the dozen."""

KINDS = ("type", "field", "item", "verb", "action", "event", "status", "object", "is_echo", "content_type", "mode")

Path = tuple[str | int, ...]
Trail = tuple[tuple[object, ...], ...]


def damaged(found_recordings: Iterable[Recording]) -> Iterator[tuple[str, Any]]:
    """Every place of the bodies × every wrong value, and the body without the place; with a name for the report.

    Places that a parser cannot tell apart (the same path through dicts of the same keys and kinds) are tried once.
    """
    seen: set[Trail] = set()
    for recording in found_recordings:
        body = recording.data.get("body")
        for path in places(body):
            trail = tuple(_trail(body, path))
            if trail not in seen:
                seen.add(trail)
                for wrong in (*WRONG_TYPES, *_specials(body, path)):
                    yield f"{recording.name} {path} = {str(wrong)[:40]!r}", replaced(body, path, wrong)
                yield f"{recording.name} without {path}", without(body, path)


def _trail(value: Any, path: Path) -> Iterator[tuple[object, ...]]:
    """What a parser can see on the way to a place: names of keys, and the values that say of which kind a dict is."""
    for step in path:
        if isinstance(value, dict):
            kinds = tuple(str(value[name]) for name in KINDS if isinstance(value.get(name), str | bool))
            yield (step, *sorted(value), *kinds)
        value = value[step]


def damaged_values(value: Any) -> Iterator[tuple[Path, Any]]:
    """Every place inside `value` × every wrong value to put there."""
    for path in places(value):
        for wrong in (*WRONG_TYPES, *_specials(value, path)):
            yield path, wrong


def _specials(body: Any, path: Path) -> tuple[str, ...]:
    return SPECIAL_TEXTS if isinstance(found(body, path), str) else ()


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all values inside `value`, itself excluded."""
    for step, content in _inner(value):
        yield (*path, step)
        yield from places(content, (*path, step))


def _inner(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value[:MOST_ALIKE])


def found(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy of `value` with `new` at `path`; only what lies on the path is copied."""
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def without(value: Any, path: Path) -> Any:
    """A copy of `value` without what stands at `path`."""
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = without(value[path[0]], path[1:])
    return copy
