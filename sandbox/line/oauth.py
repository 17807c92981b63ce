"""Channel access tokens: issue, verify, revoke.

https://developers.line.biz/en/docs/basics/channel-access-token/
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson

from sandbox.http import Request, Response, json_response
from sandbox.state import LineBot, Token
from sandbox.trace import Trace
from sandbox.world import World

Json = dict[str, Any]
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MOST_TOKENS = 30
STATELESS_SECONDS = 900
SHORT_SECONDS = 30 * 86400


class OAuthError(Exception):
    """LINE's OAuth endpoints have an error form of their own."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


async def serve_oauth(world: World, trace: Trace, request: Request) -> Response:
    """Answers /oauth2/… and /v2/oauth/…"""
    handler = HANDLERS.get((request.method, request.path))
    if handler is None:
        return json_response({"message": "Not found"}, 404)
    form = dict(parse_qsl(request.query, keep_blank_values=True))
    form.update(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    trace.token_place = "query" if "access_token=" in request.query else "body" if "access_token" in form else ""
    try:
        return json_response(handler(world, form))
    except OAuthError as error:
        trace.code, trace.message = 400, str(error)
        return json_response({"error": error.error, "error_description": str(error)}, 400)


def _bot(world: World, channel_id: str, secret: str | None) -> LineBot:
    for account in world.state.accounts.values():
        if (
            isinstance(account, LineBot)
            and account.channel_id == channel_id
            and secret in (None, account.channel_secret)
        ):
            return account
    raise OAuthError("invalid_client", "invalid client_id or client_secret")


def _client(world: World, form: dict[str, str]) -> LineBot:
    return _bot(world, form.get("client_id", ""), form.get("client_secret", ""))


def _grant(world: World, bot: LineBot, seconds: int, key_id: str = "") -> str:
    value = world.ids.token() + world.ids.token()
    now = world.clock.now()
    token = Token(value=value, kind="line", issued_at=now, expires_at=now + seconds, user_id=key_id)
    world.state.grant(token, bot)
    return value


def _demand_grant_type(form: dict[str, str]) -> None:
    if form.get("grant_type") != "client_credentials":
        raise OAuthError("invalid_request", "grant_type must be client_credentials")


def _claims(form: dict[str, str]) -> Json:
    """The claims of a JWT. Its signature is not checked: the sandbox has no public key of the channel."""
    if form.get("client_assertion_type") != JWT_BEARER:
        raise OAuthError("invalid_request", "client_assertion_type is invalid")
    try:
        payload = form.get("client_assertion", "").split(".")[1]
        claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, binascii.Error, orjson.JSONDecodeError):
        raise OAuthError("invalid_client", "invalid client_assertion") from None
    if (
        not isinstance(claims, dict)
        or claims.get("aud") != "https://api.line.me/"
        or claims.get("iss") != claims.get("sub")
    ):
        raise OAuthError("invalid_client", "invalid client_assertion")
    return claims


def _issue_jwt(world: World, form: dict[str, str]) -> Json:
    _demand_grant_type(form)
    claims = _claims(form)
    now = world.clock.now()
    lifetime = claims.get("token_exp")
    if not isinstance(claims.get("exp"), int) or not now < claims["exp"] <= now + 1800:
        raise OAuthError("invalid_client", "exp must be within 30 minutes")
    if not isinstance(lifetime, int) or not 0 < lifetime <= SHORT_SECONDS:
        raise OAuthError("invalid_request", "token_exp must be at most 2592000")
    bot = _bot(world, str(claims["iss"]), None)
    if len(_living(world, bot, "jwt")) >= MOST_TOKENS:
        raise OAuthError("invalid_request", "The maximum number of channel access tokens has been reached")
    key_id = world.ids.token()[:22]
    value = _grant(world, bot, lifetime, f"jwt:{key_id}")
    return {"access_token": value, "expires_in": lifetime, "token_type": "Bearer", "key_id": key_id}


def _living(world: World, bot: LineBot, kind: str) -> list[Token]:
    now = world.clock.now()
    return [
        one
        for one in world.state.tokens.values()
        if bot in one.accounts
        and one.user_id.startswith(f"{kind}:")
        and one.expires_at > now
        and one.invalid_subcode is None
    ]


def _issue_stateless(world: World, form: dict[str, str]) -> Json:
    _demand_grant_type(form)
    bot = _bot(world, str(_claims(form)["iss"]), None) if "client_assertion" in form else _client(world, form)
    value = _grant(world, bot, STATELESS_SECONDS)
    return {"token_type": "Bearer", "access_token": value, "expires_in": STATELESS_SECONDS}


def _issue_short(world: World, form: dict[str, str]) -> Json:
    """The 31st withdraws the oldest."""
    _demand_grant_type(form)
    bot = _client(world, form)
    living = sorted(_living(world, bot, "short"), key=lambda one: one.issued_at)
    for old in living[: max(0, len(living) - MOST_TOKENS + 1)]:
        old.invalid_subcode = 0
    value = _grant(world, bot, SHORT_SECONDS, "short:")
    return {"access_token": value, "expires_in": SHORT_SECONDS, "token_type": "Bearer"}


def _verify(world: World, form: dict[str, str]) -> Json:
    token = world.state.tokens.get(form.get("access_token", ""))
    now = world.clock.now()
    if token is None or token.kind != "line" or token.invalid_subcode is not None:
        raise OAuthError("invalid_request", "invalid access token")
    if token.expires_at and token.expires_at <= now:
        raise OAuthError("invalid_request", "access token expired")
    bot = token.accounts[0]
    assert isinstance(bot, LineBot)
    left = int(token.expires_at - now) if token.expires_at else 100 * 365 * 86400
    return {"client_id": bot.channel_id, "expires_in": left, "scope": "P CM"}


def _revoke(world: World, form: dict[str, str]) -> Json:
    token = world.state.tokens.get(form.get("access_token", ""))
    if token is not None and token.kind == "line":
        token.invalid_subcode = 0
    return {}


def _revoke_jwt(world: World, form: dict[str, str]) -> Json:
    _client(world, form)
    return _revoke(world, form)


def _kids(world: World, form: dict[str, str]) -> Json:
    bot = _bot(world, str(_claims(form)["iss"]), None)
    return {"kids": [one.user_id.removeprefix("jwt:") for one in _living(world, bot, "jwt")]}


HANDLERS: dict[tuple[str, str], Callable[[World, dict[str, str]], Json]] = {
    ("POST", "/oauth2/v2.1/token"): _issue_jwt,
    ("POST", "/oauth2/v3/token"): _issue_stateless,
    ("POST", "/v2/oauth/accessToken"): _issue_short,
    ("GET", "/oauth2/v2.1/verify"): _verify,
    ("POST", "/v2/oauth/verify"): _verify,
    ("POST", "/oauth2/v2.1/revoke"): _revoke_jwt,
    ("POST", "/v2/oauth/revoke"): _revoke,
    ("GET", "/oauth2/v2.1/tokens/kid"): _kids,
}
