"""Requests go out as given, over connections that are kept, shared and replaced."""

import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpcore
import pytest

from hubbub.kit.http import (
    HttpFile,
    HttpRequest,
)
from tests.kit.conftest import Serve
from tests.kit.http.handles import Client, answer, get, post


def test_a_request_is_sent_as_given_and_answered_as_received(serve: Serve, client: Client) -> None:
    server = serve(answer(b'{"a":1}', "418 I'm a teapot", Content_Type="application/json", X_One="1"))
    request = HttpRequest(method="PUT", url=f"{server.origin}/a?b=c%20d", headers={"X-Two": "2"}, body=b"body")
    response = client(server, user_agent="Hubbub/1").send(request)
    assert (response.status, response.body) == (418, b'{"a":1}')
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-one"] == "1"
    assert response.elapsed_ms >= 0
    (sent,) = server.requests
    head, _, body = sent.partition(b"\r\n\r\n")
    assert head.startswith(b"PUT /a?b=c%20d HTTP/1.1\r\n")
    assert body == b"body"
    for line in (b"X-Two: 2", b"User-Agent: Hubbub/1", b"Content-Length: 4", f"Host: 127.0.0.1:{server.port}".encode()):
        assert line in head


def test_headers_of_ours_can_be_replaced_but_not_doubled(serve: Serve, client: Client) -> None:
    server = serve(answer())
    client(server).send(get(server.origin, headers={"user-agent": "other"}))
    assert server.requests[0].lower().count(b"user-agent:") == 1
    assert b"other" in server.requests[0]


def test_a_form_with_files_is_sent(serve: Serve, client: Client, tmp_path: Path) -> None:
    server = serve(answer())
    path = tmp_path / "b.bin"
    path.write_bytes(b"from disk")
    files = {
        "one": HttpFile(name="a.txt", content=b"from memory", content_type="text/plain"),
        "two": HttpFile(name="b.bin", content=path, content_type="application/octet-stream"),
    }
    client(server).send(HttpRequest(method="POST", url=server.origin, form={"field": "value"}, files=files))
    (sent,) = server.requests
    for part in (b"multipart/form-data", b'name="field"', b'filename="a.txt"', b"from memory", b"from disk"):
        assert part in sent


def test_connections_are_kept_and_shared_between_threads(serve: Serve, client: Client) -> None:
    server = serve(answer())
    http = client(server, max_connections=4)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: http.send(get(server.origin)).status, range(200)))
    assert statuses == [200] * 200
    assert server.connections <= 4


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(serve: Serve, client: Client) -> None:
    closed = threading.Event()

    def answer_and_close(connection: socket.socket, request: bytes) -> None:
        answer()(connection, request)
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    server = serve(answer_and_close)
    http = client(server)
    for _ in range(3):
        assert http.send(post(server.origin)).status == 200
        assert closed.wait(30)
        closed.clear()
    assert len(server.requests) == 3


def test_a_kept_connection_that_breaks_before_the_request_is_written_is_replaced(
    serve: Serve, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reset = threading.Event()

    def answer_and_reset(connection: socket.socket, request: bytes) -> None:
        answer()(connection, request)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        reset.set()

    monkeypatch.setattr(httpcore.HTTPConnection, "has_expired", lambda _: False)  # as if it broke just afterwards
    server = serve(answer_and_reset)
    http = client(server)
    assert http.send(post(server.origin)).status == 200
    assert reset.wait(30)
    assert http.send(post(server.origin)).status == 200
    assert server.connections == 2


def test_idle_connections_are_bounded_and_closed_with_the_client(serve: Serve, client: Client) -> None:
    servers = [serve(answer()) for _ in range(4)]
    http = client(*servers, max_connections=2)
    for server in [*servers, *servers]:
        assert http.send(get(server.origin)).status == 200
    assert [server.connections for server in servers] == [2] * 4
    http.close()
    assert http.send(get(servers[0].origin)).status == 200
    assert servers[0].connections == 3


def test_cookies_are_not_kept_and_redirects_not_followed(serve: Serve, client: Client) -> None:
    server = serve(answer(b"", "302 Found", Location="/elsewhere", Set_Cookie="session=1"))
    http = client(server)
    assert http.send(get(server.origin)).status == 302
    assert http.send(get(server.origin)).status == 302
    assert not any(b"cookie" in request.lower() for request in server.requests)


def test_proxy_settings_of_the_environment_are_ignored(
    serve: Serve, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answer())
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert client(server).send(get(server.origin)).status == 200


# What the server may have seen
