"""Ice breakers and the menu of an account.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/ice-breakers
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/persistent-menu
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hubbub.connectors.instagram.answers import ANSWERS
from hubbub.connectors.instagram.calls import LABEL, is_login
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.meta.graph import JsonObject, graph_request
from hubbub.connectors.meta.templates import LONGEST_URL
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue, as_list, as_object, as_text

MOST_QUESTIONS = 4
MOST_ITEMS = 20
"""Five are advised; Messenger's limit stands in for Instagram's, which is not documented."""
LONGEST_TITLE = 30
LONGEST_PAYLOAD = 1000
DEFAULT = "default"
PROFILE = ("ice_breakers", "persistent_menu")


def profile_settings_request(access: ChannelAccess, settings: JsonObject) -> ApiRequest:
    """Sets `ice_breakers` and `persistent_menu`, or takes away those that are null or empty; not both in one call.

    A flat list counts for every language. Raises `InvalidInput` for what Instagram does not have.
    """
    strange = sorted(set(settings) - set(SETTINGS))
    if strange or not settings:
        raise InvalidInput(f"{LABEL} has only {' and '.join(SETTINGS)} to set. Leave out: {', '.join(strange) or '-'}.")
    removed: list[JsonValue] = [name for name, value in settings.items() if not value]
    if removed and len(removed) < len(settings):
        raise InvalidInput("Set and remove the account's settings in two calls.")
    if removed:
        return _call(access, "DELETE", {"fields": removed})
    body: JsonObject = {name: SETTINGS[name](value) for name, value in settings.items()}
    return _call(access, "POST", body)


def read_requests(access: ChannelAccess) -> tuple[ApiRequest, ...]:
    """One a setting: ice breakers stand in the answer without their name."""
    return tuple(_read(access, name) for name in PROFILE)


def _read(access: ChannelAccess, name: str) -> ApiRequest:
    query = {"fields": name} if is_login(access) else {"fields": name, "platform": "instagram"}
    return graph_request(
        access,
        "GET",
        ("me", "messenger_profile"),
        endpoint="/me/messenger_profile",
        purpose="settings",
        query=query,
        is_repeatable=True,
        lane_hint="profile",
    )


def read_profile_answer(responses: Sequence[ApiResponse]) -> JsonObject:
    """The settings that are there. Raises `InvalidInput` or `Unavailable` with the platform's sentence."""
    found: JsonObject = {}
    for name, response in zip(PROFILE, responses, strict=True):
        rows = as_list(ANSWERS.need_told(response).get("data"))
        named = next((shown[name] for row in rows if name in (shown := as_object(row) or {})), None)
        if value := named or rows:
            found[name] = value
    return found


def _call(access: ChannelAccess, method: str, body: JsonObject) -> ApiRequest:
    query = {} if is_login(access) else {"platform": "instagram"}
    shown = body if is_login(access) or method == "DELETE" else {"platform": "instagram", **body}
    return graph_request(
        access,
        method,
        ("me", "messenger_profile"),
        endpoint="/me/messenger_profile",
        purpose="settings",
        query=query,
        body=shown,
        is_repeatable=True,
        lane_hint="profile",
    )


# --- Shapes -----------------------------------------------------------------------------------------------------------


def _per_locale(
    noun: str, most: int, read_item: Callable[[JsonObject], JsonObject]
) -> Callable[[JsonValue], JsonValue]:
    def read(value: JsonValue) -> JsonValue:
        rows: list[JsonValue] = value if isinstance(value, list) else [value]
        if not any("call_to_actions" in (as_object(row) or {}) for row in rows):
            rows = [_for_all_locales(rows)]
        locales: list[JsonValue] = [_locale(row, noun, most, read_item) for row in rows]
        if DEFAULT not in [locale["locale"] for locale in locales if isinstance(locale, dict)]:
            raise InvalidInput(f"The {noun} need a list for the locale {DEFAULT}. Add one.")
        return locales

    return read


def _for_all_locales(items: list[JsonValue]) -> JsonObject:
    return {"locale": DEFAULT, "call_to_actions": items}


def _locale(row: JsonValue, noun: str, most: int, read_item: Callable[[JsonObject], JsonObject]) -> JsonObject:
    shown = as_object(row) or {}
    items = shown.get("call_to_actions")
    if not isinstance(items, list) or not items:
        raise InvalidInput(f"The {noun} of a locale are an empty list. Add one, or leave the locale out.")
    if len(items) > most:
        raise InvalidInput(f"There are {len(items)} {noun}; {LABEL} takes at most {most}. Leave some out.")
    actions: list[JsonValue] = [read_item(as_object(item) or {}) for item in items]
    return {"locale": as_text(shown.get("locale"), limit=20) or DEFAULT, "call_to_actions": actions}


def _question(item: JsonObject) -> JsonObject:
    return {
        "question": _text(item, "question", "An ice breaker", None),
        "payload": _text(item, "payload", "An ice breaker", LONGEST_PAYLOAD),
    }


def _menu_item(item: JsonObject) -> JsonObject:
    """…without `webview_height_ratio` and the like, which only Messenger has."""
    kind = as_text(item.get("type"), limit=100)
    if kind not in MENU_ITEMS:
        raise InvalidInput(f"An item of the menu is of the type {kind}; {LABEL} has web_url and postback only.")
    name, limit = MENU_ITEMS[kind]
    title = _text(item, "title", "An item of the menu", LONGEST_TITLE)
    return {"type": kind, "title": title, name: _text(item, name, f'The item "{title}" of the menu', limit)}


MENU_ITEMS = {"postback": ("payload", LONGEST_PAYLOAD), "web_url": ("url", LONGEST_URL)}


def _text(item: JsonObject, name: str, noun: str, limit: int | None) -> str:
    text = as_text(item.get(name))
    if not text or not text.strip():
        raise InvalidInput(f"{noun} has no {name}. Enter one.")
    if limit is not None and len(text) > limit:
        raise InvalidInput(f"{noun} has a {name} of {len(text):,} characters; at most {limit:,} work. Shorten it.")
    return text


SETTINGS: dict[str, Callable[[JsonValue], JsonValue]] = {
    "ice_breakers": _per_locale("ice breakers", MOST_QUESTIONS, _question),
    "persistent_menu": _per_locale("items of the menu", MOST_ITEMS, _menu_item),
}
