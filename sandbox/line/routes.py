"""The routing table of LINE: method and path, with {names} for what varies, and the rate of each endpoint."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.line.call import LineCall

Handler = Callable[[LineCall], Awaitable[Any]]
DEFAULT_RATE = (2000, 1.0)


@dataclass(frozen=True, slots=True)
class Route:
    """``rate``: this many calls in this many seconds, per channel."""

    handler: Handler
    name: str
    pattern: re.Pattern[str]
    rate: tuple[int, float]
    is_send: bool
    is_data: bool


EXACT: dict[tuple[str, str], Route] = {}
PATTERNS: dict[str, list[Route]] = {}


def route(
    method: str, path: str, *, rate: tuple[int, float] = DEFAULT_RATE, is_send: bool = False, is_data: bool = False
) -> Callable[[Handler], Handler]:
    """Register a handler. ``is_data``: it lives on api-data.line.me."""

    def register(handler: Handler) -> Handler:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")
        found = Route(handler, f"{method} {path}", pattern, rate, is_send, is_data)
        if "{" in path:
            PATTERNS.setdefault(method, []).append(found)
        else:
            EXACT[method, path] = found
        return handler

    return register


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route with the variable parts of the path."""
    if (exact := EXACT.get((method, path))) is not None:
        return exact, {}
    for candidate in PATTERNS.get(method, ()):
        if match := candidate.pattern.match(path):
            return candidate, match.groupdict()
    return None
