"""A flow asks somebody else's server."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from hubbub.automation.effects import ask_http
from hubbub.automation.effects.http import (
    LONGEST_TEXT,
    MAX_ANSWER_BYTES,
    MAX_BODY_BYTES,
    flow_client,
)
from hubbub.flows.engine import RequestHttp
from hubbub.kit import clock
from hubbub.kit.json import JsonValue, dumps, loads
from hubbub.settings.environment import environment
from tests.kit.conftest import Handle, Serve, Server, serve

__all__ = ["serve"]


@pytest.fixture(autouse=True)
def own_client(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The operator lets flows call this machine."""
    monkeypatch.setenv("HUBBUB_PRIVATE_HOSTS", "127.0.0.1")
    environment.cache_clear()
    flow_client.cache_clear()
    yield
    flow_client().close()
    flow_client.cache_clear()
    environment.cache_clear()


def answer(body: bytes, status: str = "200 OK", content_type: str = "application/json", more: str = "") -> Handle:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return lambda connection, _: connection.sendall(head.encode() + body)


def request(server: Server, path: str = "/", **more: Any) -> RequestHttp:
    values: dict[str, Any] = {"method": "GET", "headers": {}, "body": None, "timeout_seconds": 5.0, **more}
    return RequestHttp(url=f"{server.origin}{path}", place="start.actions[0]", **values)


def test_a_json_answer_comes_back_with_its_status(serve: Serve) -> None:
    server = serve(answer(dumps({"price": 120, "name": "เสื้อ"})))
    before = clock.now()
    found = ask_http(request(server, "/items/7?size=XL"))
    assert (found.status, found.body, found.error) == (200, {"price": 120, "name": "เสื้อ"}, "")
    assert found.now >= before
    assert server.requests[0].startswith(b"GET /items/7?size=XL HTTP/1.1\r\n")


@pytest.mark.parametrize("status", ["201 Created", "404 Not Found", "500 Oops"])
def test_every_status_is_an_answer(serve: Serve, status: str) -> None:
    found = ask_http(request(serve(answer(b'{"a": 1}', status))))
    assert (found.status, found.body, found.error) == (int(status[:3]), {"a": 1}, "")


@pytest.mark.parametrize("method", ["POST", "put", "PATCH", "DELETE"])
def test_a_body_goes_out_as_json_with_the_flow_s_headers(serve: Serve, method: str) -> None:
    server = serve(answer(b"{}"))
    body: JsonValue = {"email": "mali@example.com", "n": [1, None]}
    ask_http(request(server, method=method, body=body, headers={"X-Shop": "7", "Authorization": "Bearer s3cret"}))
    head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    assert loads(sent) == body
    assert head.startswith(method.upper().encode())
    for line in (b"Content-Type: application/json", b"X-Shop: 7", b"Authorization: Bearer s3cret"):
        assert line.lower() in head.lower()


def test_a_text_goes_out_as_it_is_with_the_type_that_the_flow_gives(serve: Serve) -> None:
    server = serve(answer(b"{}"))
    ask_http(
        request(server, method="POST", body="a=1&b=2", headers={"content-type": "application/x-www-form-urlencoded"})
    )
    head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    assert sent == b"a=1&b=2"
    assert head.lower().count(b"content-type") == 1


def test_headers_that_frame_a_request_are_ours(serve: Serve) -> None:
    server = serve(answer(b"{}"))
    given = {"Host": "evil.example", "Content-Length": "0", "Transfer-Encoding": "chunked", "Connection": "close"}
    ask_http(request(server, method="POST", body={"a": 1}, headers=given))
    head = server.requests[0].partition(b"\r\n\r\n")[0].lower()
    assert f"host: 127.0.0.1:{server.port}".encode() in head
    assert b"evil" not in head
    assert b"chunked" not in head


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-A", "a\r\nX-Evil: 1"), ("X-A\r\nX-Evil", "1"), ("X A", "1"), ("", "1"), ("X-A", "ก"), ("X-A", "x" * 9000)],
)
def test_a_header_that_would_not_stay_in_its_line_is_refused(serve: Serve, name: str, value: str) -> None:
    server = serve(answer(b"{}"))
    found = ask_http(request(server, headers={name: value}))
    assert found.status is None
    assert "header" in found.error
    assert server.requests == []


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "", "GET / HTTP/1.1\r\n"])
def test_other_methods_are_refused(serve: Serve, method: str) -> None:
    server = serve(answer(b"{}"))
    assert "GET" in ask_http(request(server, method=method)).error
    assert server.requests == []


def test_a_text_answer_is_a_text_and_a_picture_is_nothing(serve: Serve) -> None:
    assert ask_http(request(serve(answer(b"sold out\x00", content_type="text/plain")))).body == "sold out"
    assert ask_http(request(serve(answer("ก".encode() * 30_000, content_type="text/plain")))).body == "ก" * LONGEST_TEXT
    assert ask_http(request(serve(answer(b"\x89PNG\xff", content_type="image/png")))).body is None
    assert ask_http(request(serve(answer(b"", "204 No Content")))).body is None


def test_json_that_is_called_text_is_read_all_the_same(serve: Serve) -> None:
    assert ask_http(request(serve(answer(b' {"a": 1}', content_type="text/html")))).body == {"a": 1}
    assert ask_http(request(serve(answer(b"[sic] it is", content_type="text/html")))).body == "[sic] it is"


@pytest.mark.parametrize("body", [b"{", b'{"a": NaN}', b"[" * 100_000, b"\xff\xfe"])
def test_broken_json_is_told_in_a_sentence(serve: Serve, body: bytes) -> None:
    found = ask_http(request(serve(answer(body))))
    assert (found.status, found.body) == (200, None)
    assert "cannot be read" in found.error


def test_a_redirect_is_not_followed(serve: Serve) -> None:
    target = serve(answer(b'{"secret": 1}'))
    server = serve(answer(b"", "302 Found", more=f"Location: {target.origin}/\r\n"))
    found = ask_http(request(server))
    assert (found.status, found.body) == (302, None)
    assert "another address" in found.error
    assert target.requests == []


def test_an_answer_that_is_too_large_is_not_read(serve: Serve) -> None:
    found = ask_http(request(serve(answer(b'"' + b"x" * MAX_ANSWER_BYTES + b'"'))))
    assert (found.status, found.body) == (None, None)
    assert "too large" in found.error


def test_a_body_that_is_too_large_is_not_sent(serve: Serve) -> None:
    server = serve(answer(b"{}"))
    found = ask_http(request(server, method="POST", body="x" * (MAX_BODY_BYTES + 1)))
    assert "bytes" in found.error
    assert server.requests == []


def test_a_server_that_is_silent_is_given_up(serve: Serve) -> None:
    def silent(connection: socket.socket, _: bytes) -> None:
        connection.recv(1)

    found = ask_http(request(serve(silent), timeout_seconds=0.2))
    assert (found.status, found.body) == (None, None)
    assert found.error


@pytest.mark.parametrize(
    "url",
    [
        *("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://192.168.1.1:8080/"),
        *(
            "http://0.0.0.0/",
            "http://2130706433/",
            "http://[::ffff:127.0.0.2]/",
            "http://127.0.0.2/",
            "http://localhost/",
        ),
        *("file:///etc/passwd", "gopher://127.0.0.1/", "http://user:pw@example.com/", "not a url", ""),
    ],
)
def test_private_addresses_and_what_is_no_web_address_are_refused(url: str) -> None:
    found = ask_http(
        RequestHttp(method="GET", url=url, headers={}, body=None, timeout_seconds=5.0, place="start.actions[0]")
    )
    assert found.status is None
    assert found.error


def test_without_the_operator_s_word_this_machine_is_private_too(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUBBUB_PRIVATE_HOSTS")
    environment.cache_clear()
    flow_client.cache_clear()
    server = serve(answer(b"{}"))
    assert "HUBBUB_PRIVATE_HOSTS" in ask_http(request(server)).error
    assert server.requests == []


def test_nothing_secret_is_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(answer(b'{"password": "s3cret-answer"}'))
    ask_http(
        request(
            server,
            "/hooks/s3cret-path?key=s3cret-query",
            method="POST",
            body={"note": "s3cret-body"},
            headers={"X-Shop-Key": "s3cret-header"},
        )
    )
    logged = " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "flow_request_answered" in logged
    assert "s3cret" not in logged


@pytest.mark.usefixtures("database")
def test_nobody_asks_inside_a_transaction(serve: Serve) -> None:
    server = serve(answer(b"{}"))
    with transaction.atomic(), pytest.raises(RuntimeError, match="outside transactions"):
        ask_http(request(server))
    assert server.requests == []
