"""The processes behind the router, and the connections to them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from hubbub.processes.router.exchange import Exchange

CONNECT_SECONDS: Final = 5.0
IDLE_UPSTREAM_SECONDS: Final = 3.0
"""Shorter than the 5 s after which uvicorn closes: a connection that we take from the pool is not about to close."""


class Connection(asyncio.Protocol):
    """What both sides share: a transport, and holding the other side back while this one's buffer is full."""

    __slots__ = ("deadline", "is_full", "transport")

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.deadline = float("inf")
        self.is_full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class is not registered as one

    def is_closing(self) -> bool:
        return self.transport is None or self.transport.is_closing()

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def write(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def read_on(self, wanted: bool) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        if wanted:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()


@dataclass(slots=True, kw_only=True)
class Upstream:
    """One process behind the router: `address` is a (host, port) or a unix socket's path."""

    name: str
    address: tuple[str, int] | str
    answer_seconds: float = 120.0
    idle: list[UpstreamConnection] = field(default_factory=list)

    def take_idle(self) -> UpstreamConnection | None:
        while self.idle:
            connection = self.idle.pop()
            if not connection.is_closing():
                return connection
        return None

    async def connect(self) -> UpstreamConnection:
        loop = asyncio.get_running_loop()
        if isinstance(self.address, str):
            opening = loop.create_unix_connection(lambda: UpstreamConnection(self), self.address)
        else:
            opening = loop.create_connection(lambda: UpstreamConnection(self), *self.address)
        async with asyncio.timeout(CONNECT_SECONDS):
            _transport, connection = await opening
        return connection


class UpstreamConnection(Connection):
    """A connection to a process behind us: serves one exchange, then waits in the pool for the next."""

    __slots__ = ("exchange", "upstream")

    def __init__(self, upstream: Upstream) -> None:
        super().__init__()
        self.upstream = upstream
        self.exchange: Exchange | None = None

    def data_received(self, data: bytes) -> None:
        if self.exchange is not None:
            self.exchange.received(data)
        else:
            self.close()

    def eof_received(self) -> bool:
        return self.exchange is not None and self.exchange.end_of_upstream()

    def connection_lost(self, exc: Exception | None) -> None:
        if self in self.upstream.idle:
            self.upstream.idle.remove(self)
        if self.exchange is not None:
            self.exchange.lost_upstream(exc)

    def pause_writing(self) -> None:
        self.is_full = True
        if self.exchange is not None:
            self.exchange.client.read_on(False)

    def resume_writing(self) -> None:
        self.is_full = False
        if self.exchange is not None:
            self.exchange.client.read_on(True)

    def rest(self) -> None:
        """Wait in the pool."""
        self.exchange = None
        self.deadline = asyncio.get_running_loop().time() + IDLE_UPSTREAM_SECONDS
        self.read_on(True)
        self.upstream.idle.append(self)
