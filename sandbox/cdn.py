"""Public files of the platforms: what people sent on Messenger and Instagram, and pictures of people."""

from __future__ import annotations

import zlib
from urllib.parse import parse_qsl

from sandbox.http import Request, Response, json_response
from sandbox.samples import portrait, sample
from sandbox.world import World


async def serve(world: World, request: Request) -> Response:
    """/avatars/{id}.png, /shared/{what}, and signed links /{media id}/{name}?oe=…&oh=… that expire (403)."""
    first, _, name = request.path.lstrip("/").partition("/")
    if first == "avatars":
        return _avatar(name)
    if first == "shared":
        return Response(200, sample("image/jpeg"), [(b"content-type", b"image/jpeg")])
    media = world.media.get(first)
    query = dict(parse_qsl(request.query))
    if media is None:
        return json_response({"error": "Not found"}, 404)
    if not world.media.opens(first, query.get("oe", "0"), query.get("oh", "")):
        return Response(403, b"URL signature expired", [(b"content-type", b"text/plain")])
    return Response(200, media.read(), [(b"content-type", media.mime.encode())])


def _avatar(name: str) -> Response:
    """Nobody in particular, in a colour that follows from the name."""
    value = zlib.crc32(name.encode())
    color = (64 + value % 128, 64 + value // 256 % 128, 64 + value // 65536 % 128)
    return Response(200, portrait(color), [(b"content-type", b"image/png")])
