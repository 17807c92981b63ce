"""A client that may call the test's own servers, and a name server of our own."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from hubbub.kit.http import (
    HttpClient,
)
from tests.kit.conftest import Server
from tests.kit.http.handles import Client


@pytest.fixture
def client() -> Iterator[Client]:
    clients: list[HttpClient] = []

    def make(*servers: Server, **options: Any) -> HttpClient:
        options = {"timeout": 10.0, "private_origins": [server.origin for server in servers], **options}
        clients.append(HttpClient(**options))
        return clients[-1]

    yield make
    for made in clients:
        made.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A name server of our own: name → addresses. Other names do not exist; addresses stand for themselves."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        if host in known:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]
        return real(host, port, flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known
