"""Servers that answer, well or badly, and requests to them."""

import socket
import threading
from collections.abc import Callable
from typing import Any

from hubbub.kit.http import (
    HttpClient,
    HttpRequest,
)
from tests.kit.conftest import Handle

Client = Callable[..., HttpClient]


def answer(body: bytes = b"ok", status: str = "200 OK", **headers: str) -> Handle:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines]).encode() + b"\r\n\r\n"
    return lambda connection, _: connection.sendall(head + body)


def get(url: str, **more: Any) -> HttpRequest:
    return HttpRequest(method="GET", url=url, **more)


def post(url: str, **more: Any) -> HttpRequest:
    return HttpRequest(method="POST", url=url, body=b"{}", **more)


def drip(piece: bytes, before: bytes = b"") -> Handle:
    def handle(connection: socket.socket, _: bytes) -> None:
        connection.sendall(before)
        tick = threading.Event()
        while not tick.wait(0.02):
            connection.sendall(piece)

    return handle


def closing_after(text: bytes) -> Handle:
    def handle(connection: socket.socket, _: bytes) -> None:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_RDWR)

    return handle


def silent(connection: socket.socket, _: bytes) -> None:
    connection.recv(1)
