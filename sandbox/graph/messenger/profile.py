"""Get Started, greeting, menu, ice breakers, domains, commands; per-person menus; personas.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.graph.access import for_platform, own_account, own_page
from sandbox.graph.call import GraphCall
from sandbox.graph.complaints import demand
from sandbox.graph.errors import BadParameter, GraphError, unknown_object
from sandbox.graph.fields import page_of
from sandbox.graph.messenger.content import URL
from sandbox.graph.routes import route
from sandbox.graph.usage import take_window
from sandbox.shapes import Choice, Fields, Flag, Items, Path, Problem, Shape, Tagged, Text
from sandbox.state import InstagramAccount, MetaAccount, Page

Json = dict[str, Any]
CALLS, SECONDS = 10, 600.0
HTTPS = Text(2083, 1, pattern=re.compile(r"https://\S+"))
DOMAIN = Text(
    2083,
    1,
    pattern=re.compile(r"https://(?!localhost)(?![\d.]+(/|:|$))[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?/?.*", re.IGNORECASE),
)
_VARIABLE = re.compile(r"\{\{(?!user_first_name\}\}|user_last_name\}\}|user_full_name\}\})")


def _has_default(value: Any, path: Path, problems: list[Problem]) -> None:
    locales = [one.get("locale") for one in value]
    if "default" not in locales or len(set(locales)) < len(locales):
        problems.append(Problem(path, "value", "an array with the locale default, each locale once"))


def _per_locale(keys: Mapping[str, Shape], required: tuple[str, ...], *rules: Any) -> Shape:
    return Items(Fields({"locale": Text(), **keys}, ("locale", *required), rules=rules), 1, rules=(_has_default,))


def _known_variables(value: Any, path: Path, problems: list[Problem]) -> None:
    if _VARIABLE.search(value["text"]):
        problems.append(
            Problem(
                (*path, "text"), "value", "a text whose {{…}} are user_first_name, user_last_name or user_full_name"
            )
        )


def _composer_needs_items(value: Any, path: Path, problems: list[Problem]) -> None:
    if value.get("composer_input_disabled") and not value.get("call_to_actions"):
        problems.append(Problem((*path, "call_to_actions"), "missing"))


_TITLE = Text(30, 1)
_POSTBACK = Fields({"type": Text(), "title": _TITLE, "payload": Text(1000, 1)}, ("title", "payload"))
_LINK_KEYS: Mapping[str, Shape] = {"type": Text(), "title": _TITLE, "url": URL}
_LINK = Fields(
    {
        **_LINK_KEYS,
        "webview_height_ratio": Choice(("compact", "tall", "full")),
        "messenger_extensions": Flag(),
        "fallback_url": URL,
        "webview_share_button": Choice(("hide",)),
    },
    ("title", "url"),
)
_ITEM = Tagged("type", {"postback": _POSTBACK, "web_url": _LINK})
_INSTAGRAM_ITEM = Tagged("type", {"postback": _POSTBACK, "web_url": Fields(_LINK_KEYS, ("title", "url"))})
MENU = _per_locale(
    {"composer_input_disabled": Flag(), "call_to_actions": Items(_ITEM, 1, 20)}, (), _composer_needs_items
)
INSTAGRAM_MENU = _per_locale({"call_to_actions": Items(_INSTAGRAM_ITEM, 1, 20)}, ("call_to_actions",))
_QUESTION = Fields({"question": Text(80, 1), "payload": Text(1000, 1)}, ("question", "payload"))
_ICE_LOCALES = _per_locale({"call_to_actions": Items(_QUESTION, 1, 4)}, ("call_to_actions",))
_ICE_FLAT = Items(_QUESTION, 1, 4)


class _IceBreakers:
    """The form with locales, or the old flat one; not both."""

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        is_flat = isinstance(value, list) and any(isinstance(one, dict) and "question" in one for one in value)
        (_ICE_FLAT if is_flat else _ICE_LOCALES).check(value, path, problems)


_COMMAND = Fields(
    {"name": Text(32, 1, pattern=re.compile(r"[^/].*")), "description": Text(64, 1)}, ("name", "description")
)
PROPERTIES: dict[str, Shape] = {
    "get_started": Fields({"payload": Text(1000, 1)}, ("payload",)),
    "greeting": _per_locale({"text": Text(160, 1)}, ("text",), _known_variables),
    "persistent_menu": MENU,
    "ice_breakers": _IceBreakers(),
    "whitelisted_domains": Items(DOMAIN, 1, 50),
    "account_linking_url": HTTPS,
    "commands": _per_locale({"commands": Items(_COMMAND, 1, 100)}, ("commands",)),
}
INSTAGRAM_PROPERTIES: dict[str, Shape] = {"persistent_menu": INSTAGRAM_MENU, "ice_breakers": _IceBreakers()}
READ_ONLY = {"subject_to_new_eu_privacy_rules"}
HIDDEN = {"access_token", "appsecret_proof", "appsecret_time", "platform", "fields"}


def _account(call: GraphCall) -> tuple[MetaAccount, dict[str, Shape]]:
    account = for_platform(call, own_account(call, "pages_messaging", "instagram_business_manage_messages"))
    take_window(call, account, "profile", CALLS, SECONDS)
    return account, INSTAGRAM_PROPERTIES if isinstance(account, InstagramAccount) else PROPERTIES


def _names(call: GraphCall, known: Mapping[str, Shape]) -> list[str]:
    names = call.params.names("fields")
    if not names:
        raise BadParameter("The parameter fields is required")
    if unknown := [name for name in names if name not in known and name not in READ_ONLY]:
        raise BadParameter(f"Param fields[{names.index(unknown[0])}] must be one of {{{', '.join(known)}}}")
    return names


@route("page instagram", "GET", "messenger_profile")
async def read(call: GraphCall) -> Json:
    """One object with the properties that are set; Instagram's ice breakers stand in ``data`` themselves."""
    account, known = _account(call)
    names = _names(call, known)
    if isinstance(account, InstagramAccount) and names == ["ice_breakers"]:
        return {"data": account.profile.get("ice_breakers", [])}
    found = {name: account.profile[name] for name in names if name in account.profile}
    if "subject_to_new_eu_privacy_rules" in names:
        found["subject_to_new_eu_privacy_rules"] = False
    return {"data": [found] if found else []}


@route("page instagram", "POST", "messenger_profile")
async def change(call: GraphCall) -> Json:
    """Only properties present are replaced."""
    account, known = _account(call)
    values = {name: call.params.structure(name) for name in call.params.body if name not in HIDDEN}
    if not values:
        raise BadParameter("Requires one of the params: " + ",".join(known))
    if unknown := set(values) - set(known):
        raise BadParameter(f'Invalid keys "{min(unknown)}" were found in the request.')
    for name, value in values.items():
        demand(known[name], value, name)
    if (
        "persistent_menu" in values
        and isinstance(account, Page)
        and not (account.profile.keys() | values.keys()) >= {"get_started"}
    ):
        raise BadParameter("You must set a Get Started button if you also wish to use persistent menu")
    account.profile.update(values)
    return {"result": "success"}


@route("page instagram", "DELETE", "messenger_profile")
async def remove(call: GraphCall) -> Json:
    account, known = _account(call)
    names = _names(call, known)
    if "get_started" in names and "persistent_menu" in account.profile and "persistent_menu" not in names:
        raise BadParameter("You must delete the persistent menu before the Get Started button")
    for name in names:
        account.profile.pop(name, None)
    return {"result": "success"}


def _person(call: GraphCall) -> tuple[Page, str]:
    page, psid = own_page(call, "pages_messaging"), call.params.need("psid")
    if psid not in page.customers:
        raise GraphError(100, 2018001)
    take_window(call, page, f"user_settings:{psid}", CALLS, SECONDS)
    return page, psid


@route("page", "POST", "custom_user_settings")
async def set_user_menu(call: GraphCall) -> Json:
    page, psid = _person(call)
    menu = call.params.structure("persistent_menu")
    demand(MENU, menu, "persistent_menu")
    page.user_profile[psid] = {"persistent_menu": menu}
    return {"result": "success"}


@route("page", "GET", "custom_user_settings")
async def user_menu(call: GraphCall) -> Json:
    page, psid = _person(call)
    found = page.user_profile.get(psid)
    return {"data": [{"user_level_persistent_menu": found["persistent_menu"]}] if found else []}


@route("page", "DELETE", "custom_user_settings")
async def delete_user_menu(call: GraphCall) -> Json:
    page, psid = _person(call)
    if call.params.names("params") != ["persistent_menu"]:
        raise BadParameter('The parameter params must be ["persistent_menu"]')
    page.user_profile.pop(psid, None)
    return {"result": "success"}


@route("page", "POST", "personas")
async def create_persona(call: GraphCall) -> Json:
    page = own_page(call, "pages_messaging")
    values = {name: call.params.get(name) for name in ("name", "profile_picture_url")}
    demand(Fields({"name": Text(50, 1), "profile_picture_url": HTTPS}, ("name", "profile_picture_url")), values)
    persona_id = call.world.ids.number()
    page.personas[persona_id] = {"id": persona_id, **values}
    call.world.state.owners[persona_id] = ("persona", page.key)
    return {"id": persona_id}


@route("page", "GET", "personas")
async def personas(call: GraphCall) -> Json:
    return page_of(call, list(own_page(call, "pages_messaging").personas.values()))


def _persona_page(call: GraphCall) -> Page:
    page = call.world.state.accounts.get(call.world.state.owners[call.node_id][1])
    if not isinstance(page, Page) or not call.reaches(page) or call.node_id not in page.personas:
        raise unknown_object(call.node_id, call.method)
    return page


@route("persona", "GET")
async def persona(call: GraphCall) -> Json:
    found: Json = _persona_page(call).personas[call.node_id]
    return found


@route("persona", "DELETE")
async def delete_persona(call: GraphCall) -> Json:
    del _persona_page(call).personas[call.node_id]
    return {"success": True}
