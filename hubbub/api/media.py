"""Files of our own store, by signed link: for screens, for programs, and for platforms that fetch what we send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, cast
from urllib.parse import quote

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from hubbub.api.errors import error_response
from hubbub.api.scope import identify
from hubbub.conversations.archiving.media import open_stored
from hubbub.conversations.attachments import sniff
from hubbub.conversations.media import MediaLink, open_media_link
from hubbub.kit.errors import NotFound, Unauthenticated

SHOWN_IN_THE_PAGE = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp", "image/heic"),
        *("video/mp4", "video/webm", "video/ogg", "video/quicktime", "video/3gpp", "video/x-m4v"),
        *("audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg", "audio/opus", "audio/wav", "audio/x-wav", "audio/webm"),
        *("audio/amr", "audio/flac", "audio/x-m4a", "audio/3gpp"),
    }
)
"""Types that hold no script and name no other place. Drawings (SVG), pages and everything unknown are downloaded."""
RANGE = re.compile(r"bytes=(?P<first>\d{1,18})?-(?P<last>\d{1,18})?")
CHUNK = 64 * 1024
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, max-age=900, immutable",
    "Accept-Ranges": "bytes",
}


@require_safe
def serve(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file that the link names, whole or one range of it; 404 when the link is too old or changed."""
    try:
        link = open_media_link(token)
        _check(request, link)
        response = _file_response(link, request.headers.get("Range", ""))
    except NotFound as gone:
        return error_response(gone)
    for name, value in (HEADERS | _about(link)).items():
        response[name] = value
    return response


def _check(request: HttpRequest, link: MediaLink) -> None:
    """A screen's link is for whoever signed in to that organisation. Raises NotFound: nobody learns more."""
    if link.organization is None:
        return
    try:
        with transaction.atomic():
            principal = identify(request)
    except Unauthenticated:
        principal = None
    if principal is None or principal.organization_id != link.organization:
        raise NotFound("This link is not valid any more.")


def _file_response(link: MediaLink, wanted: str) -> HttpResponseBase:
    try:
        file = open_stored(link.storage_key)
        size = file.size
    except (OSError, ValueError):
        raise NotFound("The file is not stored any more.") from None
    asked = RANGE.fullmatch(wanted)
    if asked is None or not (asked["first"] or asked["last"]):
        return FileResponse(file)
    first, last = _bounds(asked, size)
    if first > last:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(_part(file, first, last - first + 1), status=206)
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Length"] = str(last - first + 1)
    return response


def _bounds(asked: re.Match[str], size: int) -> tuple[int, int]:
    """First and last byte, inclusive; first > last when nothing of it exists."""
    if asked["first"] is None:
        return max(size - int(asked["last"]), 0), size - 1 if int(asked["last"]) else -1
    return int(asked["first"]), min(int(asked["last"] or size - 1), size - 1)


def _part(file: IO[Any], first: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def _about(link: MediaLink) -> dict[str, str]:
    """Only pictures, films and sound are shown in the browser; all else is downloaded."""
    kind = (link.mime_type or _sniffed(link.storage_key)).partition(";")[0].strip().lower()
    is_shown = kind in SHOWN_IN_THE_PAGE
    name = quote(link.file_name or link.storage_key.rpartition("/")[2][:16], safe="")
    return {
        "Content-Type": kind if is_shown or kind == "application/pdf" else "application/octet-stream",
        "Content-Disposition": f"{'inline' if is_shown else 'attachment'}; filename*=UTF-8''{name}",
    }


def _sniffed(storage_key: str) -> str:
    with open_stored(storage_key) as file:
        return sniff(cast(BinaryIO, file), "application/octet-stream")
