"""The routing table of Graph: (kind of node, method, edge) → handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.http import Response

Handler = Callable[[GraphCall], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    handler: Handler
    is_send: bool = False


ROUTES: dict[tuple[str, str, str], Route] = {}


def route(kinds: str, method: str, edge: str = "", *, is_send: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler for one or more kinds of node (with blanks between)."""

    def register(handler: Handler) -> Handler:
        for kind in kinds.split():
            ROUTES[kind, method, edge] = Route(handler, is_send)
        return handler

    return register


Answer = Response | dict[str, Any]
