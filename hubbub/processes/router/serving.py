"""The path router on the one PORT: webhooks go to the edge, everything else to the web process.

It knows nothing but paths, so that killing the web leaves webhooks answering: a process behind it that is down costs
only its own paths a 502. On a machine of one's own the sandbox's phone is behind it too, for the page that shows it.
"""

import asyncio
import re
import signal
import socket
from collections.abc import Sequence
from typing import Final

from hubbub.processes.router.client import ClientConnection, Router
from hubbub.processes.router.upstream import Upstream

EDGE_PATHS: Final = re.compile(rb"/webhooks/|/api/v1/webhooks/|/api/facebook/webhook(?:[/?]|$)")
"""nginx and Caddy rules with the same meaning stand in docs/running.md."""

SANDBOX_PATHS: Final = re.compile(rb"/_sandbox/")

EDGE_SECONDS: Final = 10.0
"""No platform waits longer. While `make run` restarts the edge, its callers wait in the socket that is held for it."""

STOP_SECONDS: Final = 10.0


def make_router(
    *, web: tuple[str, int] | str, edge: tuple[str, int] | str, sandbox: tuple[str, int] | str | None = None
) -> Router:
    """The router of `make run`: webhooks to the edge, the phone to the sandbox, if any, the rest to the web."""
    routes = [(EDGE_PATHS, Upstream(name="edge", address=edge, answer_seconds=EDGE_SECONDS))]
    if sandbox is not None:
        routes.append((SANDBOX_PATHS, Upstream(name="sandbox", address=sandbox)))
    return Router(default=Upstream(name="web", address=web), routes=routes)


async def serve(router: Router, listeners: Sequence[socket.socket], stop: asyncio.Event) -> None:
    """Answer on the bound sockets until `stop`; then let running exchanges end, for at most STOP_SECONDS."""
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(lambda: ClientConnection(router), sock=each, backlog=4096) for each in listeners
    ]
    stopping = loop.create_task(stop.wait())
    while not stopping.done():
        await asyncio.wait([stopping], timeout=1.0)
        router.close_overdue(loop.time())
    for server in servers:
        server.close()
    await _let_end(router)


async def _let_end(router: Router) -> None:
    router.is_stopping = True
    loop = asyncio.get_running_loop()
    deadline = loop.time() + STOP_SECONDS
    for client in list(router.clients):
        client.close_if_idle()
    while router.clients and loop.time() < deadline:
        await asyncio.sleep(0.02)
        router.close_overdue(loop.time())
    for client in list(router.clients):
        client.abort()
    for upstream in router.upstreams():
        for connection in list(upstream.idle):
            connection.close()


async def serve_until_signalled(router: Router, listeners: Sequence[socket.socket]) -> None:
    """As `serve`, until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await serve(router, listeners, stop)
