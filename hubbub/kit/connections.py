"""Kept connections for `hubbub.kit.http`, each owned by one thread at a time.

httpcore's own pool looks after every idle connection on every request, while another thread may just be starting to use
one: under load it took that for a server's hang-up and cut a call under way, whose answer was then lost. Here a
connection is taken out, used and put back. It is also looked at once instead of with every request.
"""

import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpcore

from hubbub.kit.errors import HubbubError
from hubbub.kit.network import Backend, Call, NotSent, call_of

KEEPALIVE_SECONDS = 5.0
_FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)


class AnswerLost(HubbubError):
    """The request may have reached the server, but its answer did not reach us: repeat only what may happen twice."""

    code = "answer_lost"
    status = 504


class _Idle(NamedTuple):
    since: float
    origin: httpcore.Origin
    connection: httpcore.HTTPConnection


class ConnectionPool:
    """At most `max_connections` exchanges at once, and as many idle connections. Thread-safe."""

    def __init__(self, *, ssl_context: ssl.SSLContext, max_connections: int, is_guarded: bool) -> None:
        self._ssl_context = ssl_context
        self._backend = Backend(is_guarded=is_guarded)
        self._slots = threading.BoundedSemaphore(max_connections)
        self._most_idle = max_connections
        self._idle: deque[_Idle] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def exchange(self, request: httpcore.Request, seconds: float) -> Iterator[httpcore.Response]:
        """Sends `request` and yields the answer, its body still to be read, all within `seconds`.

        What fails, also while the body is read, raises `NotSent` or `AnswerLost`.
        """
        with call_of(seconds) as call:
            try:
                with self._slot(seconds):
                    connection, answer = self._answered(request, call)
                    try:
                        yield answer
                    finally:
                        answer.close()
                        self._put_back(request.url.origin, connection)
            except _FAILURES as error:
                raise _explained(error, request, call) from None

    def close(self) -> None:
        """Closes what is idle."""
        with self._lock:
            idle, self._idle = self._idle, deque()
        _close(idle)

    @contextmanager
    def _slot(self, seconds: float) -> Iterator[None]:
        if not self._slots.acquire(timeout=seconds):
            raise httpcore.PoolTimeout
        try:
            yield
        finally:
            self._slots.release()

    def _answered(self, request: httpcore.Request, call: Call) -> tuple[httpcore.HTTPConnection, httpcore.Response]:
        while True:
            kept = self._taken(request.url.origin)
            connection = kept or self._new(request.url.origin)
            try:
                return connection, connection.handle_request(request)
            except _FAILURES:
                connection.close()
                if kept is None or call.has_written:
                    raise  # else the server hung up on a kept connection: the next one, or a new one
            except BaseException:
                connection.close()
                raise

    def _new(self, origin: httpcore.Origin) -> httpcore.HTTPConnection:
        return httpcore.HTTPConnection(
            origin, ssl_context=self._ssl_context, keepalive_expiry=KEEPALIVE_SECONDS, network_backend=self._backend
        )

    def _taken(self, origin: httpcore.Origin) -> httpcore.HTTPConnection | None:
        """The idle connection to `origin` that was used last and is still open, now the caller's."""
        while True:
            with self._lock:
                found = next((idle for idle in reversed(self._idle) if idle.origin == origin), None)
                if found is None:
                    return None
                self._idle.remove(found)
            if not found.connection.has_expired():
                return found.connection
            found.connection.close()

    def _put_back(self, origin: httpcore.Origin, connection: httpcore.HTTPConnection) -> None:
        if not connection.is_idle():  # its answer was not read to the end
            connection.close()
            return
        now = time.monotonic()
        leaving: list[_Idle] = []
        with self._lock:
            self._idle.append(_Idle(now, origin, connection))
            while self._idle and (len(self._idle) > self._most_idle or now - self._idle[0].since > KEEPALIVE_SECONDS):
                leaving.append(self._idle.popleft())
        _close(leaving)


def _close(idle: deque[_Idle] | list[_Idle]) -> None:
    for _, __, connection in idle:
        connection.close()


def _explained(error: Exception, request: httpcore.Request, call: Call) -> HubbubError:
    host, reason = request.url.host.decode(), type(error).__name__
    if call.has_written:
        return AnswerLost(f"{host} may have received the request, but its answer was lost ({reason}).")
    return NotSent(f"{host} could not be reached ({reason}).", details={"reason": reason})
