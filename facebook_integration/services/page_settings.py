"""A Page's welcome screen, menu and questions, from the short forms that people write to Messenger's own.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from facebook_integration.services.answers import Answer, failure
from facebook_integration.services.graph_api import FacebookGraphAPI
from facebook_integration.services.templates import is_localised
from hubbub.connectors.messenger.settings import PROPERTIES, check_property
from hubbub.connectors.messenger.tidying import Json
from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.kit.json import JsonValue, as_list, as_text

DEFAULT = "default"
GET_STARTED = "GET_STARTED"
LONGEST_TITLE = 30
MOST_ITEMS = 20
NAMES = {
    "get_started_payload": "get_started",
    "greeting_text": "greeting",
    "domains": "whitelisted_domains",
    **{name: name for name in PROPERTIES},
}
"""What a caller may write → the property of the Messenger profile."""


def configure(api: FacebookGraphAPI, settings: Mapping[str, Any]) -> Answer:
    """Set everything in one call; a greeting that is refused is left out, and named in the answer."""
    properties, rejected = _checked(settings)
    if "persistent_menu" in properties and "get_started" not in properties:
        properties |= _get_started_unless_set(api)
    if not properties:
        return _answer([], rejected)
    success, response = api.set_messenger_profile(properties)
    if not success and "greeting" in properties and len(properties) > 1 and _is_about_content(response):
        rejected["greeting"] = response["error"]["message"]
        del properties["greeting"]
        success, response = api.set_messenger_profile(properties)
    if not success:
        return False, response | {"rejected": rejected}
    return _answer(sorted(properties), rejected)


def _answer(names: list[str], rejected: dict[str, str]) -> Answer:
    if not rejected:
        return True, {"result": "success", "set": names}
    words = "; ".join(f"{name}: {sentence}" for name, sentence in rejected.items())
    _, response = failure(f"Not everything could be set. {words}", "content_refused")
    return False, response | {"set": names, "rejected": rejected}


def _is_about_content(response: Mapping[str, Any]) -> bool:
    return bool(response["error"]["reason"] == "content_refused")


def _get_started_unless_set(api: FacebookGraphAPI) -> Json:
    """A menu needs the button; one that the Page has already stays as it is."""
    success, profile = api.get_messenger_profile(["get_started"])
    return {} if success and "get_started" in profile else {"get_started": {"payload": GET_STARTED}}


def _checked(settings: Mapping[str, Any]) -> tuple[Json, dict[str, str]]:
    """The properties that Messenger will take, and for the greeting alone the reason why not. Raises InvalidInput."""
    if unknown := sorted(set(settings) - set(NAMES)):
        raise InvalidInput(f"There is no page setting {unknown[0]!r}; use {', '.join(NAMES)}.")
    properties: Json = {}
    rejected: dict[str, str] = {}
    for name, value in settings.items():
        if value is None:
            continue
        target = NAMES[name]
        try:
            properties[target] = check_property(target, FORMS[target](value))
        except HubbubError as refused:
            if target != "greeting":
                raise
            rejected[target] = refused.sentence
    return properties, rejected


# --- Short forms ------------------------------------------------------------------------------------------------------


def get_started(value: Any) -> JsonValue:
    """A payload, or the whole object."""
    return {"payload": value} if isinstance(value, str) else value


def greeting(value: Any) -> JsonValue:
    """A text, a map of locale → text, or the list that Messenger takes. Its own variables pass untouched."""
    if isinstance(value, str):
        return [{"locale": DEFAULT, "text": value}]
    if isinstance(value, Mapping) and (is_localised(value) or len(value) == 1):
        return [{"locale": locale, "text": text} for locale, text in _with_default(value).items()]
    return value  # type: ignore[no-any-return]


def persistent_menu(value: Any) -> JsonValue:
    """A flat list of items, a map of locale → items, or the list that Messenger takes; nested items are flattened."""
    return [
        {**entry, "call_to_actions": flattened(as_list(entry.get("call_to_actions")))}
        if entry.get("call_to_actions")
        else entry
        for entry in _per_locale(value, {"composer_input_disabled": False})
    ]


def flattened(items: Iterable[Any]) -> list[JsonValue]:
    """ "Help" with "FAQ" below it becomes "Help: FAQ": Messenger has had no nested menus since 2020.

    Raises InvalidInput for more than 20 items.
    """
    flat: list[JsonValue] = list(_leaves(items, ""))
    if len(flat) > MOST_ITEMS:
        raise InvalidInput(f"A menu has at most {MOST_ITEMS} items; this one has {len(flat)}. Leave some out.")
    return flat


def _leaves(items: Iterable[JsonValue], parent: str) -> Iterator[JsonValue]:
    for item in items:
        if not isinstance(item, dict):
            yield item
        elif item.get("type") == "nested":
            yield from _leaves(as_list(item.get("call_to_actions")), _joined(parent, as_text(item.get("title")) or ""))
        else:
            yield {**item, "title": _title(parent, as_text(item.get("title")) or "")}


def _joined(parent: str, title: str) -> str:
    return f"{parent}: {title}" if parent else title


def _title(parent: str, title: str) -> str:
    """With its parent where both fit; else the item's own words, which a person taps."""
    joined = _joined(parent, title)
    if len(joined) <= LONGEST_TITLE:
        return joined
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def ice_breakers(value: Any) -> JsonValue:
    """A flat list of questions, a map of locale → questions, or the list that Messenger takes."""
    return [*_per_locale(value, {})]


def commands(value: Any) -> JsonValue:
    """A flat list of commands, a map of locale → commands, or the list that Messenger takes; a slash is taken off."""
    entries = _per_locale(value, {}, key="commands")
    return [{**entry, "commands": [_command(one) for one in as_list(entry.get("commands"))]} for entry in entries]


def _command(command: JsonValue) -> JsonValue:
    if not isinstance(command, dict):
        return command
    return {**command, "name": (as_text(command.get("name")) or "").lstrip("/")}


def domains(value: Any) -> JsonValue:
    """Names or addresses; without a scheme they are https."""
    listed = [value] if isinstance(value, str) else [*value]
    return [one if "://" in str(one) else f"https://{one}" for one in listed]


def _same(value: Any) -> JsonValue:
    return value  # type: ignore[no-any-return]


def _per_locale(value: Any, more: Json, key: str = "call_to_actions") -> list[Json]:
    if isinstance(value, Mapping):
        return [{"locale": locale, **more, key: [*items]} for locale, items in _with_default(value).items()]
    listed = [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []
    if not listed or len(listed) != len(value):
        raise InvalidInput("This setting is a list of objects, or a map of locale → list.")
    if any("locale" in one for one in listed):
        return listed
    return [{"locale": DEFAULT, **more, key: [*listed]}]


def _with_default(by_locale: Mapping[str, Any]) -> dict[str, Any]:
    """Messenger wants an entry for everybody else: the English one, or the first."""
    if DEFAULT in by_locale:
        return dict(by_locale)
    first = next((name for name in ("en", "en_US") if name in by_locale), next(iter(by_locale)))
    return {DEFAULT: by_locale[first], **by_locale}


FORMS: dict[str, Callable[[Any], JsonValue]] = {
    "get_started": get_started,
    "greeting": greeting,
    "persistent_menu": persistent_menu,
    "ice_breakers": ice_breakers,
    "whitelisted_domains": domains,
    "account_linking_url": _same,
    "commands": commands,
}
