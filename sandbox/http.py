"""One HTTP exchange as the sandbox sees it: what came in, what goes out, and how to cut the wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import orjson

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Json = dict[str, Any]

LARGEST_BODY = 110 * 1024 * 1024
META_JSON = (b"content-type", b"application/json; charset=UTF-8")


class BodyTooLarge(Exception):
    """More bytes than any platform takes in one call."""


@dataclass(slots=True)
class Request:
    """One call as received; ``path`` has no prefix of the pretended host any more."""

    method: str
    path: str
    query: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    is_gone: Callable[[], bool] = lambda: False
    """Whether the caller hung up meanwhile."""

    def header(self, name: bytes) -> str:
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return ""

    @property
    def content_type(self) -> str:
        return self.header(b"content-type").split(";")[0].strip().lower()


@dataclass(slots=True)
class Response:
    """What goes back. ``is_cut`` means: send nothing and abort the connection."""

    status: int = 200
    body: bytes = b"{}"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    is_cut: bool = False


def json_response(value: Any, status: int = 200, headers: list[tuple[bytes, bytes]] | None = None) -> Response:
    """JSON in UTF-8 with Meta's content type."""
    return Response(status, orjson.dumps(value), [META_JSON, *(headers or [])])


CUT = Response(is_cut=True)


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Raises BodyTooLarge."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _read_rest(body, receive)
    query = scope["query_string"].decode("latin-1")
    is_gone = scope["extensions"]["sandbox.cut"]["is_gone"]
    return Request(scope["method"], scope["path"], query, scope["headers"], body, is_gone)


async def _read_rest(first: bytes, receive: Receive) -> bytes:
    chunks, size = [first], len(first)
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_BODY:
            raise BodyTooLarge
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


async def write_response(response: Response, scope: Scope, send: Send) -> None:
    if response.is_cut:
        scope["extensions"]["sandbox.cut"]["abort"]()
        return
    headers = [*response.headers, (b"content-length", str(len(response.body)).encode())]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
