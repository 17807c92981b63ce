"""Only public addresses are called, whatever name or spelling leads to them."""

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from hubbub.kit.http import (
    ForbiddenAddress,
    NotSent,
)
from tests.kit.conftest import Serve
from tests.kit.http.handles import Client, answer, get


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "10.0.0.1", "169.254.169.254"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00::1]", "[fe80::1]"),
        *("100.64.0.1", "192.168.1.1", "224.0.0.1", "localhost"),
    ],
)
def test_addresses_off_the_public_internet_are_refused_in_every_spelling(
    serve: Serve, client: Client, host: str
) -> None:
    server = serve(answer())
    with pytest.raises(NotSent):
        client().send(get(f"http://{host}:{server.port}/"))
    assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    ["", "/path", "ftp://x/", "file:///etc/passwd", "gopher://x/", "http://", "http://a:b@x/", "http://[::1", "x"],
)
def test_what_is_no_plain_web_address_is_refused(client: Client, url: str) -> None:
    with pytest.raises(NotSent) as caught:
        client().send(get(url))
    assert caught.value.code == "invalid_url"


def test_a_name_that_leads_to_a_private_address_is_refused(client: Client, names: dict[str, list[str]]) -> None:
    names["evil.test"] = ["10.0.0.7"]
    with pytest.raises(ForbiddenAddress) as caught:
        client().send(get("https://evil.test/"))
    assert caught.value.code == "forbidden_address"
    assert "evil.test" in caught.value.sentence


def test_the_address_that_was_checked_is_the_one_that_is_called(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([["203.0.114.9", "127.0.0.1", "8.8.8.8"], ["127.0.0.1"]])
    called: list[tuple[str, int]] = []

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(answers)]

    def connect(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotSent):
        client().send(get("https://rebinding.test/"))
    assert called == [("203.0.114.9", 443), ("8.8.8.8", 443)]


def test_only_the_exact_origin_is_exempt(serve: Serve, client: Client) -> None:
    exempt, other = serve(answer()), serve(answer())
    http = client(exempt)
    assert http.send(get(f"{exempt.origin}/path")).status == 200
    for url in (other.origin, f"http://localhost:{exempt.port}", f"https://127.0.0.1:{exempt.port}"):
        with pytest.raises(ForbiddenAddress):
            http.send(get(url))
    assert other.connections == 0
    assert exempt.connections == 1


def test_a_private_host_is_exempt_on_any_port(serve: Serve, client: Client, names: dict[str, list[str]]) -> None:
    names["minio.test"] = ["127.0.0.1"]
    server = serve(answer())
    http = client(private_hosts=["MinIO.test"])
    assert http.send(get(f"http://minio.test:{server.port}/")).status == 200
    assert f"Host: minio.test:{server.port}".encode() in server.requests[0]
    with pytest.raises(ForbiddenAddress):
        http.send(get(f"http://127.0.0.1:{server.port}/"))


def test_host_and_tls_name_stay_those_of_the_url(
    serve: Serve, client: Client, certificate: Path, names: dict[str, list[str]]
) -> None:
    asked: list[str | None] = []
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    tls.sni_callback = lambda _, name, __: asked.append(name)
    server = serve(answer(), tls)
    names["hub.test"] = ["127.0.0.1"]
    http = client(private_hosts=["hub.test"], ssl_context=ssl.create_default_context(cafile=str(certificate)))
    assert http.send(get(f"https://hub.test:{server.port}/")).status == 200
    assert asked == ["hub.test"]
    assert f"Host: hub.test:{server.port}".encode() in server.requests[0]


def test_the_next_address_is_tried_when_the_first_does_not_answer(
    serve: Serve, client: Client, names: dict[str, list[str]]
) -> None:
    server = serve(answer())
    names["hub.test"] = ["127.0.0.2", "127.0.0.1"]
    assert client(private_hosts=["hub.test"]).send(get(f"http://hub.test:{server.port}/")).status == 200


# Downloads
