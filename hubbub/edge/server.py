"""uvicorn, with a limit on how long a caller may take to send a request."""

from __future__ import annotations

import asyncio
import resource
import signal
from types import FrameType
from typing import Any, Final, NoReturn

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS: Final = 10.0
"""From the first byte of a request, or from the connection, to the last byte of its body."""
KEEP_ALIVE_SECONDS: Final = 75
GRACEFUL_SECONDS: Final = 20
BACKLOG: Final = 4096
_TICKS_A_SWEEP: Final = 10  # uvicorn ticks every 0.1 s
_TIMED_OUT: Final = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 32\r\n"
    b"connection: close\r\n\r\nThe request did not come in time"
)


class TimedProtocol(HttpToolsProtocol):
    """Notes when a request began to come in; one sweep over all connections replaces a timer for each."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.began_at: float | None = self.loop.time()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.began_at = self.loop.time()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.began_at = None

    def close_if_slow(self, now: float) -> None:
        """Answer 408 and hang up, when the request has been coming in for too long."""
        if self.began_at is None or now - self.began_at < REQUEST_SECONDS or self.transport.is_closing():
            return
        is_answerable = self.headers is not None and (self.cycle is None or not self.cycle.response_started)
        if is_answerable:
            self.transport.write(_TIMED_OUT)
        self.transport.close()


class EdgeServer(uvicorn.Server):
    """Sweeps slow connections while it serves."""

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS_A_SWEEP == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, TimedProtocol):
                    connection.close_if_slow(now)
        return await super().on_tick(counter)


def serve(app: ASGIApp, *, host: str, port: int, fd: int | None) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way. Returns when all is flushed."""
    _allow_many_connections()
    for name in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises the signal again when it is done
        signal.signal(name, _exit)
    EdgeServer(_config(app, host=host, port=port, fd=fd)).run()


def _config(app: ASGIApp, **place: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        **place,
        loop="uvloop",
        http=TimedProtocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )


def _exit(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    raise SystemExit(0)


def _allow_many_connections() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
