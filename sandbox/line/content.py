"""What customers sent: content, preview, transcoding. https://developers.line.biz/en/reference/messaging-api/#get-content"""

from __future__ import annotations

from typing import Any

from sandbox.http import Response
from sandbox.line.call import LineCall
from sandbox.line.errors import NOT_FOUND, LineError
from sandbox.line.routes import route
from sandbox.media import Media
from sandbox.samples import sample

Json = dict[str, Any]


def _media(call: LineCall) -> Media:
    media = call.world.media.files.get(call.place["message_id"])
    if media is None or media.owner != call.bot.key:
        raise LineError(404, NOT_FOUND)
    if media.is_gone:
        raise LineError(410, "Gone")
    return media


def _is_ready(call: LineCall, media: Media) -> bool:
    return call.world.clock.now() >= float(media.extra.get("ready_at", "0"))


@route("GET", "/v2/bot/message/{message_id}/content", is_data=True)
async def content(call: LineCall) -> Response:
    media = _media(call)
    if not _is_ready(call, media):
        return Response(202, b"", [(b"content-type", b"application/octet-stream")])
    return Response(200, media.read(), [(b"content-type", media.mime.encode())])


@route("GET", "/v2/bot/message/{message_id}/content/transcoding", is_data=True)
async def transcoding(call: LineCall) -> Json:
    media = _media(call)
    if media.extra.get("transcoding") == "failed":
        return {"status": "failed"}
    return {"status": "succeeded" if _is_ready(call, media) else "processing"}


@route("GET", "/v2/bot/message/{message_id}/content/preview", is_data=True)
async def preview(call: LineCall) -> Response:
    media = _media(call)
    if media.kind not in ("image", "video"):
        raise LineError(404, NOT_FOUND)
    return Response(200, sample("image/jpeg"), [(b"content-type", b"image/jpeg")])
