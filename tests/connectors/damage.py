"""Recorded bodies, damaged in one place at a time: what a platform's bug or an attacker with a signature could send."""

from __future__ import annotations

from collections.abc import Iterator
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

Path = tuple[str | int, ...]


def damaged(recording: Recording) -> Iterator[tuple[str, Any]]:
    """Every place of the body × every wrong value, and the body without the place; with a name for the report."""
    body = recording.data.get("body")
    if body is None:
        return
    for path, wrong in damaged_values(body):
        yield f"{recording.name} {path} = {str(wrong)[:40]!r}", replaced(body, path, wrong)
    for path in places(body):
        yield f"{recording.name} without {path}", without(body, path)


def damaged_values(value: Any) -> Iterator[tuple[Path, Any]]:
    """Every place inside `value` × every wrong value to put there."""
    for path in places(value):
        for wrong in (*WRONG_TYPES, *_specials(value, path)):
            yield path, wrong


def _specials(body: Any, path: Path) -> tuple[str, ...]:
    return SPECIAL_TEXTS if isinstance(found(body, path), str) else ()


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all values inside `value`, itself excluded."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, content in inner:
        yield (*path, step)
        yield from places(content, (*path, step))


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
