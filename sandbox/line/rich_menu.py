"""Rich menus. https://developers.line.biz/en/reference/messaging-api/#rich-menu"""

from __future__ import annotations

import re
import struct
from typing import Any

from sandbox.http import Response
from sandbox.line.call import LineCall
from sandbox.line.errors import NOT_FOUND, BadBody, LineError
from sandbox.line.objects.actions import RICH_MENU_ACTION, clusters
from sandbox.line.routes import route
from sandbox.line.send import USER
from sandbox.shapes import Fields, Flag, Items, Number, Path, Problem, Shape, check

Json = dict[str, Any]
JSON = (b"content-type", b"application/json")
MOST_MENUS = 1000
LARGEST_IMAGE = 1024 * 1024
ALIAS = re.compile(r"[a-z0-9_-]{1,32}")


def _wide_enough(value: Any, path: Path, problems: list[Problem]) -> None:
    if value["width"] / value["height"] < 1.45:
        problems.append(Problem(path, "value", "at least 1.45 times as wide as high"))


_SIZE = Fields(
    {"width": Number(800, 2500, whole=True), "height": Number(250, whole=True)},
    ("width", "height"),
    extra=True,
    rules=(_wide_enough,),
)
_BOUNDS = Fields(dict.fromkeys(("x", "y", "width", "height"), Number(0, 2500, whole=True)), extra=True)
_AREA = Fields({"bounds": _BOUNDS, "action": RICH_MENU_ACTION}, ("bounds", "action"), extra=True)
RICH_MENU: Shape = Fields(
    {
        "size": _SIZE,
        "selected": Flag(),
        "name": clusters(300),
        "chatBarText": clusters(14),
        "areas": Items(_AREA, 0, 20),
    },
    ("size", "name", "chatBarText"),
    extra=True,
)


def _valid(call: LineCall) -> Json:
    body = call.json()
    problems = check(RICH_MENU, body)
    problems += [Problem((name,), "missing") for name in ("selected", "areas") if name not in body]
    if problems:
        raise BadBody(problems)
    return body


def _menu(call: LineCall, menu_id: str) -> Json:
    found = call.bot.rich_menus.get(menu_id)
    if found is None:
        raise LineError(404, NOT_FOUND)
    return found


@route("POST", "/v2/bot/richmenu", rate=(100, 3600.0))
async def create(call: LineCall) -> Json:
    body = _valid(call)
    if len(call.bot.rich_menus) >= MOST_MENUS:
        raise LineError(400, "The maximum number of rich menus has been reached")
    menu_id = "richmenu-" + call.world.ids.hex(16)
    call.bot.rich_menus[menu_id] = {"richMenuId": menu_id, **body}
    return {"richMenuId": menu_id}


@route("POST", "/v2/bot/richmenu/validate")
async def validate(call: LineCall) -> Json:
    _valid(call)
    return {}


@route("GET", "/v2/bot/richmenu/list", rate=(10, 1.0))
async def menus(call: LineCall) -> Json:
    return {"richmenus": list(call.bot.rich_menus.values())}


@route("GET", "/v2/bot/richmenu/alias/list")
async def aliases(call: LineCall) -> Json:
    found = call.bot.rich_menu_aliases.items()
    return {"aliases": [{"richMenuAliasId": alias, "richMenuId": menu} for alias, menu in found]}


@route("POST", "/v2/bot/richmenu/alias")
async def create_alias(call: LineCall) -> Json:
    body = call.json()
    alias, menu_id = str(body.get("richMenuAliasId", "")), str(body.get("richMenuId", ""))
    if not ALIAS.fullmatch(alias) or alias in call.bot.rich_menu_aliases:
        raise LineError(400, "Invalid or existing richMenuAliasId")
    _with_image(call, menu_id)
    call.bot.rich_menu_aliases[alias] = menu_id
    return {}


def _alias(call: LineCall) -> str:
    if call.place["alias"] not in call.bot.rich_menu_aliases:
        raise LineError(404, NOT_FOUND)
    return call.place["alias"]


@route("POST", "/v2/bot/richmenu/alias/{alias}")
async def change_alias(call: LineCall) -> Json:
    alias, menu_id = _alias(call), str(call.json().get("richMenuId", ""))
    _with_image(call, menu_id)
    call.bot.rich_menu_aliases[alias] = menu_id
    return {}


@route("GET", "/v2/bot/richmenu/alias/{alias}")
async def get_alias(call: LineCall) -> Json:
    return {"richMenuAliasId": _alias(call), "richMenuId": call.bot.rich_menu_aliases[call.place["alias"]]}


@route("DELETE", "/v2/bot/richmenu/alias/{alias}", rate=(100, 3600.0))
async def delete_alias(call: LineCall) -> Json:
    del call.bot.rich_menu_aliases[_alias(call)]
    return {}


@route("POST", "/v2/bot/richmenu/{menu_id}/content", is_data=True)
async def upload_image(call: LineCall) -> Json:
    """JPEG or PNG of at most 1 MB, as wide and high as the menu says; it cannot be replaced."""
    menu = _menu(call, call.place["menu_id"])
    if call.request.content_type not in ("image/png", "image/jpeg"):
        raise LineError(415, "Unsupported media type")
    if len(call.request.body) > LARGEST_IMAGE:
        raise LineError(413, "The image is too large")
    if _media_id(menu["richMenuId"]) in call.world.media.files:
        raise LineError(400, "An image has already been uploaded to the rich menu")
    if call.request.content_type == "image/png":
        _check_png(call.request.body, menu["size"])
    call.world.media.add(
        call.bot.key, call.request.content_type, call.request.body, media_id=_media_id(menu["richMenuId"])
    )
    return {}


def _media_id(menu_id: str) -> str:
    return f"image-of-{menu_id}"


def _check_png(body: bytes, size: Json) -> None:
    if body[:8] != b"\x89PNG\r\n\x1a\n" or struct.unpack(">II", body[16:24]) != (size["width"], size["height"]):
        raise LineError(400, "The image size does not match the rich menu size")


@route("GET", "/v2/bot/richmenu/{menu_id}/content", is_data=True)
async def image(call: LineCall) -> Response:
    media = call.world.media.get(_media_id(_menu(call, call.place["menu_id"])["richMenuId"]))
    if media is None:
        raise LineError(404, NOT_FOUND)
    return Response(200, media.read(), [(b"content-type", media.mime.encode())])


@route("GET", "/v2/bot/richmenu/{menu_id}")
async def get_menu(call: LineCall) -> Json:
    return _menu(call, call.place["menu_id"])


@route("DELETE", "/v2/bot/richmenu/{menu_id}", rate=(100, 3600.0))
async def delete_menu(call: LineCall) -> Json:
    _menu(call, call.place["menu_id"])
    del call.bot.rich_menus[call.place["menu_id"]]
    call.world.media.remove(_media_id(call.place["menu_id"]))
    return {}


def _with_image(call: LineCall, menu_id: str) -> None:
    """A menu without image cannot be shown. Raises LineError."""
    if menu_id not in call.bot.rich_menus:
        raise LineError(404 if call.request.method == "POST" and "user" in call.request.path else 400, NOT_FOUND)
    if _media_id(menu_id) not in call.world.media.files:
        raise LineError(400, "Must upload richmenu image before applying it to user")


@route("POST", "/v2/bot/user/all/richmenu/{menu_id}")
async def set_default(call: LineCall) -> Json:
    _with_image(call, call.place["menu_id"])
    call.bot.default_rich_menu = call.place["menu_id"]
    return {}


@route("GET", "/v2/bot/user/all/richmenu")
async def get_default(call: LineCall) -> Json:
    if not call.bot.default_rich_menu:
        raise LineError(404, NOT_FOUND)
    return {"richMenuId": call.bot.default_rich_menu}


@route("DELETE", "/v2/bot/user/all/richmenu")
async def delete_default(call: LineCall) -> Json:
    call.bot.default_rich_menu = ""
    return {}


@route("POST", "/v2/bot/user/{user_id}/richmenu/{menu_id}")
async def link(call: LineCall) -> Json:
    """200 without effect for somebody who is not a friend."""
    _with_image(call, call.place["menu_id"])
    _link(call, call.place["user_id"], call.place["menu_id"])
    return {}


def _link(call: LineCall, user_id: str, menu_id: str) -> None:
    if not USER.match(user_id):
        raise LineError(400, "The user ID is invalid")
    customer = call.bot.customers.get(user_id)
    if customer is not None and customer.is_friend and not customer.is_blocked:
        customer.rich_menu = menu_id


@route("GET", "/v2/bot/user/{user_id}/richmenu")
async def linked(call: LineCall) -> Json:
    customer = call.bot.customers.get(call.place["user_id"])
    if customer is None or not customer.rich_menu:
        raise LineError(404, NOT_FOUND)
    return {"richMenuId": customer.rich_menu}


@route("DELETE", "/v2/bot/user/{user_id}/richmenu")
async def unlink(call: LineCall) -> Json:
    _link(call, call.place["user_id"], "")
    return {}


def _bulk(call: LineCall, menu_id: str) -> Response:
    user_ids = call.json().get("userIds")
    if not isinstance(user_ids, list) or not 1 <= len(user_ids) <= 500:
        raise LineError(400, "The property, 'userIds', must have between 1 and 500 elements")
    for user_id in user_ids:
        _link(call, str(user_id), menu_id)
    return Response(202, b"{}", [JSON])


@route("POST", "/v2/bot/richmenu/bulk/link")
async def bulk_link(call: LineCall) -> Response:
    menu_id = str(call.json().get("richMenuId", ""))
    _with_image(call, menu_id)
    return _bulk(call, menu_id)


@route("POST", "/v2/bot/richmenu/bulk/unlink")
async def bulk_unlink(call: LineCall) -> Response:
    return _bulk(call, "")
