"""What can be set on the account itself, one call each: rich menus and the webhook's address.

https://developers.line.biz/en/reference/messaging-api/#rich-menu
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hubbub.connectors.line.answers import read_json
from hubbub.connectors.line.calls import call
from hubbub.connectors.line.render.check import (
    JsonObject,
    inner,
    label,
    many,
    number,
    obey,
    refuse,
    tagged,
    text,
    url,
)
from hubbub.connectors.line.render.rules import RICH_MENU_ACTIONS
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess
from hubbub.kit.errors import InvalidInput, Unavailable, Unsendable
from hubbub.kit.json import JsonValue, as_id, as_list

RICH_MENU = "/v2/bot/richmenu"
DEFAULT_RICH_MENU = "/v2/bot/user/all/richmenu/{rich-menu-id}"
NO_DEFAULT_RICH_MENU = "/v2/bot/user/all/richmenu"
WEBHOOK = "/v2/bot/channel/webhook/endpoint"
RICH_MENUS = "/v2/bot/richmenu/list"
LEAST_RATIO = 1.45
PROFILE = ("default_rich_menu_id",)


def profile_settings_request(access: ChannelAccess, settings: JsonObject) -> ApiRequest:
    """`settings` has one key, as LINE takes one setting a call:

    "rich_menu": a menu's definition as LINE documents it → creates it (its picture is uploaded by another call);
    "default_rich_menu_id": an id, or None to show no menu; "webhook_url": where LINE sends its events.
    Raises `InvalidInput` for anything else and for what LINE would refuse.
    """
    name, value = next(iter(settings.items()), ("", None))
    builder = BUILDERS.get(name)
    if builder is None or len(settings) != 1:
        raise InvalidInput(f"LINE takes one setting at a time; give exactly one of {', '.join(BUILDERS)}.")
    try:
        return builder(access, value)
    except Unsendable as error:
        raise InvalidInput(error.sentence) from None


def _ratio(size: JsonObject) -> None:
    width, height = size["width"], size["height"]
    assert isinstance(width, int)
    assert isinstance(height, int)
    if width / height < LEAST_RATIO:
        refuse(f"A rich menu must be at least {LEAST_RATIO} times as wide as high.")


MENU = (
    inner(
        "size",
        "the size of the rich menu",
        number("width", "the width of the rich menu", 800, 2500, is_whole=True),
        number("height", "the height of the rich menu", 250, 2500, is_whole=True),
        _ratio,
        is_required=True,
    ),
    text("name", "the name of the rich menu", 300, unit="graphemes"),
    text("chatBarText", "the text of the menu bar", 14, unit="graphemes"),
    many(
        "areas",
        "areas",
        0,
        20,
        inner(
            "bounds",
            "the bounds of an area",
            *(number(side, f"{side} of an area", 0, 2500, is_whole=True) for side in ("x", "y", "width", "height")),
            is_required=True,
        ),
        inner(
            "action",
            "the action of an area",
            label("the label of an area", is_required=False),
            tagged("an area", RICH_MENU_ACTIONS),
            is_required=True,
        ),
    ),
)


def _create_menu(access: ChannelAccess, value: JsonValue) -> ApiRequest:
    if not isinstance(value, dict):
        raise InvalidInput("A rich menu is an object with size, name, chatBarText and areas.")
    obey(value, MENU)
    return call(access, "POST", RICH_MENU, body=value, purpose="profile_settings", is_repeatable=False)


def _set_default_menu(access: ChannelAccess, value: JsonValue) -> ApiRequest:
    if value is None:
        return call(access, "DELETE", NO_DEFAULT_RICH_MENU, purpose="profile_settings")
    menu_id = as_id(value)
    if menu_id is None:
        raise InvalidInput("default_rich_menu_id is the id of a rich menu, or null to show none.")
    ids = {"rich-menu-id": menu_id}
    return call(access, "POST", DEFAULT_RICH_MENU, ids=ids, purpose="profile_settings")


def _set_webhook(access: ChannelAccess, value: JsonValue) -> ApiRequest:
    body: JsonObject = {"endpoint": value}
    obey(body, (url("endpoint", "the address of the webhook", 500),))
    return call(access, "PUT", WEBHOOK, body=body, purpose="profile_settings")


BUILDERS: dict[str, Callable[[ChannelAccess, JsonValue], ApiRequest]] = {
    "rich_menu": _create_menu,
    "default_rich_menu_id": _set_default_menu,
    "webhook_url": _set_webhook,
}


def held_profile_requests(access: ChannelAccess) -> tuple[ApiRequest, ...]:
    """Which menu everybody sees, and the menus to choose from."""
    return tuple(call(access, "GET", endpoint, purpose="profile_settings") for endpoint in READ)


READ = (NO_DEFAULT_RICH_MENU, RICH_MENUS)


def read_held_profile(responses: Sequence[ApiResponse]) -> JsonObject:
    """`default_rich_menu_id` where one is shown, and `rich_menus` as LINE describes them.

    Raises `InvalidInput` where LINE refuses the token, `Unavailable` where it may tell later.
    """
    default, menus = responses
    found: JsonObject = {"rich_menus": as_list(_told(menus).get("richmenus"))}
    if default.status != 404 and (menu_id := as_id(_told(default).get("richMenuId"))):
        found["default_rich_menu_id"] = menu_id
    return found


def _told(response: ApiResponse) -> JsonObject:
    told = read_json(response)
    if response.status in (401, 403):
        raise InvalidInput("LINE refuses the channel access token. Connect the channel again with a new one.")
    if response.status != 200 or told is None:
        raise Unavailable(f"LINE did not tell its rich menus (status {response.status}); ask again later.")
    return told
