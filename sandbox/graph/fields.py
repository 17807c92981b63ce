"""``fields=``, cursors and lists, as every Graph read has them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter
from sandbox.graph.params import Params

Json = dict[str, Any]


def names_of(text: str) -> dict[str, str]:
    """``id,picture{url},messages.limit(5){id}`` → {name: what is inside the braces}."""
    found: dict[str, str] = {}
    depth, start = 0, 0
    for position, char in enumerate(text + ","):
        depth += (char in "{(") - (char in "})")
        if char == "," and depth == 0:
            part = text[start:position].strip()
            start = position + 1
            name, mark, inside = part.partition("{")
            if name:
                found[name.split(".")[0].strip()] = inside[:-1] if mark else ""
    return found


def select(params: Params, values: Mapping[str, Any], kind: str, default: tuple[str, ...]) -> Json:
    """The asked fields of a node; ``id`` is always there. Raises BadParameter for a field that does not exist.

    A value that is callable is computed only when asked for (it gets what stands inside the braces).
    """
    asked = names_of(params.text("fields")) or dict.fromkeys(default, "")
    chosen: Json = {}
    for name, inside in asked.items():
        if name not in values:
            raise BadParameter(f"Tried accessing nonexisting field ({name}) on node type ({kind})")
        value = values[name](inside) if callable(values[name]) else values[name]
        if value is not None:
            chosen[name] = value
    chosen.setdefault("id", values["id"])
    return chosen


def page_of(call: GraphCall, items: list[Any], default_limit: int = 25) -> Json:
    """One page of a list with cursors. Raises BadParameter for a bad cursor."""
    limit = min(int(call.params.text("limit") or default_limit), 1000)
    first = _offset(call.params.text("after"))
    if before := call.params.text("before"):
        first = max(0, _offset(before) - limit)
    shown = items[first : first + limit]
    page: Json = {"data": shown}
    if shown:
        after = _cursor(first + len(shown))
        page["paging"] = {"cursors": {"before": _cursor(first), "after": after}}
        if first + len(shown) < len(items):
            page["paging"]["next"] = _next(call, after, limit)
    return page


def _next(call: GraphCall, after: str, limit: int) -> str:
    host = "instagram" if call.host == "instagram" else "graph"
    path = "/".join(call.parts)
    kept = {
        name: value for name, value in call.params.query.items() if name in ("fields", "platform", "user_id", "status")
    }
    query = "&".join(f"{name}={value}" for name, value in {**kept, "limit": limit, "after": after}.items())
    return f"{call.world.base_url}/{host}/{call.version}/{path}?{query}"


def _cursor(offset: int) -> str:
    return base64.b64encode(f"at:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        name, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
    except ValueError:
        raise BadParameter("Invalid cursors values") from None
    if name != "at" or not number.isdigit():
        raise BadParameter("Invalid cursors values")
    return int(number)
