"""A client's connection, and the table of what goes where."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from hubbub.processes.router import framing
from hubbub.processes.router.exchange import HELD_BYTES, Exchange
from hubbub.processes.router.framing import BadMessage
from hubbub.processes.router.upstream import Connection, Upstream

HEAD_SECONDS: Final = 15.0
IDLE_CLIENT_SECONDS: Final = 75.0
LINGER_SECONDS: Final = 2.0


@dataclass(slots=True, kw_only=True)
class Router:
    """Which path goes where, and every connection that is open."""

    default: Upstream
    routes: Sequence[tuple[re.Pattern[bytes], Upstream]]
    clients: set[ClientConnection] = field(default_factory=set)
    is_stopping: bool = False

    def upstream_for(self, target: bytes) -> Upstream:
        for paths, upstream in self.routes:
            if paths.match(target):
                return upstream
        return self.default

    def upstreams(self) -> list[Upstream]:
        return [self.default, *(upstream for _paths, upstream in self.routes)]

    def close_overdue(self, now: float) -> None:
        """Each connection has one deadline for what it is waiting for."""
        for client in [client for client in self.clients if client.deadline < now]:
            client.time_out()
        for upstream in self.upstreams():
            for connection in [one for one in upstream.idle if one.deadline < now]:
                connection.close()


class ClientConnection(Connection):
    """A client's connection: one request after the other."""

    __slots__ = ("_buffer", "_exchange", "_is_lingering", "_peer", "has_said_all", "router")

    def __init__(self, router: Router) -> None:
        super().__init__()
        self.router = router
        self._buffer = b""
        self._exchange: Exchange | None = None
        self._is_lingering = False
        self.has_said_all = False
        self._peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        address = transport.get_extra_info("peername")
        self._peer = address[0] if isinstance(address, tuple) else ""
        self.router.clients.add(self)
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.router.clients.discard(self)
        if self._exchange is not None:
            self._exchange.give_up()

    def data_received(self, data: bytes) -> None:
        if self._is_lingering:
            return
        exchange = self._exchange
        if exchange is not None and exchange.is_tunnel:
            exchange.send(data)
            return
        self._buffer = self._buffer + data if self._buffer else data
        try:
            self._advance()
        except BadMessage as problem:
            self.refuse(problem.status, problem.sentence)

    def eof_received(self) -> bool:
        """A client that has said all may still listen for the answer."""
        self.has_said_all = True
        return self._exchange is not None and self._exchange.end_of_client()

    def pause_writing(self) -> None:
        self.is_full = True
        if self._exchange is not None:
            self._exchange.hold_upstream(True)

    def resume_writing(self) -> None:
        self.is_full = False
        if self._exchange is not None:
            self._exchange.hold_upstream(False)

    def time_out(self) -> None:
        if self._exchange is not None:
            self._exchange.time_out()
        elif self._buffer:
            self.refuse(408, "The request did not arrive in time.")
        else:
            self.close()

    def refuse(self, status: int, sentence: str) -> None:
        """Answer for ourselves and close; what the client still sends is thrown away."""
        if self._exchange is not None:
            has_answered = self._exchange.has_answered
            self._exchange.give_up()
            self._exchange = None
            if has_answered:
                self.abort()
                return
        self.write(_own_answer(status, sentence))
        self.linger()

    def close_if_idle(self) -> None:
        if self._exchange is None and not self._is_lingering:
            self.close()

    def take_rest(self) -> bytes:
        """What the client sent after its request: the tunnel's first bytes."""
        rest, self._buffer = self._buffer, b""
        return rest

    def abort(self) -> None:
        """End a half-written answer so that the client sees it as broken."""
        if self.transport is not None:
            self.transport.abort()

    def linger(self) -> None:
        """Closing while the client still writes would take back what it has not read yet (RFC 9112 §9.6)."""
        if self.is_closing() or self.transport is None:
            return
        if self.has_said_all:
            self.close()
            return
        self._is_lingering = True
        self._buffer = b""
        self._wait(LINGER_SECONDS)
        with contextlib.suppress(OSError, RuntimeError):
            self.transport.write_eof()
        self.read_on(True)

    def touch(self) -> None:
        """Something moved: start the clock anew."""
        self._wait(self._exchange.patience() if self._exchange else HEAD_SECONDS)

    def exchange_ended(self, *, closes: bool) -> None:
        """The answer is written; the next request may be in the buffer already."""
        self._exchange = None
        if closes or self.router.is_stopping:
            self.linger()
            return
        self._wait(IDLE_CLIENT_SECONDS)
        self.read_on(True)
        if self._buffer:
            self.data_received(b"")
        if self.has_said_all and self._exchange is None:
            self.close()

    def _advance(self) -> None:
        exchange = self._exchange
        is_new = exchange is None
        if exchange is None and (exchange := self._read_head()) is None:
            return
        if self._buffer and not exchange.is_request_complete():
            taken = exchange.request.body.feed(self._buffer)
            body, self._buffer = self._buffer[:taken], self._buffer[taken:]
            self.touch()
            exchange.send(body)
        if is_new:
            exchange.begin()
        if len(self._buffer) > HELD_BYTES:
            self.read_on(False)

    def _read_head(self) -> Exchange | None:
        length = framing.head_length(self._buffer)
        if length == 0:
            return None
        request = framing.read_request(self._buffer[:length])
        self._buffer = self._buffer[length:]
        upstream = self.router.upstream_for(request.target)
        self._exchange = Exchange(self, upstream, request, framing.forwarded_request(request, self._peer))
        self.touch()
        return self._exchange

    def _wait(self, seconds: float) -> None:
        self.deadline = asyncio.get_running_loop().time() + seconds


_REASONS: Mapping[int, str] = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    502: "Bad Gateway",
    504: "Gateway Timeout",
}


def _own_answer(status: int, sentence: str) -> bytes:
    body = sentence.encode() + b"\n"
    retry = "Retry-After: 1\r\n" if status in {502, 504} else ""
    return (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n{retry}Connection: close\r\n\r\n"
    ).encode() + body
