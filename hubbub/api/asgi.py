"""The web process as an ASGI callable: screens' WebSockets, the web app's files, and Django behind a few threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.conf import settings
from django.db import close_old_connections

from hubbub.api.bridge import Bridge
from hubbub.api.wsgi import application as django
from hubbub.realtime.endpoint import Endpoint, header_of, session_key_of
from hubbub.settings.environment import environment
from hubbub.webapp.bundle import Bundle, Page

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SOCKETS: Final = "/socket.io/"
MORE_THAN_A_FILE: Final = 1024 * 1024
"""What an upload's form adds to the file."""

DJANGO: Final = frozenset({"api", "admin", "static", "media", "health", "sign-in", "sign-out", "enter", "webhooks"})
"""First parts of the paths that are Django's; all others are the web app's, once it is built."""

screens = Endpoint()
bundle = Bundle(media_origin=environment().base_url, is_https_only=bool(settings.SECURE_HSTS_SECONDS))
requests = Bridge(
    django,
    largest_body=environment().media_max_bytes + MORE_THAN_A_FILE,
    after=close_old_connections,
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """One request, one WebSocket, or the life of the process."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["path"].startswith(SOCKETS):
        await screens(scope, receive, send)
    elif scope["type"] == "http" and is_the_app_s(scope["path"]):
        await _send_page(scope, _page_at(scope), send)
    elif scope["type"] == "http":
        await requests(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 1008})


def is_the_app_s(path: str) -> bool:
    """Whether the web app answers there: it is built, and the path is not Django's."""
    return path.startswith("/") and path.split("/", 2)[1] not in DJANGO and bundle.is_built


def _page_at(scope: Scope) -> Page:
    if scope["method"] not in ("GET", "HEAD"):
        return Page(status=405, headers={"Allow": "GET, HEAD", "Content-Type": "text/plain; charset=utf-8"})
    return bundle.answer(
        scope["path"],
        accept_encoding=header_of(scope, b"accept-encoding"),
        if_none_match=header_of(scope, b"if-none-match"),
        is_known=bool(session_key_of(scope)),
    )


async def _send_page(scope: Scope, page: Page, send: Send) -> None:
    body = page.file.read_bytes() if page.file else page.body
    headers = page.headers if page.status in (302, 304) else page.headers | {"Content-Length": str(len(body))}
    lines = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": page.status, "headers": lines})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _live(receive: Receive, send: Send) -> None:
    """Begun by `serving`, which also hangs up on the screens before it stops: open ones would keep the server."""
    await receive()
    screens.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
