"""The sticker catalogue; it wants an app token. …/messenger-platform/send-messages/sticker-api"""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.graph.routes import route

Json = dict[str, Any]
STICKERS = {"369239263222822": "thumbs up", "767226160478561": "hello", "767226160478562": "thank you"}


def _app_only(call: GraphCall) -> None:
    if call.bearer.kind != "app":
        raise GraphError(15, None, "(#15) This method must be called with an app access_token.")


def _list(call: GraphCall, wanted: str = "") -> Json:
    url = f"{call.world.base_url}/cdn/shared/sticker"
    return {"data": [{"id": one, "label": name, "url": url} for one, name in STICKERS.items() if wanted in name]}


@route("root", "GET", "sticker_packs")
async def packs(call: GraphCall) -> Json:
    _app_only(call)
    return {"data": [{"id": "1", "name": "Basics"}]}


@route("root", "GET", "sticker_packs/1/stickers")
async def pack(call: GraphCall) -> Json:
    _app_only(call)
    return _list(call)


@route("root", "GET", "sticker_search")
async def search(call: GraphCall) -> Json:
    _app_only(call)
    wanted = call.params.need("q")
    if len(wanted) < 2:
        raise BadParameter("Param q must have at least 2 characters")
    return _list(call, wanted.lower())
