"""One request and its answer, on their way between a client's connection and one behind us."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from hubbub.kit.logging import log_event
from hubbub.processes.router import framing
from hubbub.processes.router.framing import BadMessage, Body, RequestHead, ResponseHead
from hubbub.processes.router.upstream import Upstream, UpstreamConnection

if TYPE_CHECKING:
    from hubbub.processes.router.client import ClientConnection

SILENT_SECONDS: Final = 120.0
HELD_BYTES: Final = 64 * 1024
"""What one side may have sent that the other has not taken yet, before it must wait."""

log = logging.getLogger("hubbub.processes.router")


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

    def patience(self) -> float:
        """Seconds without a sign of life after which we give up: shorter while only the answer is missing."""
        is_waiting = self.is_request_complete() and not self.has_answered
        return self._upstream.answer_seconds if is_waiting else SILENT_SECONDS

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
            log_event(log, logging.WARNING, "upstream_unreachable", upstream=self._upstream.name, reason=str(error))
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
