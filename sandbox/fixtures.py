"""Sets up what exists on the platforms before a test: apps, accounts, people. Idempotent."""

from __future__ import annotations

from typing import Any

from sandbox.ids import stable_hex, stable_number
from sandbox.phone.act import CannotAct
from sandbox.state import (
    ALL_FIELDS,
    META_OBJECT,
    PLATFORMS,
    Account,
    App,
    InstagramAccount,
    LineBot,
    Page,
    Person,
    Subscription,
    Token,
    TokenKind,
    Waba,
    WhatsAppNumber,
)
from sandbox.world import World

Json = dict[str, Any]


def put_app(world: World, app_id: str, data: Json) -> Json:
    """Without ``subscriptions`` the app is subscribed to everything, at the hub's own paths."""
    app = world.state.apps.get(app_id)
    if not app_id.isdigit():
        raise CannotAct("An app id is a number.")
    if app is None:
        if not isinstance(data.get("app_secret"), str):
            raise CannotAct("app_secret is missing.")
        app = world.state.apps[app_id] = App(app_id=app_id, secret=data["app_secret"])
        app.subscriptions = _all_subscriptions(world, data.get("verify_token", ""))
    app.secret = data.get("app_secret", app.secret)
    app.verify_token = data.get("verify_token", app.verify_token)
    app.name = data.get("name", app.name)
    app.require_proof = data.get("require_proof", app.require_proof)
    if "features" in data:
        app.features = set(data["features"])
    if "subscriptions" in data:
        app.subscriptions = {
            name: Subscription(
                callback_url=value.get("callback_url") or _callback(world, name),
                verify_token=app.verify_token,
                fields=set(value.get("fields", [ALL_FIELDS])),
            )
            for name, value in data["subscriptions"].items()
        }
    return {"app_id": app_id, "name": app.name, "objects": sorted(app.subscriptions)}


def _all_subscriptions(world: World, verify_token: str) -> dict[str, Subscription]:
    return {
        name: Subscription(callback_url=_callback(world, name), verify_token=verify_token)
        for name in META_OBJECT.values()
    }


def _callback(world: World, name: str) -> str:
    platform = {value: key for key, value in META_OBJECT.items()}[name]
    return f"{world.hub_url}/webhooks/{platform}"


def put_account(world: World, platform: str, external_id: str, data: Json) -> Json:
    """Make or change an account. Unknown keys are refused, so that a typing error does not pass."""
    if platform not in PLATFORMS:
        raise CannotAct(f"platform must be one of {', '.join(PLATFORMS)}.")
    found = world.state.account(platform, external_id)
    if found is None:
        found = _MAKERS[platform](world, external_id, data)
        world.state.accounts[found.key] = found
    _change(world, found, data)
    return found.describe()


def _need(data: Json, name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise CannotAct(f"{name} is missing.")
    return value


def _need_app(world: World, data: Json) -> str:
    app_id = _need(data, "app_id")
    if app_id not in world.state.apps:
        raise CannotAct(f"There is no app {app_id}: PUT /_sandbox/apps/{app_id} first.")
    return app_id


def _make_page(world: World, external_id: str, data: Json) -> Account:
    app_id = _need_app(world, data)
    page = Page(platform="facebook", external_id=external_id, name=data.get("name", "Page"), app_id=app_id)
    page.subscribed = {app_id: {ALL_FIELDS}}
    page.default_app = ""
    return page


def _make_instagram(world: World, external_id: str, data: Json) -> Account:
    app_id = _need_app(world, data)
    account = InstagramAccount(
        platform="instagram", external_id=external_id, name=data.get("name", "Instagram"), app_id=app_id
    )
    account.flavour = "login" if data.get("flavour") == "login" or not data.get("page_id") else "page"
    account.subscribed = {app_id: {ALL_FIELDS}}
    account.username = data.get("username", "shop")
    return account


def _make_number(world: World, external_id: str, data: Json) -> Account:
    app_id = _need_app(world, data)
    waba_id = _need(data, "waba_id")
    waba = world.state.wabas.get(waba_id)
    if waba is None:
        waba = world.state.wabas[waba_id] = Waba(waba_id=waba_id, app_id=app_id, subscribed={app_id: {}})
    number = WhatsAppNumber(
        platform="whatsapp", external_id=external_id, name=data.get("name", "WhatsApp"), app_id=app_id, waba=waba
    )
    number.display_phone_number = data.get("display_phone_number", "668" + stable_number(external_id, digits=8))
    return number


def _make_line(world: World, external_id: str, data: Json) -> Account:
    bot = LineBot(platform="line", external_id=external_id, name=data.get("name", "LINE"))
    bot.channel_secret = _need(data, "channel_secret")
    bot.channel_id = data.get("channel_id", stable_number("line", external_id, digits=10))
    bot.basic_id = "@" + stable_hex(external_id)[:8]
    bot.endpoint = f"{world.hub_url}/webhooks/line"
    return bot


_MAKERS = {"facebook": _make_page, "instagram": _make_instagram, "whatsapp": _make_number, "line": _make_line}
PLAIN = {
    "facebook": {"name", "is_restricted", "uses_routing", "may_take_control", "default_app", "engaged_users", "extra"},
    "instagram": {
        "name",
        "username",
        "is_restricted",
        "uses_routing",
        "may_take_control",
        "default_app",
        "engaged_users",
        "allows_access",
        "page_id",
        "flavour",
        "extra",
    },
    "whatsapp": {
        "name",
        "display_phone_number",
        "is_registered",
        "is_coexistence",
        "pin",
        "messaging_limit",
        "messages_per_second",
        "country_code",
        "extra",
    },
    "line": {
        "name",
        "channel_id",
        "channel_secret",
        "provider",
        "basic_id",
        "quota",
        "used",
        "is_verified",
        "chat_mode",
        "redelivers",
        "endpoint",
        "is_active",
        "extra",
    },
}
SPECIAL = {
    "access_token",
    "app_id",
    "scopes",
    "token_expires_at",
    "subscribed_fields",
    "waba_id",
    "templates",
    "catalog",
}


def _change(world: World, account: Account, data: Json) -> None:
    known = PLAIN[account.platform]
    if unknown := set(data) - known - SPECIAL:
        names = ", ".join(sorted(known | SPECIAL))
        raise CannotAct(f"An account on {account.platform} has no {min(unknown)!r}. Choose from: {names}.")
    for name in known & set(data):
        setattr(account, name, data[name])
    if "access_token" in data:
        _put_token(world, account, data)
    if "subscribed_fields" in data:
        fields = set(data["subscribed_fields"])
        account.subscribed = {account.app_id: fields} if fields else {}
        if isinstance(account, WhatsAppNumber):
            account.waba.subscribed = {account.app_id: {}} if fields else {}
    if "templates" in data and isinstance(account, (WhatsAppNumber, Page)):
        _put_templates(world, account, data["templates"])
    if isinstance(account, Page) and "catalog" in data:
        account.catalog = set(data["catalog"])


_TOKEN_KIND: dict[str, TokenKind] = {"facebook": "page", "whatsapp": "system", "line": "line"}


def _put_token(world: World, account: Account, data: Json) -> None:
    account.access_token = data["access_token"]
    is_login = isinstance(account, InstagramAccount) and account.flavour == "login"
    kind: TokenKind = "instagram" if is_login else _TOKEN_KIND.get(account.platform, "page")
    token = Token(value=account.access_token, kind=kind, app_id=account.app_id, issued_at=world.clock.now())
    world.state.grant(token, account)
    stored = world.state.tokens[token.value]
    stored.invalid_subcode = None
    stored.expires_at = float(data.get("token_expires_at", stored.expires_at))
    if "scopes" in data:
        stored.scopes = set(data["scopes"])


def _put_templates(world: World, account: WhatsAppNumber | Page, templates: list[Json]) -> None:
    store = account.waba.templates if isinstance(account, WhatsAppNumber) else account.templates
    owner = account.waba.waba_id if isinstance(account, WhatsAppNumber) else account.key
    kind = "template" if isinstance(account, WhatsAppNumber) else "page_template"
    for template in templates:
        key = (template["name"], template["language"])
        known = store.get(key, {})
        defaults = {"status": "APPROVED", "category": "UTILITY", "components": [], "parameter_format": "POSITIONAL"}
        store[key] = {**defaults, "id": known.get("id") or world.ids.number(), **template}
        world.state.owners[store[key]["id"]] = (kind, owner)


CUSTOMER_FLAGS = {"is_blocked", "is_friend", "hides_phone", "stopped_marketing", "has_consented"}


def put_customer(world: World, account: Account, name: str, data: Json) -> Json:
    """Make or change a person at an account: flags, profile fields, ``user_id``, ``wrote_ago`` seconds."""
    customer = account.customer(name)
    for key, value in data.items():
        if key in CUSTOMER_FLAGS:
            setattr(customer, key, bool(value))
        elif key == "profile":
            customer.profile.update(value)
        elif key in ("name", "user_id"):
            setattr(customer, key, str(value))
        elif key == "wrote_ago":
            customer.wrote_at = None if value is None else world.clock.now() - float(value)
        else:
            known = sorted(CUSTOMER_FLAGS | {"profile", "name", "user_id", "wrote_ago"})
            raise CannotAct(f"A customer has no {key!r}. Choose from: {', '.join(known)}.")
    return {"customer_id": customer.id, "name": customer.name, "user_id": customer.user_id}


def put_person(world: World, user_id: str, data: Json) -> Json:
    """Someone with a Facebook login: ``pages`` {id: [tasks]}, ``access_token`` (of ``app_id``)."""
    person = world.state.people.setdefault(user_id, Person(user_id=user_id, name=data.get("name", "Somchai")))
    person.name = data.get("name", person.name)
    person.pages = data.get("pages", person.pages)
    if "granted" in data:
        person.granted = set(data["granted"])
    if token := data.get("access_token"):
        known = Token(
            value=token, kind="user", app_id=_need_app(world, data), user_id=user_id, issued_at=world.clock.now()
        )
        world.state.tokens[token] = known
        known.scopes = person.granted
        known.is_long = bool(data.get("is_long", True))
        known.expires_at = float(data.get("token_expires_at", world.clock.now() + 60 * 86400))
    return {"user_id": user_id, "name": person.name, "pages": person.pages}
