"""uvicorn, with a limit on how long a caller may take to send a request, and a gentler goodbye."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import socket
from types import FrameType
from typing import Final, NoReturn

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS: Final = 10.0
"""From the first byte of a request, or from the connection, to the last byte of its body."""
SWEEP_SECONDS: Final = 1.0
KEEP_ALIVE_SECONDS: Final = 75
LEAVING_SECONDS: Final = 1.0
"""How long an idle connection stays open when we stop: what is on its way on it is still answered."""
GRACEFUL_SECONDS: Final = 15
LARGEST_HEAD: Final = 64 * 1024
"""Bytes of request line and headers, give or take one read from the socket; uvicorn itself has no limit."""
BACKLOG: Final = 4096


def _last_words(status: bytes, text: bytes) -> bytes:
    head = b"HTTP/1.1 %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return head % (status, len(text)) + text


_TIMED_OUT: Final = _last_words(b"408 Request Timeout", b"The request did not come in time.")
_HEAD_TOO_LARGE: Final = _last_words(b"431 Request Header Fields Too Large", b"The headers are larger than 64 KiB.")


class EdgeProtocol(HttpToolsProtocol):
    """Notes when a request began to come in; one sweep over all connections replaces a timer for each."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.began_at: float | None = self.loop.time()
        self.head_size: int | None = 0
        self.is_leaving = False

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.head_size is not None:  # the head was not complete with these bytes
            self.head_size += len(data)
            if self.head_size > LARGEST_HEAD and not self.transport.is_closing():
                self.transport.write(_HEAD_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.began_at = self.loop.time()
        self.head_size = 0

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.head_size = None
        if self.is_leaving:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.began_at = None

    def close_if_slow(self, now: float) -> None:
        """Answer 408 and hang up, when the request has been coming in for too long."""
        if self.began_at is None or now - self.began_at < REQUEST_SECONDS or self.transport.is_closing():
            return
        has_begun = self.headers is not None
        if has_begun and (self.cycle is None or self.cycle.response_complete or not self.cycle.response_started):
            self.transport.write(_TIMED_OUT)
        self.transport.close()

    def shutdown(self) -> None:
        """Answer once more with `Connection: close`; hang up when nothing comes."""
        self.is_leaving = True
        if self._is_idle():
            self.loop.call_later(LEAVING_SECONDS, self._close_if_idle)
        else:
            super().shutdown()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _close_if_idle(self) -> None:
        if self._is_idle():
            self.transport.close()


class EdgeServer(uvicorn.Server):
    """Sweeps slow connections from start-up until the last one is gone."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._sweeping = asyncio.create_task(self._sweep_for_ever())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        self._sweeping.cancel()

    async def _sweep_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for connection in list(self.server_state.connections):
                if isinstance(connection, EdgeProtocol):
                    connection.close_if_slow(loop.time())


def serve(app: ASGIApp, *, host: str, port: int, fd: int | None) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way; returns when all is flushed.

    With `fd`, an open listening socket that other edges may share.
    """
    _allow_many_connections()
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # it warns of every broken request that anybody sends
    for name in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises the signal again when it is done
        signal.signal(name, _exit)
    sockets = None if fd is None else [socket.socket(fileno=fd)]
    EdgeServer(_config(app, host=host, port=port)).run(sockets)


def _config(app: ASGIApp, *, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=EdgeProtocol,
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
