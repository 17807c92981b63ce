"""What was certainly not sent says so."""

import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hubbub.kit.http import (
    HttpFile,
    HttpRequest,
    NotSent,
)
from tests.kit.conftest import Serve
from tests.kit.http.handles import Client, answer, post


def test_a_refused_connection_is_not_sent(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(NotSent) as caught:
        client(private_origins=[origin]).send(post(origin))
    assert caught.value.details == {"reason": "ConnectError"}


def test_a_name_that_does_not_exist_is_not_sent(client: Client, names: dict[str, list[str]]) -> None:
    names["empty.test"] = []
    for host in ("nowhere.test", "empty.test", "a" * 64 + ".test"):
        with pytest.raises(NotSent):
            client().send(post(f"https://{host}/"))


def test_a_connection_that_is_never_accepted_is_not_sent(client: Client) -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(NotSent):
            client(private_origins=[origin], timeout=0.3).send(post(origin))


def test_no_free_connection_is_not_sent(serve: Serve, client: Client) -> None:
    arrived, release = threading.Event(), threading.Event()

    def wait(connection: socket.socket, request: bytes) -> None:
        arrived.set()
        release.wait(30)
        answer()(connection, request)

    server = serve(wait)
    http = client(server, max_connections=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(http.send, post(server.origin))
        assert arrived.wait(30)
        with pytest.raises(NotSent):
            http.send(post(server.origin, timeout=0.2))
        release.set()
        assert first.result().status == 200
    assert len(server.requests) == 1


@pytest.mark.parametrize("bad", [{"headers": {"X": "a\r\nY: b"}}, {"headers": {"X": "é"}}, {"headers": {"X": "a\x00"}}])
def test_a_request_that_cannot_be_written_is_not_sent(serve: Serve, client: Client, bad: dict[str, Any]) -> None:
    server = serve(answer())
    with pytest.raises(NotSent):
        client(server).send(post(server.origin, **bad))
    assert server.requests == []


def test_a_file_that_is_gone_is_not_sent(serve: Serve, client: Client, tmp_path: Path) -> None:
    server = serve(answer())
    files = {"a": HttpFile(name="a", content=tmp_path / "gone", content_type="text/plain")}
    with pytest.raises(NotSent):
        client(server).send(HttpRequest(method="POST", url=server.origin, files=files))
    assert server.requests == []


def test_a_failing_handshake_is_not_sent(serve: Serve, client: Client, certificate: Path) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    server = serve(answer(), tls)
    with pytest.raises(NotSent):
        client(server).send(post(server.origin))
    assert server.requests == []
