"""The control API under /_sandbox: accounts, the phone, the ledger, faults, settings. JSON in, JSON out."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson

from sandbox.fixtures import put_account, put_app, put_customer, put_person
from sandbox.graph.dialogs import make_code
from sandbox.http import Request, Response, json_response
from sandbox.phone import view
from sandbox.phone.act import CannotAct
from sandbox.phone.deliver import deliver
from sandbox.phone.play import find_account, play, play_batch
from sandbox.phone.signed_request import post_signed_request
from sandbox.world import World

Json = dict[str, Any]
Handler = Callable[["Control"], Awaitable[Any]]
ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


class Control:
    """One control call: the world, the path's parts, query and body."""

    def __init__(self, world: World, request: Request, place: dict[str, str]) -> None:
        self.world = world
        self.place = place
        self.query = dict(parse_qsl(request.query, keep_blank_values=True))
        self._body = request.body

    def value(self) -> Any:
        if not self._body:
            return {}
        try:
            return orjson.loads(self._body)
        except orjson.JSONDecodeError as error:
            raise CannotAct(f"The body is not JSON: {error}.") from None

    def json(self) -> Json:
        value = self.value()
        if not isinstance(value, dict):
            raise CannotAct("The body must be a JSON object.")
        return value

    def number(self, name: str, default: int) -> int:
        value = self.query.get(name, "")
        return int(value) if value.isdigit() else default


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")
        ROUTES.append((method, pattern, handler))
        return handler

    return register


async def serve(world: World, request: Request) -> Response:
    """``request.path`` without /_sandbox. Mistakes get 400 or 404 with a sentence; another site's page gets 403."""
    if request.header(b"sec-fetch-site") in ("cross-site", "same-site"):
        return json_response({"error": "Another site's page cannot use the sandbox."}, 403)
    if request.method == "GET" and request.path.startswith("/media/"):
        return view.file(world, request.path.removeprefix("/media/"))
    for method, pattern, handler in ROUTES:
        match = pattern.match(request.path)
        if match and method == request.method:
            try:
                return json_response(await handler(Control(world, request, match.groupdict())))
            except (CannotAct, ValueError, KeyError, TypeError) as error:
                return json_response({"error": _sentence(error)}, 400)
    return json_response({"error": f"There is no {request.method} /_sandbox{request.path}."}, 404)


def _sentence(error: Exception) -> str:
    return f"{error.args[0]!r} is missing." if isinstance(error, KeyError) else str(error)


@route("GET", "/health")
async def health(control: Control) -> Json:
    world = control.world
    return {
        "ok": True,
        "hub": world.hub_url,
        "accounts": len(world.state.accounts),
        "waiting": world.deliveries.waiting,
    }


@route("PUT", "/apps/{app_id}")
async def app(control: Control) -> Json:
    return put_app(control.world, control.place["app_id"], control.json())


@route("PUT", "/accounts/{platform}/{external_id}")
async def account(control: Control) -> Json:
    return put_account(control.world, control.place["platform"], control.place["external_id"], control.json())


@route("PUT", "/customers/{platform}/{external_id}/{name}")
async def customer(control: Control) -> Json:
    found = find_account(
        control.world, {"platform": control.place["platform"], "account": control.place["external_id"]}
    )
    return put_customer(control.world, found, control.place["name"], control.json())


@route("PUT", "/people/{user_id}")
async def person(control: Control) -> Json:
    return put_person(control.world, control.place["user_id"], control.json())


@route("PUT", "/login")
async def put_login(control: Control) -> Json:
    control.world.login = control.json()
    return control.world.login


@route("POST", "/codes")
async def code(control: Control) -> Json:
    """A code as a login dialog or Embedded Signup hands it over."""
    data = control.json()
    kind = data.get("kind", "user")
    if kind not in ("user", "business", "instagram"):
        raise CannotAct("kind must be user, business or instagram.")
    platform = "whatsapp" if kind == "business" else "instagram"
    made = make_code(
        control.world,
        kind,
        str(data["app_id"]),
        user_id=str(data.get("user_id", "")),
        redirect_uri=str(data.get("redirect_uri", "")),
        scopes=data.get("scopes"),
        accounts=[f"{platform}:{one}" for one in data.get("accounts", [])],
    )
    return {"code": made}


@route("PUT", "/tokens/{token}")
async def token(control: Control) -> Json:
    """``subcode`` withdraws a token (null mends it), ``expires_in`` lets it expire, ``scopes`` changes what it may."""
    found = control.world.state.tokens.get(control.place["token"])
    if found is None:
        raise CannotAct("There is no such token.")
    data = control.json()
    if "subcode" in data:
        found.invalid_subcode = data["subcode"]
    if "expires_in" in data:
        found.expires_at = control.world.clock.now() + float(data["expires_in"])
    if "scopes" in data:
        found.scopes = set(data["scopes"])
    return {"ok": True}


@route("GET", "/accounts")
async def accounts(control: Control) -> Json:
    return {"accounts": [one.describe() for one in control.world.state.accounts.values()]}


@route("GET", "/apps")
async def apps(control: Control) -> Json:
    found = control.world.state.apps.values()
    return {"apps": [{"app_id": one.app_id, "name": one.name, "objects": sorted(one.subscriptions)} for one in found]}


@route("POST", "/say")
async def say(control: Control) -> Json:
    return await play(control.world, {**control.json(), "action": "message"})


@route("POST", "/act")
async def act(control: Control) -> Json:
    data = control.json()
    if not isinstance(data.get("action"), str):
        raise CannotAct("action is missing.")
    return await play(control.world, data)


@route("POST", "/batch")
async def batch(control: Control) -> Json:
    acts = control.json().get("acts")
    if not isinstance(acts, list) or not all(isinstance(one, dict) for one in acts):
        raise CannotAct("acts must be a list of objects.")
    return await play_batch(control.world, acts)


@route("POST", "/signed_request")
async def signed_request(control: Control) -> Json:
    return await post_signed_request(control.world, control.json())


@route("POST", "/deliver")
async def deliver_body(control: Control) -> Json:
    return await deliver(control.world, control.json())


@route("GET", "/ledger")
async def ledger(control: Control) -> Json:
    book = control.world.ledger
    query = control.query
    limit = control.number("limit", 100_000)
    sends = book.read(control.number("since", 0), query.get("account", ""), query.get("recipient", ""), limit)
    return {"count": book.count, "first": book.first, "sends": sends}


@route("GET", "/calls")
async def calls(control: Control) -> Json:
    found = control.world.calls
    return {"count": found.count, "calls": found.read(control.number("since", 0), control.number("limit", 10_000))}


@route("GET", "/webhooks")
async def webhooks(control: Control) -> Json:
    deliveries = control.world.deliveries
    return {
        "webhooks": deliveries.records(control.query.get("state")),
        "acked": list(deliveries.acked),
        "waiting": deliveries.waiting,
    }


@route("GET", "/acked")
async def acked(control: Control) -> Json:
    deliveries = control.world.deliveries
    return {"events": list(deliveries.acked), "messages": list(deliveries.acked_messages)}


@route("DELETE", "/ledger")
async def clear_ledger(control: Control) -> Json:
    control.world.ledger.clear()
    return {"ok": True}


@route("DELETE", "/calls")
async def clear_calls(control: Control) -> Json:
    control.world.calls.clear()
    return {"ok": True}


@route("DELETE", "/webhooks")
async def clear_webhooks(control: Control) -> Json:
    control.world.deliveries.clear()
    return {"ok": True}


@route("DELETE", "/state")
async def clear_state(control: Control) -> Json:
    control.world.reset()
    return {"ok": True}


@route("PUT", "/faults")
async def put_faults(control: Control) -> Json:
    rules = control.value()
    if isinstance(rules, dict):
        rules = rules.get("rules")
    if not isinstance(rules, list):
        raise CannotAct("The body must be a list of rules.")
    control.world.faults.replace(rules)
    return _rules(control)


def _rules(control: Control) -> Json:
    return {"rules": [rule.as_json() for rule in control.world.faults.rules]}


@route("GET", "/faults")
async def get_faults(control: Control) -> Json:
    return _rules(control)


@route("DELETE", "/faults")
async def clear_faults(control: Control) -> Json:
    control.world.faults.replace([])
    return {"ok": True}


@route("PUT", "/seed")
async def seed(control: Control) -> Json:
    control.world.faults.seed(int(control.json()["seed"]))
    return {"ok": True}


@route("PUT", "/settings")
async def put_settings(control: Control) -> Json:
    control.world.settings.change(control.json())
    if not control.world.settings.limits:
        control.world.limits.clear()
    return control.world.settings.as_json()


@route("GET", "/settings")
async def get_settings(control: Control) -> Json:
    return control.world.settings.as_json()


@route("PUT", "/urls")
async def put_urls(control: Control) -> Json:
    control.world.urls.update(control.json())
    return {"urls": control.world.urls}


@route("PUT", "/clock")
async def put_clock(control: Control) -> Json:
    data = control.json()
    if "advance" in data:
        control.world.clock.advance(float(data["advance"]))
    if "offset" in data:
        control.world.clock.offset = float(data["offset"])
    return {"now_ms": control.world.clock.ms(), "offset": control.world.clock.offset}


@route("GET", "/phone")
async def phone(control: Control) -> Json:
    query = control.query
    found = find_account(control.world, query)
    peer = query.get("conversation") or found.customer(query.get("from", "Customer")).id
    return view.conversation(control.world, found, peer)


@route("GET", "/conversations")
async def conversations(control: Control) -> Json:
    return {"conversations": view.conversations(control.world)}
