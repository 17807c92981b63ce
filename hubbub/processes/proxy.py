"""The router's connections: a client's, one behind us, and the exchange of a request and its answer between them.

Heads pass through as they came (but for the connection's own lines), bodies stream both ways with neither side held in
memory, WebSockets become tunnels.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from hubbub.kit.logging import log_event
from hubbub.processes import framing
from hubbub.processes.framing import BadMessage, Body, RequestHead, ResponseHead

HELD_BYTES: Final = 64 * 1024
"""What one side may have sent that the other has not taken yet, before it must wait."""

CONNECT_SECONDS: Final = 5.0
HEAD_SECONDS: Final = 15.0
IDLE_CLIENT_SECONDS: Final = 75.0
IDLE_UPSTREAM_SECONDS: Final = 3.0
"""Shorter than the 5 s after which uvicorn closes: a connection that we take from the pool is not about to close."""
SILENT_SECONDS: Final = 120.0
LINGER_SECONDS: Final = 2.0

log = logging.getLogger("hubbub.processes.router")


@dataclass(slots=True, kw_only=True)
class Upstream:
    """One process behind the router: `address` is a (host, port) or a unix socket's path."""

    name: str
    address: tuple[str, int] | str
    idle: "list[UpstreamConnection]" = field(default_factory=list)

    def take_idle(self) -> "UpstreamConnection | None":
        while self.idle:
            connection = self.idle.pop()
            if not connection.is_closing():
                return connection
        return None

    async def connect(self) -> "UpstreamConnection":
        loop = asyncio.get_running_loop()
        if isinstance(self.address, str):
            opening = loop.create_unix_connection(lambda: UpstreamConnection(self), self.address)
        else:
            opening = loop.create_connection(lambda: UpstreamConnection(self), *self.address)
        async with asyncio.timeout(CONNECT_SECONDS):
            _transport, connection = await opening
        return connection


@dataclass(slots=True, kw_only=True)
class Router:
    """Which path goes where, and every connection that is open."""

    default: Upstream
    routes: Sequence[tuple[bytes, Upstream]]
    clients: "set[ClientConnection]" = field(default_factory=set)
    is_stopping: bool = False

    def upstream_for(self, target: bytes) -> Upstream:
        for prefix, upstream in self.routes:
            if target.startswith(prefix):
                return upstream
        return self.default

    def upstreams(self) -> list[Upstream]:
        found = {upstream.name: upstream for _prefix, upstream in self.routes}
        return [self.default, *found.values()]

    def close_overdue(self, now: float) -> None:
        """Each connection has one deadline for what it is waiting for."""
        for client in [client for client in self.clients if client.deadline < now]:
            client.time_out()
        for upstream in self.upstreams():
            for connection in [one for one in upstream.idle if one.deadline < now]:
                connection.close()


class _Connection(asyncio.Protocol):
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


class ClientConnection(_Connection):
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
        self._wait(SILENT_SECONDS)

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

    def _read_head(self) -> "Exchange | None":
        length = framing.head_length(self._buffer)
        if length == 0:
            return None
        request = framing.read_request(self._buffer[:length])
        self._buffer = self._buffer[length:]
        self.touch()
        upstream = self.router.upstream_for(request.target)
        self._exchange = Exchange(self, upstream, request, framing.forwarded_request(request, self._peer))
        return self._exchange

    def _wait(self, seconds: float) -> None:
        self.deadline = asyncio.get_running_loop().time() + seconds


class UpstreamConnection(_Connection):
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


class Exchange:
    """One request and its answer, between a client's connection and one behind us."""

    __slots__ = (
        "_body",
        "_connecting",
        "_has_upstream_ended",
        "_head",
        "_is_pooled",
        "_pending",
        "_pending_bytes",
        "_received",
        "_response",
        "_upstream",
        "client",
        "connection",
        "has_answered",
        "is_tunnel",
        "request",
    )

    def __init__(self, client: ClientConnection, upstream: Upstream, request: RequestHead, head: bytes) -> None:
        self.client = client
        self.request = request
        self.connection: UpstreamConnection | None = None
        self.is_tunnel = False
        self.has_answered = False
        self._upstream = upstream
        self._head = head
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._received = b""
        self._response: ResponseHead | None = None
        self._body: Body | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._is_pooled = False
        self._has_upstream_ended = False

    def begin(self) -> None:
        pooled = self._upstream.take_idle()
        self._is_pooled = pooled is not None
        if pooled is not None:
            self._use(pooled)
        else:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())

    def is_request_complete(self) -> bool:
        return self.request.body.is_complete

    def send(self, data: bytes) -> None:
        """A part of the request's body, or of the tunnel."""
        if self.connection is not None:
            self.connection.write(data)
            return
        self._pending.append(data)
        self._pending_bytes += len(data)
        if self._pending_bytes > HELD_BYTES:
            self.client.read_on(False)

    def received(self, data: bytes) -> None:
        """Bytes of the answer, or of the tunnel."""
        self.client.touch()
        if self.is_tunnel:
            self.client.write(data)
            return
        try:
            self._read_answer(data)
        except BadMessage:
            self._drop_connection()
            self.client.refuse(502, f"The {self._upstream.name} process answered with something that is not HTTP/1.1.")

    def hold_upstream(self, wanted: bool) -> None:
        if self.connection is not None:
            self.connection.read_on(not wanted)

    def end_of_client(self) -> bool:
        """Whether there is still something to bring to a client that has said all."""
        if not self.is_tunnel:
            return self.is_request_complete()
        if self._has_upstream_ended or self.connection is None or self.connection.transport is None:
            return False
        self.connection.transport.write_eof()
        return True

    def end_of_upstream(self) -> bool:
        """In a tunnel the other direction may go on; elsewhere the connection is closed."""
        self._has_upstream_ended = True
        if not self.is_tunnel or self.client.has_said_all or self.client.is_closing() or not self.client.transport:
            return False
        self.client.transport.write_eof()
        return True

    def lost_upstream(self, problem: Exception | None) -> None:
        """The process behind ended its connection."""
        self.connection = None
        if self.is_tunnel:
            self.client.close()
        elif isinstance(self._body, framing.UntilCloseBody) and problem is None:
            self.client.exchange_ended(closes=True)
        elif self._is_pooled and not self._received and self._response is None and self._may_repeat():
            self._is_pooled = False
            self._connecting = asyncio.get_running_loop().create_task(self._connect())
        else:
            self.client.refuse(502, f"The {self._upstream.name} process ended before it answered. Try again.")

    def time_out(self) -> None:
        if self.is_tunnel:
            self.client.touch()
        elif not self.is_request_complete():
            self.client.refuse(408, "The request did not arrive in time.")
        else:
            self.client.refuse(504, f"The {self._upstream.name} process did not answer in time.")

    def give_up(self) -> None:
        """The client is gone, or has been answered by us."""
        if self._connecting is not None:
            self._connecting.cancel()
        self._drop_connection()

    def _may_repeat(self) -> bool:
        return self.request.is_repeatable and self.is_request_complete() and not self.client.is_closing()

    async def _connect(self) -> None:
        try:
            connection = await self._upstream.connect()
        except (OSError, TimeoutError) as error:
            log_event(log, logging.WARNING, "upstream_unreachable", upstream=self._upstream.name, error=error)
            self._connecting = None
            self.client.refuse(502, f"The {self._upstream.name} process is not running. Try again in a moment.")
            return
        self._connecting = None
        self._use(connection)

    def _use(self, connection: UpstreamConnection) -> None:
        self.connection = connection
        connection.exchange = self
        connection.write(b"".join((self._head, *self._pending)) if self._pending else self._head)
        self._pending.clear()
        self._pending_bytes = 0
        self.client.read_on(not connection.is_full)
        connection.read_on(not self.client.is_full)

    def _read_answer(self, data: bytes) -> None:
        ready: list[bytes] = []
        while data and not self.is_tunnel:
            if self._body is None:
                data = self._read_head(data, ready)
            else:
                taken = self._body.feed(data)
                ready.append(data[:taken])
                data = data[taken:]
            if self._body is not None and self._body.is_complete:
                break
        if ready:
            self.client.write(b"".join(ready))
        if self._body is not None and self._body.is_complete:
            self._finish(has_more=bool(data))

    def _read_head(self, data: bytes, ready: list[bytes]) -> bytes:
        """Pass the head on as soon as it is whole; says what came after it."""
        self._received += data
        length = framing.head_length(self._received)
        if length == 0:
            return b""
        block, rest = self._received[:length], self._received[length:]
        self._received = b""
        head = framing.read_response(block, self.request.method)
        if head.status == 101:
            self._open_tunnel()
            ready += (framing.forwarded_response(head, closes=False), rest)
            return b""
        if head.status < 200:
            ready.append(framing.forwarded_response(head, closes=False))
            return rest
        self._response = head
        self._body = head.body
        self.has_answered = True
        ready.append(framing.forwarded_response(head, closes=self._closes_client(head)))
        return rest

    def _closes_client(self, head: ResponseHead) -> bool:
        """An answer before the request's end (413) leaves the rest of the request unread: nothing can follow."""
        return (
            self.request.closes
            or self.client.router.is_stopping
            or not self.is_request_complete()
            or isinstance(head.body, framing.UntilCloseBody)
        )

    def _open_tunnel(self) -> None:
        if not self.request.is_websocket:
            raise BadMessage(502, "The process behind switched protocols without being asked.")
        self.is_tunnel = True
        self.has_answered = True
        self.send(self.client.take_rest())
        self.client.read_on(True)

    def _finish(self, *, has_more: bool) -> None:
        assert self._response is not None
        closes = self._closes_client(self._response)
        if has_more or self._response.closes or not self.is_request_complete():
            self._drop_connection()
        elif self.connection is not None:
            connection, self.connection = self.connection, None
            connection.rest()
        self.client.exchange_ended(closes=closes)

    def _drop_connection(self) -> None:
        if self.connection is not None:
            connection, self.connection = self.connection, None
            connection.exchange = None
            connection.close()


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
