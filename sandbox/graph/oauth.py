"""Tokens: codes, exchange, debug, the people behind them.

https://developers.facebook.com/documentation/facebook-login/guides/advanced/manual-flow
"""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import parse_qsl

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.graph.fields import page_of, select
from sandbox.graph.page import page_values
from sandbox.graph.routes import route
from sandbox.http import Request, Response, json_response
from sandbox.state import App, Page, Person, Token
from sandbox.world import World

Json = dict[str, Any]
HOUR, DAY = 3600.0, 86400.0
LONG = 60 * DAY
CODE_SECONDS = {"user": 600.0, "business": 30.0, "instagram": HOUR}
GRANTED_TO = {
    "instagram": ("instagram_basic", "instagram_manage_messages", "instagram_manage_comments"),
    "whatsapp": ("whatsapp_business_messaging", "whatsapp_business_management"),
}
"""Beside `USER_SCOPES`, where everything was granted."""
USER_SCOPES = (
    "pages_show_list",
    "pages_messaging",
    "pages_manage_metadata",
    "pages_read_engagement",
    "business_management",
)


def _client(call: GraphCall) -> App:
    """The app that client_id and client_secret name. Raises GraphError."""
    app = call.world.state.apps.get(call.params.need("client_id"))
    if app is None:
        raise GraphError(101)
    secret = call.params.need("client_secret")
    if not hmac.compare_digest(app.secret.encode(), secret.encode()):
        raise GraphError(1, None, "Error validating client secret.", http=400)
    return app


@route("root", "GET", "oauth/access_token")
@route("root", "POST", "oauth/access_token")
async def access_token(call: GraphCall) -> Json:
    """A code, a short token for a long one, or client credentials."""
    app = _client(call)
    grant = call.params.text("grant_type")
    if grant == "client_credentials":
        return {"access_token": f"{app.app_id}|{app.secret}", "token_type": "bearer"}
    if grant == "fb_exchange_token":
        return _exchange(call, app)
    return _take_code(call, app)


def _exchange(call: GraphCall, app: App) -> Json:
    short = call.world.state.tokens.get(call.params.need("fb_exchange_token"))
    now = call.world.clock.now()
    if short is None or short.kind != "user" or short.app_id != app.app_id:
        raise GraphError(190)
    if short.invalid_subcode is not None or (short.expires_at and short.expires_at <= now):
        raise GraphError(190, short.invalid_subcode or 463)
    long = new_token(call.world, "user", app.app_id, short.user_id, LONG)
    long.scopes = short.scopes
    return {"access_token": long.value, "token_type": "bearer", "expires_in": int(LONG)}


def new_token(world: World, kind: Any, app_id: str, user_id: str, seconds: float) -> Token:
    """``seconds`` 0: it never expires."""
    now = world.clock.now()
    token = Token(value="EAA" + world.ids.token() + world.ids.token(), kind=kind, app_id=app_id, user_id=user_id)
    token.issued_at, token.expires_at = now, now + seconds if seconds else 0.0
    token.is_long = not 0 < seconds <= 2 * HOUR
    world.state.tokens[token.value] = token
    return token


def _take_code(call: GraphCall, app: App) -> Json:
    """A code works once, for the app and redirect_uri that it was made for."""
    code = call.params.need("code")
    known = call.world.state.codes.get(code)
    if known is None or known["app_id"] != app.app_id:
        raise GraphError(100, 36008, "Invalid verification code format.")
    if known["used"]:
        raise GraphError(100, 36009, "This authorization code has been used.")
    if known["expires_at"] <= call.world.clock.now():
        raise GraphError(100, 36007, "This authorization code has expired.")
    if known["kind"] == "user" and call.params.text("redirect_uri") != known["redirect_uri"]:
        raise GraphError(
            100,
            36008,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you "
            "used in the OAuth dialog request",
        )
    known["used"] = True
    if known["kind"] == "business":
        return _business_token(call, app, known)
    token = new_token(call.world, "user", app.app_id, known["user_id"], HOUR)
    token.scopes = set(known["scopes"]) if known["scopes"] is not None else None
    return {"access_token": token.value, "token_type": "bearer", "expires_in": int(HOUR)}


def _business_token(call: GraphCall, app: App, known: Json) -> Json:
    """Embedded Signup's token of the onboarded business."""
    token = new_token(call.world, "system", app.app_id, "", 0.0)
    for key in known["accounts"]:
        call.world.state.grant(token, call.world.state.accounts[key])
    return {"access_token": token.value, "token_type": "bearer"}


@route("root", "GET", "debug_token")
async def debug_token(call: GraphCall) -> Json:
    """Needs the app's token, or one of the same app's owner."""
    if call.bearer.kind != "app":
        raise GraphError(
            100,
            None,
            "(#100) You must provide an app access token, or a user access token that is an owner or developer "
            "of the app",
        )
    value = call.params.need("input_token")
    token = call.world.state.tokens.get(value)
    if token is None or token.kind == "line":
        return {
            "data": {"error": {"code": 190, "message": "Invalid OAuth access token."}, "is_valid": False, "scopes": []}
        }
    if token.app_id != call.bearer.app_id:
        raise GraphError(100, None, "(#100) The App_id in the input_token did not match the Viewing App")
    return {"data": _described(call, token)}


TYPES = {"user": "USER", "page": "PAGE", "system": "SYSTEM_USER", "instagram": "USER"}


def _described(call: GraphCall, token: Token) -> Json:
    app = call.world.state.apps[token.app_id]
    now = call.world.clock.now()
    is_expired = bool(token.expires_at) and token.expires_at <= now
    data: Json = {
        "app_id": token.app_id,
        "type": TYPES[token.kind],
        "application": app.name,
        "data_access_expires_at": int(token.issued_at + 90 * DAY),
        "expires_at": int(token.expires_at),
        "is_valid": token.invalid_subcode is None and not is_expired,
        "issued_at": int(token.issued_at),
        "scopes": sorted(token.scopes) if token.scopes is not None else _all_scopes(token),
        "user_id": token.user_id or "1",
    }
    if token.accounts and token.kind == "page":
        data["profile_id"] = token.accounts[0].external_id
    data["granular_scopes"] = [
        {"scope": scope, "target_ids": [one.external_id for one in token.accounts]} for scope in data["scopes"]
    ]
    if not data["is_valid"]:
        subcode = 463 if is_expired else token.invalid_subcode
        data["error"] = {"code": 190, "message": "Error validating access token", "subcode": subcode}
    return data


def _all_scopes(token: Token) -> list[str]:
    more = {scope for one in token.accounts for scope in GRANTED_TO.get(one.platform, ())}
    return [*USER_SCOPES, *sorted(more)]


def _person(call: GraphCall) -> Person:
    person = call.node if isinstance(call.node, Person) else None
    if person is None or call.bearer.user_id != person.user_id:
        raise GraphError(2500, http=400)
    return person


@route("person", "GET")
async def me(call: GraphCall) -> Json:
    person = _person(call)
    picture = {"data": {"url": f"{call.world.base_url}/cdn/avatars/{person.user_id}.png", "is_silhouette": False}}
    values = {"id": person.user_id, "name": person.name, "email": f"{person.user_id}@example.com", "picture": picture}
    return select(call.params, values, "User", ("name", "id"))


@route("person", "GET", "permissions")
async def permissions(call: GraphCall) -> Json:
    _person(call)
    scopes = call.bearer.scopes
    granted = sorted(scopes) if scopes is not None else list(USER_SCOPES)
    return {"data": [{"permission": scope, "status": "granted"} for scope in granted]}


ACCOUNT_FIELDS = ("access_token", "category", "category_list", "name", "id", "tasks")


@route("person", "GET", "accounts")
async def accounts(call: GraphCall) -> Json:
    """The person's Pages, each with its token: of a long-lived user token it never expires."""
    person = _person(call)
    call.needs("pages_show_list")
    return page_of(
        call, [_page(call, page_id, tasks) for page_id, tasks in person.pages.items() if call.world.state.page(page_id)]
    )


def _page(call: GraphCall, page_id: str, tasks: list[str]) -> Json:
    page = call.world.state.page(page_id)
    assert page is not None
    values = {**page_values(call, page), "tasks": tasks, "access_token": lambda _inside: page_token(call, page)}
    return select(call.params, values, "Page", ACCOUNT_FIELDS)


def page_token(call: GraphCall, page: Page) -> str:
    """The Page's token for this user token; the same one each time."""
    user = call.bearer
    for token in call.world.state.tokens.values():
        if token.kind == "page" and page in token.accounts and _is_made_for(token, user):
            return token.value
    made = new_token(call.world, "page", user.app_id, user.user_id, 0.0 if user.is_long else HOUR)
    made.scopes, made.is_long = user.scopes, user.is_long
    call.world.state.grant(made, page)
    linked = call.world.state.instagram_of_page(page.external_id)
    if linked is not None:
        call.world.state.grant(made, linked)
    return made.value


def _is_made_for(token: Token, user: Token) -> bool:
    is_same = (token.user_id, token.is_long, token.app_id) == (user.user_id, user.is_long, user.app_id)
    return is_same and token.invalid_subcode is None


@route("root", "GET", "access_token")
async def instagram_exchange(call: GraphCall) -> Json:
    """graph.instagram.com: a short token for one of 60 days."""
    if call.host != "instagram" or call.params.text("grant_type") != "ig_exchange_token":
        raise BadParameter("Param grant_type must be ig_exchange_token")
    token = call.bearer
    app = call.app
    if app is None or call.params.need("client_secret") != app.secret:
        raise GraphError(1, None, "Error validating client secret.", http=400)
    if token.is_long:
        raise GraphError(190, None, "The token is not a short-lived one")
    return _long_instagram(call, token)


@route("root", "GET", "refresh_access_token")
async def instagram_refresh(call: GraphCall) -> Json:
    """Only a long token that is at least 24 hours old and not expired."""
    if call.host != "instagram" or call.params.text("grant_type") != "ig_refresh_token":
        raise BadParameter("Param grant_type must be ig_refresh_token")
    call.needs("instagram_business_basic")
    token = call.bearer
    if not token.is_long or call.world.clock.now() - token.issued_at < DAY:
        raise GraphError(190, None, "The token cannot be refreshed: it must be long-lived and at least 24 hours old")
    return _long_instagram(call, token)


def _long_instagram(call: GraphCall, old: Token) -> Json:
    made = new_token(call.world, "instagram", old.app_id, old.user_id, LONG)
    made.scopes = old.scopes
    for account in old.accounts:
        call.world.state.grant(made, account)
    return {"access_token": made.value, "token_type": "bearer", "expires_in": int(LONG)}


async def instagram_code(world: World, request: Request) -> Response:
    """POST https://api.instagram.com/oauth/access_token: a code for a token of one hour."""
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    app = world.state.apps.get(form.get("client_id", ""))
    known = world.state.codes.get(form.get("code", "").removesuffix("#_"))
    if (
        request.method != "POST"
        or request.path != "/oauth/access_token"
        or app is None
        or form.get("client_secret") != app.secret
    ):
        return _instagram_error("Invalid platform app")
    if form.get("grant_type") != "authorization_code" or known is None or known["app_id"] != app.app_id:
        return _instagram_error("Invalid authorization code")
    if known["used"] or known["expires_at"] <= world.clock.now() or form.get("redirect_uri") != known["redirect_uri"]:
        return _instagram_error("Matching code was not found or was already used")
    known["used"] = True
    token = new_token(world, "instagram", app.app_id, "", HOUR)
    token.is_long = False
    for key in known["accounts"]:
        world.state.grant(token, world.state.accounts[key])
    user_id = int(token.accounts[0].external_id)
    return json_response({"access_token": token.value, "user_id": user_id, "permissions": known["scopes"] or []})


def _instagram_error(message: str) -> Response:
    return json_response({"error_type": "OAuthException", "code": 400, "error_message": message}, 400)
