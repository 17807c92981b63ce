"""The login pages of Facebook and Instagram, without a person: they redirect at once with a code.

https://developers.facebook.com/documentation/facebook-login/guides/advanced/manual-flow
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.graph.oauth import CODE_SECONDS
from sandbox.http import Request, Response, json_response
from sandbox.world import World

Json = dict[str, Any]


def make_code(
    world: World,
    kind: str,
    app_id: str,
    *,
    user_id: str,
    redirect_uri: str,
    scopes: list[str] | None,
    accounts: list[str],
) -> str:
    """A code as the dialog would hand it over."""
    code = "AQ" + world.ids.token()
    world.state.codes[code] = {
        "kind": kind,
        "app_id": app_id,
        "user_id": user_id,
        "redirect_uri": redirect_uri,
        "scopes": scopes,
        "accounts": accounts,
        "expires_at": world.clock.now() + CODE_SECONDS[kind],
        "used": False,
    }
    return code


async def facebook(world: World, request: Request) -> Response:
    """GET /vNN.0/dialog/oauth: the person named by ``PUT /_sandbox/login`` agrees, or declines."""
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    if not request.path.endswith("/dialog/oauth") or query.get("client_id") not in world.state.apps:
        return json_response({"error": {"message": "Invalid App ID", "type": "OAuthException", "code": 101}}, 400)
    person = world.login.get("user_id") or next(iter(world.state.people), "")
    scopes = [part for part in query.get("scope", "").split(",") if part] or None
    return _redirect(world, query, "user", person, world.login.get("scopes", scopes), [])


async def instagram(world: World, request: Request) -> Response:
    """GET /oauth/authorize: the account named by ``PUT /_sandbox/login`` agrees; the code carries ``#_``."""
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    if request.path != "/oauth/authorize" or query.get("client_id") not in world.state.apps:
        return json_response({"error_message": "Invalid platform app"}, 400)
    known = [one.key for one in world.state.accounts.values() if one.platform == "instagram"]
    account = f"instagram:{world.login['account']}" if "account" in world.login else next(iter(known), "")
    scopes = [part for part in query.get("scope", "").split(",") if part] or None
    return _redirect(world, query, "instagram", "", scopes, [account])


def _redirect(
    world: World, query: dict[str, str], kind: str, user_id: str, scopes: list[str] | None, accounts: list[str]
) -> Response:
    answer = {"state": query["state"]} if "state" in query else {}
    if world.login.get("declines"):
        answer |= {"error": "access_denied", "error_reason": "user_denied", "error_description": "Permissions error"}
    else:
        answer["code"] = make_code(
            world,
            kind,
            query["client_id"],
            user_id=user_id,
            redirect_uri=query.get("redirect_uri", ""),
            scopes=scopes,
            accounts=accounts,
        )
    target = query.get("redirect_uri", "")
    mark = "&" if "?" in target else "?"
    tail = "#_" if kind == "instagram" else "#_=_"
    return Response(302, b"", [(b"location", f"{target}{mark}{urlencode(answer)}{tail}".encode("latin-1", "replace"))])
