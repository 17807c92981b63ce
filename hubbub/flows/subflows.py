"""Which other flows a definition calls. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from hubbub.kit.json import JsonValue

CALL = "sub_flow"


def subflow_keys(document: JsonValue) -> frozenset[str]:
    """The keys of the flows that a definition calls, wherever in it."""
    return frozenset(_keys(document))


def _keys(part: JsonValue) -> Iterator[str]:
    ahead = [part]
    while ahead:
        one = ahead.pop()
        if isinstance(one, list):
            ahead += one
        elif isinstance(one, dict):
            ahead += one.values()
            if one.get("type") == CALL and isinstance(key := one.get("flow"), str):
                yield key
