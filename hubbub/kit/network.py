"""The sockets under `hubbub.kit.http`: address guard, one deadline per call, and what has been written so far."""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

from hubbub.kit.addresses import is_public
from hubbub.kit.errors import HubbubError


class NotSent(HubbubError):
    """The request certainly did not reach the server (no name, no connection, address refused): safe to repeat."""

    code = "not_sent"
    status = 503


class ForbiddenAddress(NotSent):
    """The URL leads to an address that is not on the public internet."""

    code = "forbidden_address"
    status = 422


class Call:
    """One exchange on this thread: when it must be over, and whether a whole request head has been written."""

    def __init__(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        self.has_written = False

    def time_left(self) -> float:
        return self.deadline - time.monotonic()


_current = threading.local()


@contextmanager
def call_of(seconds: float) -> Iterator[Call]:
    """Makes everything that this thread does on guarded sockets part of one call of at most `seconds`."""
    call = _current.call = Call(seconds)
    try:
        yield call
    finally:
        _current.call = None


def _current_call() -> Call | None:
    return getattr(_current, "call", None)


def _bounded(timeout: float | None, error: type[Exception]) -> float | None:
    """`timeout`, but no longer than the call has left; raises `error` when it has nothing left."""
    call = _current_call()
    if call is None:
        return timeout
    left = call.time_left()
    if left <= 0:
        raise error("the time for the whole call is over")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _bounded(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _bounded(timeout, httpcore.WriteTimeout))
        # Only now: httpcore writes the head in one piece, and a server cannot act on half a head.
        call = _current_call()
        if call is not None:
            call.has_written = True

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        bounded = _bounded(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, bounded))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Resolves a name, drops the addresses that are not public (when guarded), and connects to exactly those checked.

    Checking here and not before the call leaves no gap in which the name could change its answer (DNS rebinding); Host
    and TLS server name stay the URL's.
    """

    def __init__(self, *, is_guarded: bool) -> None:
        self._is_guarded = is_guarded
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._permitted(host, _resolved(host, port))
        for position, address in enumerate(addresses):
            bounded = _bounded(timeout, httpcore.ConnectTimeout)
            share = None if bounded is None else bounded / (len(addresses) - position)
            try:
                return _Stream(self._inner.connect_tcp(address, port, share, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if position == len(addresses) - 1:
                    raise
        raise httpcore.ConnectError("the name has no address")

    def _permitted(self, host: str, addresses: list[str]) -> list[str]:
        if not self._is_guarded:
            return addresses
        public = [address for address in addresses if is_public(address)]
        if addresses and not public:
            raise ForbiddenAddress(
                f"{host} is not on the public internet, so Hubbub does not call it. An operator can allow it in"
                " HUBBUB_PRIVATE_HOSTS."
            )
        return public


def _resolved(host: str, port: int) -> list[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise httpcore.ConnectError("the name cannot be resolved") from None
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))
