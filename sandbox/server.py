"""The ASGI application: which pretended host answers which path, and how to run it (also inside a test)."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox import cdn, control
from sandbox.graph import dialogs
from sandbox.graph import service as graph
from sandbox.graph.oauth import instagram_code
from sandbox.graph.whatsapp.media import lookaside
from sandbox.http import (
    BodyTooLarge,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    json_response,
    read_request,
    write_response,
)
from sandbox.line import service as line
from sandbox.webhooks.delivery import Webhook
from sandbox.webhooks.line import watch_reply_tokens
from sandbox.webhooks.meta import watch_failures
from sandbox.world import World

Mount = Callable[[World, Request], Awaitable[Response]]
HOST = "127.0.0.1"


async def _graph(world: World, request: Request) -> Response:
    return await graph.serve(world, request, "facebook")


async def _instagram(world: World, request: Request) -> Response:
    return await graph.serve(world, request, "instagram")


async def _line(world: World, request: Request) -> Response:
    return await line.serve(world, request, is_data=False)


async def _line_data(world: World, request: Request) -> Response:
    return await line.serve(world, request, is_data=True)


MOUNTS: dict[str, Mount] = {
    "facebook": dialogs.facebook,
    "instagram-www": dialogs.instagram,
    "instagram-api": instagram_code,
    "lookaside": lookaside,
    "cdn": cdn.serve,
    "graph": _graph,
    "instagram": _instagram,
    "line": _line,
    "line-data": _line_data,
    "_sandbox": control.serve,
}


class Sandbox:
    """The ASGI callable over one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.deliveries.on_outcome = self._after_attempt

    def _after_attempt(self, webhook: Webhook) -> None:
        watch_reply_tokens(self.world, webhook)
        watch_failures(self.world, webhook)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            request = await read_request(scope, receive)
            response = await self._dispatch(request)
        except BodyTooLarge:
            response = json_response({"error": "The body is too large."}, 413)
        await write_response(response, scope, send)

    async def _dispatch(self, request: Request) -> Response:
        name, _, rest = request.path[1:].partition("/")
        mount = MOUNTS.get(name)
        if mount is None:
            return json_response({"error": f"Nothing is at /{name}. Mounted: {', '.join(sorted(MOUNTS))}."}, 404)
        request.path = "/" + rest
        return await mount(self.world, request)


class CuttableProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with a way for a handler to abort the connection, and to see that the caller hung up."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {
            "sandbox.cut": {"abort": self.transport.abort, "is_gone": self.transport.is_closing}
        }


class Server(uvicorn.Server):
    """uvicorn's server; it leaves signals to us, so that everything is closed before the process ends."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_of(world: World) -> uvicorn.Server:
    """A uvicorn server for the world; it gets its socket from the caller."""
    config = uvicorn.Config(
        Sandbox(world),
        http=CuttableProtocol,
        ws="none",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
    )
    return Server(config)


def listen(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 picks a free one."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((HOST, port))
    opened.listen(512)
    return opened


async def serve(world: World, opened: socket.socket, on_ready: Callable[[], None]) -> None:
    """Run until stopped by a signal; then stop deliveries and close files."""
    server = server_of(world)
    watcher = asyncio.ensure_future(_announce(server, on_ready))
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, _stop, server)
    try:
        await server.serve(sockets=[opened])
    finally:
        watcher.cancel()
        await world.close()


def _stop(server: uvicorn.Server) -> None:
    server.should_exit = True


async def _announce(server: uvicorn.Server, on_ready: Callable[[], None]) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    on_ready()


@dataclass
class RunningSandbox:
    """A sandbox in a thread of this process. ``state`` may be read; change it by the control API."""

    url: str
    world: World
    _server: uvicorn.Server
    _thread: threading.Thread

    @property
    def state(self) -> Any:
        return self.world.state

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)


def run_in_thread(hub_url: str, *, port: int = 0, ledger: Path | None = None, **settings: Any) -> RunningSandbox:
    """Start a sandbox for a test; ``settings`` are those of ``PUT /_sandbox/settings``."""
    opened = listen(port)
    url = f"http://{HOST}:{opened.getsockname()[1]}"
    world = World(hub_url.rstrip("/"), url, ledger_file=ledger)
    world.settings.change(settings)
    server = server_of(world)
    thread = threading.Thread(target=_run, args=(world, server, opened), name="sandbox", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        threading.Event().wait(0.005)
    return RunningSandbox(url, world, server, thread)


def _run(world: World, server: uvicorn.Server, opened: socket.socket) -> None:
    async def main() -> None:
        try:
            await server.serve(sockets=[opened])
        finally:
            await world.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
