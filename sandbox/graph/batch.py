"""POST / with ``batch``: up to 50 calls in one. https://developers.facebook.com/docs/graph-api/batch-requests"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter
from sandbox.graph.routes import route
from sandbox.http import Request, Response

Json = dict[str, Any]
MOST = 50
FORM = (b"content-type", b"application/x-www-form-urlencoded")
SERVE: list[Callable[..., Awaitable[Response]]] = []
"""The service that answers each part (set by it, so that this module need not import it)."""


@route("root", "POST", "")
async def batch(call: GraphCall) -> Any:
    """Each part counts by itself; the answers stand in the order of the parts."""
    operations = call.params.structure("batch")
    if not isinstance(operations, list):
        raise BadParameter("The parameter batch is required")
    if len(operations) > MOST:
        raise BadParameter(f"Too many requests in batch message. Maximum batch size is {MOST}")
    with_headers = call.params.flag("include_headers") is not False
    answers = await asyncio.gather(*(_run(call, one) for one in operations))
    return [_shown(answer, with_headers) for answer in answers]


async def _run(call: GraphCall, operation: Any) -> Response:
    if not isinstance(operation, dict) or "method" not in operation or "relative_url" not in operation:
        raise BadParameter("Each operation needs method and relative_url")
    path, _, query = str(operation["relative_url"]).lstrip("/").partition("?")
    if path.split("/")[0] != call.version:
        path = f"{call.version}/{path}"
    body = str(operation.get("body", ""))
    inherited = _inherited(call, query + "&" + body)
    method = str(operation["method"]).upper()
    if method in ("GET", "DELETE"):
        query = "&".join(part for part in (query, urlencode(inherited)) if part)
    else:
        body = "&".join(part for part in (body, urlencode(inherited)) if part)
    headers = [FORM, *((key, value) for key, value in call.request.headers if key == b"authorization")]
    return await SERVE[0](call.world, Request(method, "/" + path, query, headers, body.encode()), call.host)


def _inherited(call: GraphCall, given: str) -> dict[str, str]:
    """The outer token and proof, for a part that has no token of its own."""
    if "access_token=" in given:
        return {}
    names = ("access_token", "appsecret_proof", "appsecret_time")
    return {name: call.params.text(name) for name in names if call.params.has(name)}


def _shown(answer: Response, with_headers: bool) -> Json | None:
    if answer.is_cut:
        return None
    shown: Json = {"code": answer.status, "body": answer.body.decode()}
    if with_headers:
        shown["headers"] = [{"name": name.decode(), "value": value.decode("latin-1")} for name, value in answer.headers]
    return shown
