"""Every route of the API with what it needs, read from the API itself: a route cannot be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hubbub.api.router import Key, api
from hubbub.api.urls import NOUNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    permission: str | None

    @property
    def places(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    def at(self, **ids: object) -> str:
        """The path with its places filled in."""
        return self.path.format(**ids)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def all_routes() -> list[Route]:
    """In the order of their nouns."""
    return list(_routes())


def _routes() -> Iterator[Route]:
    assert api.urls_namespace == "api-v1"
    for noun, router in NOUNS.items():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                auth = operation.auth_param
                permission = auth.permission if isinstance(auth, Key) else None
                for method in operation.methods:
                    yield Route(method=method, path=f"/{noun}{path}", permission=permission)
