import gzip
import hashlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpcore
import pytest

from hubbub.kit.errors import TooLarge
from hubbub.kit.http import (
    AnswerLost,
    DownloadFailed,
    ForbiddenAddress,
    HttpClient,
    HttpFile,
    HttpRequest,
    NotSent,
)
from tests.kit.conftest import Handle, Serve, Server

Client = Callable[..., HttpClient]


def answer(body: bytes = b"ok", status: str = "200 OK", **headers: str) -> Handle:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines]).encode() + b"\r\n\r\n"
    return lambda connection, _: connection.sendall(head + body)


def get(url: str, **more: Any) -> HttpRequest:
    return HttpRequest(method="GET", url=url, **more)


def post(url: str, **more: Any) -> HttpRequest:
    return HttpRequest(method="POST", url=url, body=b"{}", **more)


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


LOST: dict[str, Handle] = {
    "no answer": silent,
    "closed without an answer": closing_after(b""),
    "closed in the head": closing_after(b"HTTP/1.1 200 OK\r\nContent-"),
    "closed in the body": closing_after(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
    "no HTTP": lambda connection, request: connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n"),
    "head in drops": drip(b"X: y\r\n", b"HTTP/1.1 200 OK\r\n"),
    "body in drops": drip(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    "damaged compression": answer(b"not gzip", Content_Encoding="gzip"),
    "unknown compression": answer(b"what", Content_Encoding="br"),
    "a gzip bomb": answer(gzip.compress(bytes(20 * 1024 * 1024)), Content_Encoding="gzip"),
}


@pytest.mark.parametrize("handle", LOST.values(), ids=LOST)
def test_an_answer_that_does_not_arrive_whole_is_lost(serve: Serve, client: Client, handle: Handle) -> None:
    server = serve(handle)
    with pytest.raises(AnswerLost):
        client(server, timeout=1).send(post(server.origin))
    assert len(server.requests) == 1


def test_an_endless_answer_is_lost(serve: Serve, client: Client) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + bytes(0x100000) + b"\r\n"

    def flood(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(chunk)

    server = serve(flood)
    with pytest.raises(AnswerLost, match="too large"):
        client(server).send(get(server.origin))


def test_a_client_can_be_content_with_smaller_answers(serve: Serve, client: Client) -> None:
    server = serve(answer(b"x" * 1001))
    assert len(client(server, max_answer_bytes=1001).send(get(server.origin)).body) == 1001
    with pytest.raises(AnswerLost, match="too large"):
        client(server, max_answer_bytes=1000).send(get(server.origin))


def test_a_compressed_answer_is_read_although_not_asked_for(serve: Serve, client: Client) -> None:
    server = serve(answer(gzip.compress(b"hello"), Content_Encoding="gzip"))
    assert client(server).send(get(server.origin)).body == b"hello"
    assert b"accept-encoding: identity" in server.requests[0].lower()


# Which addresses may be called


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
