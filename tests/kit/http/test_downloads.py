"""Files from outside: sizes, types, redirects, time."""

import gzip
import hashlib
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from hubbub.kit.errors import TooLarge
from hubbub.kit.http import (
    AnswerLost,
    DownloadFailed,
    ForbiddenAddress,
    NotSent,
)
from tests.kit.conftest import Handle, Serve
from tests.kit.http.handles import Client, answer, drip, get


@pytest.mark.parametrize("size", [0, 5, 3_000_000])
def test_a_file_is_downloaded_with_its_type_and_digest(serve: Serve, client: Client, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    server = serve(answer(body, Content_Type="Image/JPEG; charset=binary"))
    with client(server).download(get(server.origin), max_bytes=size, allowed_types=["image/*"]) as file:
        assert file.file.read() == body
        assert (file.size, file.content_type) == (size, "image/jpeg")
        assert file.sha256 == hashlib.sha256(body).hexdigest()
    assert file.file.closed


def test_a_file_larger_than_announced_or_allowed_is_refused(serve: Serve, client: Client) -> None:
    announced = serve(answer(b"x" * 11))
    chunked = serve(
        lambda connection, _: connection.sendall(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nxxxxxxxxxxx\r\n0\r\n\r\n"
        )
    )
    http = client(announced, chunked)
    for server in (announced, chunked):
        with pytest.raises(TooLarge, match="10 bytes"):
            http.download(get(server.origin), max_bytes=10)


@pytest.mark.parametrize(
    ("handle", "code"),
    [
        (answer(b"", "404 Not Found"), "download_refused"),
        (answer(b"", "206 Partial Content"), "download_refused"),
        (answer(b"x", Content_Type="text/html"), "type_not_allowed"),
        (answer(gzip.compress(b"x"), Content_Type="image/png", Content_Encoding="gzip"), "encoded_download"),
        (answer(b"", "302 Found", Location="http://[::1"), "bad_redirect"),
        (answer(b"", "302 Found", Location="/again"), "too_many_redirects"),
    ],
)
def test_what_is_not_the_file_is_refused(serve: Serve, client: Client, handle: Handle, code: str) -> None:
    server = serve(handle)
    with pytest.raises(DownloadFailed) as caught:
        client(server).download(get(server.origin), max_bytes=100, allowed_types=["image/*"])
    assert caught.value.code == code


def test_a_refused_download_tells_the_status(serve: Serve, client: Client) -> None:
    server = serve(answer(b"", "410 Gone"))
    with pytest.raises(DownloadFailed) as caught:
        client(server).download(get(server.origin), max_bytes=100)
    assert caught.value.details == {"status": 410}


def test_a_redirect_within_an_origin_keeps_the_authorization(serve: Serve, client: Client) -> None:
    def handle(connection: socket.socket, request: bytes) -> None:
        is_first = request.startswith(b"GET /first ")
        respond = answer(b"", "307 Temporary Redirect", Location="/second") if is_first else answer(b"file")
        respond(connection, request)

    server = serve(handle)
    request = get(f"{server.origin}/first", headers={"Authorization": "Bearer secret"})
    assert client(server).download(request, max_bytes=100).file.read() == b"file"
    assert all(b"Bearer secret" in request for request in server.requests)


def test_a_redirect_to_another_origin_takes_no_secret_along(serve: Serve, client: Client) -> None:
    target = serve(answer(b"file"))
    server = serve(answer(b"", "302 Found", Location=f"{target.origin}/file"))
    headers = {"Authorization": "Bearer secret", "Cookie": "a=secret", "X-Api-Key": "secret", "Accept": "image/*"}
    file = client(server, target).download(get(server.origin, headers=headers), max_bytes=100)
    assert file.file.read() == b"file"
    assert b"secret" not in target.requests[0]
    assert b"Accept: image/*" in target.requests[0]


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "http://[::1]:{port}/"])
def test_a_redirect_to_a_private_address_is_refused(serve: Serve, client: Client, target: str) -> None:
    canary = serve(answer(b"secret"))
    server = serve(answer(b"", "302 Found", Location=target.format(port=canary.port)))
    with pytest.raises(NotSent):
        client(server).download(get(server.origin), max_bytes=100)
    assert canary.connections == 0


def test_a_redirect_from_outside_does_not_enter_an_exempt_origin(
    serve: Serve, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    internal = serve(answer(b"secret"))
    outside = serve(answer(b"", "302 Found", Location=internal.origin))
    real_connect = socket.create_connection

    def connect(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
        # 203.0.114.9 stands for a server on the public internet
        return real_connect(("127.0.0.1", outside.port) if address[0] == "203.0.114.9" else address, *rest, **more)

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ForbiddenAddress):
        client(internal).download(get("http://203.0.114.9/"), max_bytes=100)
    assert len(outside.requests) == 1
    assert internal.connections == 0


def test_https_is_never_left_for_http(serve: Serve, client: Client, certificate: Path) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    plain = serve(answer(b"file"))
    secure = serve(answer(b"", "302 Found", Location=plain.origin), tls)
    http = client(plain, secure, ssl_context=ssl.create_default_context(cafile=str(certificate)))
    with pytest.raises(DownloadFailed) as caught:
        http.download(get(secure.origin), max_bytes=100)
    assert caught.value.code == "bad_redirect"
    assert plain.connections == 0


def test_a_download_in_drops_ends_with_its_time(serve: Serve, client: Client) -> None:
    server = serve(drip(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
    with pytest.raises(AnswerLost):
        client(server).download(get(server.origin, timeout=1), max_bytes=10**9)
