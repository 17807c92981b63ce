"""Answers one call to LINE: route, token, rate, faults, handler, error body."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import orjson

from sandbox.faults import Rule
from sandbox.http import Request, Response
from sandbox.line import handlers as _handlers  # noqa: F401 - registers the routes
from sandbox.line.call import LineCall, bot_of_token
from sandbox.line.errors import NOT_FOUND, QUOTA_USED_UP, RATE_LIMITED, LineError
from sandbox.line.oauth import serve_oauth
from sandbox.line.routes import Route, find
from sandbox.trace import Trace, answer, note
from sandbox.world import World

JSON = (b"content-type", b"application/json")
FAULTS: dict[str, tuple[int, str]] = {
    "429": (429, RATE_LIMITED),
    "quota": (429, QUOTA_USED_UP),
    "500": (500, "Internal server error"),
    "503": (503, "Service unavailable"),
    "token_revoked": (401, "Authentication failed due to the following reason: invalid token."),
}


async def serve(world: World, request: Request, is_data: bool) -> Response:
    """``request.path`` begins with /v2/bot, /oauth2 or /v2/oauth."""
    trace = Trace("line")
    request_id = world.ids.hex(16)
    request_id = f"{request_id[:8]}-{request_id[8:12]}-{request_id[12:16]}-{request_id[16:20]}-{request_id[20:]}"
    try:
        response = await _serve(world, trace, request, request_id, is_data)
    except LineError as error:
        response = _refusal(trace, error)
    response.headers.append((b"x-line-request-id", request_id.encode()))
    note(world, trace, request, response.status if not response.is_cut else 0)
    return response


async def _serve(world: World, trace: Trace, request: Request, request_id: str, is_data: bool) -> Response:
    if request.path.startswith(("/oauth2/", "/v2/oauth/")):
        return await answer(world, trace, request, lambda: serve_oauth(world, trace, request), _faulty(trace))
    found = find(request.method, request.path)
    if found is None or found[0].is_data != is_data:
        raise LineError(404, NOT_FOUND)
    route, place = found
    bot = bot_of_token(world, request, trace)
    trace.is_send = route.is_send
    query = dict(parse_qsl(request.query, keep_blank_values=True)) if request.query else {}
    call = LineCall(world, trace, request, bot, request_id, place, query)
    return await answer(world, trace, request, lambda: _run(call, route), _faulty(trace))


async def _run(call: LineCall, route: Route) -> Response:
    try:
        _check_rate(call, route)
        value: Any = await route.handler(call)
    except LineError as error:
        return _refusal(call.trace, error)
    if isinstance(value, Response):
        return value
    return Response(200, orjson.dumps(value), [JSON])


def _check_rate(call: LineCall, route: Route) -> None:
    if not call.world.limits_on:
        return
    most, seconds = route.rate
    now = call.world.clock.now()
    key = f"{route.name}:{call.bot.key}"
    limits = call.world.limits
    is_within = limits.take(key, most, now) if seconds == 1.0 else limits.count(key, most, seconds, now)
    if not is_within:
        raise LineError(429, RATE_LIMITED)


def _refusal(trace: Trace, error: LineError) -> Response:
    trace.code, trace.message = error.status, error.message
    return Response(error.status, orjson.dumps(error.body()), [JSON, *error.headers])


def _faulty(trace: Trace) -> Any:
    def faulty(rule: Rule) -> Response | None:
        if rule.fault == "error":
            status, _, message = rule.argument.partition("/")
            return _refusal(trace, LineError(int(status), message))
        if rule.fault not in FAULTS:
            return None
        return _refusal(trace, LineError(*FAULTS[rule.fault]))

    return faulty
