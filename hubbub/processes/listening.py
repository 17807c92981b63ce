"""Ports: taking the public one at once, finding free ones for the processes behind it."""

import errno
import socket

from hubbub.kit.errors import ConfigurationError

LOOPBACK = ("127.0.0.1", "::1")
BACKLOG = 4096


def bind(port: int, hosts: tuple[str, ...] = LOOPBACK) -> list[socket.socket]:
    """Listening sockets on that port, one a host; IPv6 is left out where there is none.

    Raises ConfigurationError when somebody listens there already.
    """
    bound: list[socket.socket] = []
    try:
        for host in hosts:
            bound += _listen(host, port)
    except OSError as error:
        for listener in bound:
            listener.close()
        raise ConfigurationError(_why(error, port)) from None
    return bound


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether nobody listens on that port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _listen(host: str, port: int) -> list[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.socket(family)
    except OSError:
        return []
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if family == socket.AF_INET6 and error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            return []
        raise
    return [listener]


def _why(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use: stop what listens there, or choose another one, as in `make run PORT={port + 1}`."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has: choose one above 1023."
    return f"Port {port} cannot be listened on: {error.strerror}."
