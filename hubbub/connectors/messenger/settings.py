"""The Page's welcome screen, menu, ice breakers, commands: the Messenger Profile API.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.messenger.answers import ANSWERS
from hubbub.connectors.messenger.render.templates import HTTPS, PAYLOAD, URL
from hubbub.connectors.meta.graph import JsonObject, graph_request
from hubbub.connectors.meta.rules import Rule, anything, both, by, check, fields, flag, many, one_of, text
from hubbub.kit.errors import InvalidInput, Unsendable
from hubbub.kit.json import JsonValue, as_list, as_object, dig

ENDPOINT = "/{page-id}/messenger_profile"
PROFILE = ("get_started", "greeting", "persistent_menu", "ice_breakers", "commands")
"""What people set; a menu needs the button that comes before it."""


def profile_settings_request(access: ChannelAccess, settings: JsonObject) -> ApiRequest:
    """Sets the given properties and leaves the others; properties that are null are removed, in a call of their own.

    Raises `InvalidInput` for an unknown property and for what Messenger would refuse.
    """
    unknown = sorted(set(settings) - set(PROPERTIES))
    if unknown or not settings:
        raise InvalidInput(
            f"Messenger's profile has no {', '.join(unknown) or 'empty list'}; use {', '.join(PROPERTIES)}."
        )
    removed: list[JsonValue] = [name for name, value in settings.items() if value is None]
    if removed and len(removed) < len(settings):
        raise InvalidInput("Set and remove properties of the profile in two calls.")
    if removed:
        return _call(access, "DELETE", {"fields": removed})
    _check(settings)
    return _call(access, "POST", settings)


def read_request(access: ChannelAccess, names: Sequence[str] = ()) -> ApiRequest:
    """Asks for these properties, all of them when none is named. Raises `InvalidInput` for an unknown one."""
    unknown = sorted(set(names) - set(PROPERTIES))
    if unknown:
        raise InvalidInput(f"Messenger's profile has no {', '.join(unknown)}; use {', '.join(PROPERTIES)}.")
    return graph_request(
        access,
        "GET",
        (access.external_id, "messenger_profile"),
        endpoint=ENDPOINT,
        purpose="settings",
        query={"fields": ",".join(names or PROPERTIES)},
        is_repeatable=True,
        lane_hint="profile",
    )


def read_profile_answer(response: ApiResponse) -> JsonObject:
    """The properties that are set. Raises `InvalidInput` or `Unavailable` with the platform's sentence."""
    found: JsonObject = {}
    for part in as_list(ANSWERS.need_told(response).get("data")):
        found |= {name: value for name, value in (as_object(part) or {}).items() if name in PROFILE}
    return found


def person_menu_request(access: ChannelAccess, psid: str, menu: JsonValue) -> ApiRequest:
    """Gives one person a menu of their own; None takes it away. …/send-messages/persistent-menu"""
    if menu is not None:
        _check({"persistent_menu": menu})
    body: JsonObject = {"psid": psid}
    body |= {"params": ["persistent_menu"]} if menu is None else {"persistent_menu": menu}
    return graph_request(
        access,
        "DELETE" if menu is None else "POST",
        (access.external_id, "custom_user_settings"),
        endpoint="/{page-id}/custom_user_settings",
        purpose="settings",
        body=body,
        is_repeatable=True,
    )


def _check(settings: JsonObject) -> None:
    for name, value in settings.items():
        check_property(name, value)


def check_property(name: str, value: JsonValue) -> JsonValue:
    """The value of a known property, if Messenger would take it. Raises `InvalidInput` with what is wrong."""
    try:
        check(PROPERTIES[name], value, name)
    except Unsendable as error:
        raise InvalidInput(error.sentence) from None
    return value


def _call(access: ChannelAccess, method: str, body: JsonObject) -> ApiRequest:
    return graph_request(
        access,
        method,
        (access.external_id, "messenger_profile"),
        endpoint=ENDPOINT,
        purpose="settings",
        body=body,
        is_repeatable=True,
        lane_hint="profile",
    )


# --- Rules ------------------------------------------------------------------------------------------------------------


def _has_default(value: JsonValue, place: str) -> Iterator[str]:
    locales = [dig(one, "locale") for one in value] if isinstance(value, list) else []
    if locales and "default" not in locales:
        yield f'{place} has no entry for the locale "default". Add one.'
    if len({str(locale) for locale in locales}) < len(locales):
        yield f"{place} names a locale twice. Keep one of them."


def _per_locale(content: dict[str, Rule], *, needs: tuple[str, ...]) -> Rule:
    entry = fields({"locale": text(20), **content}, needs=("locale", *needs))
    return both(many(entry, 100), _has_default)


def _open_or_full(value: JsonValue, place: str) -> Iterator[str]:
    """A disabled composer without a menu would leave no way to answer."""
    for position, entry in enumerate(value if isinstance(value, list) else []):
        if dig(entry, "composer_input_disabled") is True and not dig(entry, "call_to_actions"):
            yield f"{place}[{position}] disables the composer and has no menu. Add call_to_actions."


_ITEM_TITLE = text(30)
_ITEM = by(
    "type",
    {
        "postback": fields({"type": anything, "title": _ITEM_TITLE, "payload": PAYLOAD}, needs=("title", "payload")),
        "web_url": fields(
            {
                "type": anything,
                "title": _ITEM_TITLE,
                "url": URL,
                "webview_height_ratio": one_of("compact", "tall", "full"),
                "messenger_extensions": flag,
                "fallback_url": URL,
                "webview_share_button": one_of("hide"),
            },
            needs=("title", "url"),
        ),
    },
    {"nested": "Messenger has had no nested menus since 2020. Make the menu flat, with at most 20 items."},
)
_MENU = both(
    _per_locale({"composer_input_disabled": flag, "call_to_actions": many(_ITEM, 20)}, needs=()), _open_or_full
)
_QUESTION = fields({"question": text(80), "payload": PAYLOAD}, needs=("question", "payload"))
_QUESTIONS = _per_locale({"call_to_actions": many(_QUESTION, 4)}, needs=("call_to_actions",))


def _ice_breakers(value: JsonValue, place: str) -> Iterator[str]:
    """By locale; the old flat list is still read."""
    is_flat = isinstance(value, list) and any(dig(one, "question") is not None for one in value)
    yield from (many(_QUESTION, 4) if is_flat else _QUESTIONS)(value, place)


_VARIABLES = r"(?!.*\{\{(?!user_(?:first|last|full)_name\}\})).*"
_DOMAIN = text(
    2083,
    pattern=r"https://(?!localhost\b)(?![0-9.]+(?:[:/]|$))[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]+)?/?",
    meaning="https:// and a full domain name, no address of numbers",
)
_COMMAND = fields(
    {"name": text(32, pattern=r"[^/].*", meaning="without a leading slash"), "description": text(64)},
    needs=("name", "description"),
)

PROPERTIES: dict[str, Rule] = {
    "get_started": fields({"payload": PAYLOAD}, needs=("payload",)),
    "greeting": _per_locale(
        {
            "text": text(
                160, pattern=_VARIABLES, meaning="without variables but user_first_name, user_last_name, user_full_name"
            )
        },
        needs=("text",),
    ),
    "persistent_menu": _MENU,
    "ice_breakers": _ice_breakers,
    "whitelisted_domains": many(_DOMAIN, 50),
    "account_linking_url": HTTPS,
    "commands": _per_locale({"commands": many(_COMMAND, 100)}, needs=("commands",)),
}
