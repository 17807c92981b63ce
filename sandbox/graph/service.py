"""Answers one call to Graph: version, parameters, token, node, faults, handler, error body."""

from __future__ import annotations

from typing import Any

import orjson

from sandbox.faults import Rule
from sandbox.graph import batch
from sandbox.graph import handlers as _handlers  # noqa: F401 - registers the routes
from sandbox.graph.call import GraphCall, Host, authenticate, check_proof
from sandbox.graph.errors import GraphError, unknown_object
from sandbox.graph.nodes import resolve
from sandbox.graph.params import read_params
from sandbox.graph.routes import ROUTES, Route
from sandbox.graph.usage import usage_headers
from sandbox.graph.versions import served_version
from sandbox.graph.whatsapp_errors import TITLES, WhatsAppError
from sandbox.http import META_JSON, Request, Response
from sandbox.trace import Trace, answer, note
from sandbox.world import World

FAULTS: dict[str, tuple[int, int | None, int]] = {
    "500": (1, None, 500),
    "503": (2, None, 503),
    "token_revoked": (190, 467, 0),
}
THROTTLED = {"facebook": (613, None), "instagram": (613, 2534040), "whatsapp": (130429, None)}
UNVERSIONED = ("access_token", "refresh_access_token")
"""What graph.instagram.com serves without a version."""
QUOTA = {"facebook": (80006, None), "instagram": (80002, None), "whatsapp": (80007, None)}


async def serve(world: World, request: Request, host: Host) -> Response:
    """``request.path`` begins with the version."""
    trace = Trace("instagram" if host == "instagram" else "facebook")
    call: GraphCall | None = None
    try:
        call = _read(world, trace, request, host)
        found = _route(call)
        trace.is_send = found.is_send
        response = await answer(world, trace, request, lambda: _run(call, found), lambda rule: _faulty(call, rule))
    except GraphError as error:
        response = _refusal(world, trace, error)
    response.headers.extend(_headers(world, call))
    note(world, trace, request, response.status if not response.is_cut else 0)
    return response


def _read(world: World, trace: Trace, request: Request, host: Host) -> GraphCall:
    path = request.path
    if host == "instagram" and path.lstrip("/") in UNVERSIONED:
        path = f"/{world.settings.trust_new_version}{path}"
    segment, _, rest = path.lstrip("/").partition("/")
    version = served_version(segment, request.path, world.clock.now(), world.settings.trust_new_version)
    parts = [part for part in rest.split("/") if part]
    call = GraphCall(world, trace, request, host, version, parts, read_params(request))
    if parts and (parts[0] in world.state.wabas or world.state.number(parts[0])):
        trace.platform = "whatsapp"
    authenticate(call)
    check_proof(call)
    resolve(call)
    trace.platform = {"number": "whatsapp", "waba": "whatsapp", "instagram": "instagram"}.get(call.kind, trace.platform)
    return call


def _route(call: GraphCall) -> Route:
    found = ROUTES.get((call.kind, _method(call), call.edge))
    if found is not None:
        return found
    if any(kind == call.kind and edge == call.edge for kind, _, edge in ROUTES):
        raise GraphError(100, None, f"Unsupported {_method(call).lower()} request.", kind="GraphMethodException")
    if call.edge:
        raise GraphError(2500, None, f"Unknown path components: /{call.edge}", http=400)
    raise unknown_object(call.node_id, call.method)


def _method(call: GraphCall) -> str:
    """Graph lets a POST carry ``method=delete``."""
    override = str(call.params.query.get("method", "")).upper()
    return override if call.method == "POST" and override in ("GET", "DELETE") else call.method


async def _run(call: GraphCall, found: Route) -> Response:
    try:
        value: Any = await found.handler(call)
    except GraphError as error:
        return _refusal(call.world, call.trace, error)
    if isinstance(value, Response):
        return value
    return Response(200, orjson.dumps(value), [META_JSON])


def _refusal(world: World, trace: Trace, error: GraphError) -> Response:
    trace.code, trace.subcode, trace.message = error.code, error.subcode, error.message
    body = error.body(world.ids.trace())
    status = 401 if error.code == 190 and trace.platform == "whatsapp" else error.status
    headers = [META_JSON]
    if error.code in (104, 190):
        value = f'OAuth "Facebook Platform" "invalid_token" "{error.message}"'
        headers.append((b"www-authenticate", value.encode("latin-1", "replace")))
    return Response(status, orjson.dumps(body), headers)


def _faulty(call: GraphCall, rule: Rule) -> Response | None:
    platform = call.trace.platform
    if rule.fault == "error":
        code, _, subcode = rule.argument.partition("/")
        return _refusal(call.world, call.trace, GraphError(int(code), int(subcode) if subcode else None))
    if rule.fault in ("429", "quota"):
        code_, subcode_ = (THROTTLED if rule.fault == "429" else QUOTA)[platform]
        return _refusal(call.world, call.trace, _platform_error(platform, code_, subcode_))
    if rule.fault not in FAULTS:
        return None
    number, sub, http = FAULTS[rule.fault]
    return _refusal(call.world, call.trace, GraphError(number, sub, http=http))


def _platform_error(platform: str, code: int, subcode: int | None) -> GraphError:
    return WhatsAppError(code) if platform == "whatsapp" and code in TITLES else GraphError(code, subcode)


def _headers(world: World, call: GraphCall | None) -> list[tuple[bytes, bytes]]:
    headers = [(b"x-fb-trace-id", world.ids.trace().encode())]
    if call is not None:
        headers.append((b"facebook-api-version", call.version.encode()))
        headers.extend(usage_headers(call))
    return headers


batch.SERVE.append(serve)
