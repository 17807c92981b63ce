"""One call to LINE: who calls (by the token), the body, and the request id of the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from sandbox.http import Request
from sandbox.line.errors import BadBody, LineError
from sandbox.origins import as_public
from sandbox.shapes import Shape, check
from sandbox.state import LineBot
from sandbox.trace import Trace
from sandbox.world import World

Json = dict[str, Any]
LARGEST_BODY = 2 * 1024 * 1024


@dataclass(slots=True)
class LineCall:
    """``place``: the variable parts of the path."""

    world: World
    trace: Trace
    request: Request
    bot: LineBot
    request_id: str
    place: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)

    def json(self) -> Json:
        """The body as an object. Raises LineError."""
        if len(self.request.body) > LARGEST_BODY:
            raise LineError(413, "Request body too large")
        if self.request.content_type != "application/json":
            raise LineError(415, "Unsupported media type")
        try:
            value = orjson.loads(self.request.body)
        except orjson.JSONDecodeError:
            raise LineError(400, "The request body could not be parsed as JSON") from None
        if not isinstance(value, dict):
            raise LineError(400, "The request body could not be parsed as JSON")
        return value

    def demand(self, shape: Shape, value: Any) -> None:
        """Raises BadBody with every problem."""
        problems = check(shape, as_public(self.world.settings, value))
        if problems:
            raise BadBody(problems)


def bot_of_token(world: World, request: Request, trace: Trace) -> LineBot:
    """The account that the bearer token belongs to. Raises LineError 401."""
    scheme, _, value = request.header(b"authorization").partition(" ")
    if "access_token=" in request.query:
        trace.token_place = "query"  # noqa: S105 - a place
    if scheme.lower() != "bearer" or not value:
        raise _unauthorized(
            "Authentication failed due to the following reason: missing or malformed authorization header"
        )
    trace.token_place = "header"  # noqa: S105 - a place
    token = world.state.tokens.get(value.strip())
    if token is None or token.kind != "line" or token.invalid_subcode is not None:
        raise _unauthorized("Authentication failed due to the following reason: invalid token")
    if token.expires_at and token.expires_at <= world.clock.now():
        raise _unauthorized("Authentication failed due to the following reason: token expired")
    bot = token.accounts[0]
    assert isinstance(bot, LineBot)
    trace.accounts = [bot.external_id]
    return bot


def _unauthorized(message: str) -> LineError:
    return LineError(401, message + ". Confirm that the access token in the authorization header is valid.")
