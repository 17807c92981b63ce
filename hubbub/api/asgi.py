"""The web process as an ASGI callable: screens' WebSockets, and Django behind a few threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.db import close_old_connections

from hubbub.api.bridge import Bridge
from hubbub.api.wsgi import application as django
from hubbub.realtime.endpoint import Endpoint
from hubbub.settings.environment import environment

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SOCKETS: Final = "/socket.io/"
MORE_THAN_A_FILE: Final = 1024 * 1024
"""What an upload's form adds to the file."""

screens = Endpoint()
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
    elif scope["type"] == "http":
        await requests(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 1008})


async def _live(receive: Receive, send: Send) -> None:
    """Begun by `serving`, which also hangs up on the screens before it stops: open ones would keep the server."""
    await receive()
    screens.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
