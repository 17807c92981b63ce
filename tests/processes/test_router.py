"""The path router, over real sockets."""

import hashlib
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.processes.behind import OK, Behind, Request, RunningRouter, read_all, read_until, running_router


@pytest.fixture
def web() -> Iterator[Behind]:
    server = Behind(answer=lambda request, client: OK.replace(b"ok", b"WB"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def edge() -> Iterator[Behind]:
    server = Behind(answer=lambda request, client: OK.replace(b"ok", b"ED"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def router(web: Behind, edge: Behind) -> Iterator[RunningRouter]:
    with running_router(web.address, edge.address) as running:
        yield running


def get(path: str, *fields: str) -> bytes:
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: hub", *fields, "\r\n")).encode()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/webhooks/facebook", b"ED"),
        ("/webhooks/line?x=1", b"ED"),
        ("/api/facebook/webhook/", b"ED"),
        ("/api/facebook/webhook?hub.mode=subscribe", b"ED"),
        ("/api/v1/webhooks/line/abc", b"ED"),
        ("/", b"WB"),
        ("/api/v1/channels", b"WB"),
        ("/webhooksettings", b"WB"),
        ("/api/facebook/webhooks", b"WB"),
        ("/api/v1/webhooks", b"WB"),
        ("/x/webhooks/facebook", b"WB"),
    ],
)
def test_webhooks_go_to_the_edge_and_the_rest_to_the_web(router: RunningRouter, path: str, answer: bytes) -> None:
    assert router.ask(get(path)).endswith(answer)


def test_the_sandbox_is_reached_only_where_the_router_was_told_of_it(
    router: RunningRouter, web: Behind, edge: Behind
) -> None:
    assert router.ask(get("/_sandbox/phone")).endswith(b"WB")
    phone = Behind(answer=lambda request, client: OK.replace(b"ok", b"PH"))
    phone.start()
    with running_router(web.address, edge.address, phone.address) as told:
        assert told.ask(get("/_sandbox/phone")).endswith(b"PH")
        assert told.ask(get("/_sandboxes")).endswith(b"WB")
    phone.kill()


def test_a_body_and_header_lines_arrive_byte_for_byte(router: RunningRouter, edge: Behind) -> None:
    body = bytes(range(256)) * 7
    lines = b"HOST:hub\r\nX-hub-SIGNATURE-256:   sha256=Ab \r\nX-Twice: 1\r\nx-twice: \xe4\xb8\xad\r\n"
    router.ask(b"POST /webhooks/line HTTP/1.1\r\n" + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    (got,) = edge.requests
    assert got.body == body
    assert got.head.startswith(b"POST /webhooks/line HTTP/1.1\r\n" + lines)


def test_a_chunked_body_arrives_byte_for_byte_however_it_was_cut(router: RunningRouter, edge: Behind) -> None:
    chunked = b"5\r\nhello\r\n00a\r\n0123456789\r\n0\r\n\r\n"
    raw = b"POST /webhooks/line HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked
    with router.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in raw:
            client.sendall(bytes([byte]))
        assert read_until(client, b"ED")
    assert edge.requests[0].body == chunked


def test_who_asked_is_told_to_the_process_behind(router: RunningRouter, web: Behind) -> None:
    router.ask(get("/", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"))
    router.ask(get("/"))
    through_a_tunnel, direct = (request.head for request in web.requests)
    assert b"\r\nX-Forwarded-For: 203.0.113.9, 127.0.0.1\r\nX-Forwarded-Proto: https\r\n" in through_a_tunnel
    assert b"\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n" in direct


def test_one_connection_serves_many_requests_and_so_does_the_one_behind(router: RunningRouter, web: Behind) -> None:
    with router.connect() as client:
        for _request in range(5):
            client.sendall(get("/"))
            read_until(client, b"WB")
    with router.connect() as client:
        client.sendall(get("/"))
        read_until(client, b"WB")
    assert {request.connection for request in web.requests} == {1}
    assert len(web.requests) == 6


def test_requests_sent_ahead_are_answered_in_their_order(router: RunningRouter, web: Behind) -> None:
    web.answer = lambda request, client: OK.replace(b"ok", request.head[5:7])
    answers = router.ask(get("/01") + get("/02") + get("/03", "Connection: close"))
    assert [part[-2:] for part in answers.split(b"HTTP/1.1")[1:]] == [b"01", b"02", b"03"]


def test_a_big_body_streams_both_ways(router: RunningRouter, web: Behind) -> None:
    body = b"0123456789abcdef" * (20 << 16)
    web.answer = lambda request, client: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + request.body
    with router.connect() as client:
        head = b"PUT /big HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        threading.Thread(target=client.sendall, args=(head + body,)).start()
        answer = read_all(client)
    assert hashlib.sha256(answer.partition(b"\r\n\r\n")[2]).digest() == hashlib.sha256(body).digest()


def test_a_client_that_does_not_read_holds_the_process_behind_back(router: RunningRouter, web: Behind) -> None:
    sent = []
    blocked = threading.Event()

    def answer(request: Request, client: socket.socket) -> bytes | None:
        client.settimeout(1)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            for _mebibyte in range(900):
                client.sendall(bytes(1 << 20))
                sent.append(1)
        except TimeoutError:
            blocked.set()
        return None

    web.answer = answer
    with router.connect() as client:
        client.sendall(get("/"))
        assert blocked.wait(60)
    assert len(sent) < 100


def test_a_process_that_is_down_costs_only_its_own_paths(router: RunningRouter, web: Behind, edge: Behind) -> None:
    address = web.address
    router.ask(get("/"))
    web.kill()
    answer = router.ask(get("/"))
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert answer.endswith(b"\r\n\r\nThe web process is not running. Try again in a moment.\n")
    assert router.ask(get("/webhooks/line")).endswith(b"ED")
    web.come_back(address)
    assert router.ask(get("/")).endswith(b"WB")


def test_a_pooled_connection_that_just_ended_is_replaced_for_a_read(router: RunningRouter, web: Behind) -> None:
    web.answer = lambda request, client: OK if len(web.requests) in {1, 3} else None
    assert router.ask(get("/")).endswith(b"ok")
    assert router.ask(get("/")).endswith(b"ok")
    assert len(web.requests) == 3


def test_a_write_is_never_sent_twice(router: RunningRouter, web: Behind) -> None:
    web.answer = lambda request, client: OK if len(web.requests) == 1 else None
    router.ask(get("/"))
    answer = router.ask(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert len(web.requests) == 2


def test_half_an_answer_is_seen_as_broken(router: RunningRouter, web: Behind) -> None:
    def answer(request: Request, client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    web.answer = answer
    with router.connect() as client:
        client.sendall(get("/"))
        assert read_all(client) == b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"


@pytest.mark.parametrize(
    "nonsense", [b"SMTP ready\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"\0" * 70_000]
)
def test_an_answer_that_is_not_http_becomes_a_502(router: RunningRouter, web: Behind, nonsense: bytes) -> None:
    web.answer = lambda request, client: nonsense
    assert router.ask(get("/")).startswith(b"HTTP/1.1 502 ")


def test_answers_without_a_body_end_where_they_should(router: RunningRouter, web: Behind) -> None:
    answers = iter(
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n",
            b"HTTP/1.1 204 No Content\r\n\r\n",
            b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        )
    )
    web.answer = lambda request, client: next(answers)
    with router.connect() as client:
        for method in (b"HEAD", b"GET", b"GET"):
            client.sendall(get("/").replace(b"GET", method, 1))
            assert read_until(client, b"\r\n\r\n").startswith(b"HTTP/1.1 ")


def test_an_answer_that_ends_with_its_connection_ends_the_clients_too(router: RunningRouter, web: Behind) -> None:
    def answer(request: Request, client: socket.socket) -> None:
        client.sendall(b"HTTP/1.0 200 OK\r\n\r\nall of it")

    web.answer = answer
    with router.connect() as client:
        client.sendall(get("/"))
        assert read_all(client).endswith(b"Connection: close\r\n\r\nall of it")


def test_a_chunked_answer_arrives_byte_for_byte(router: RunningRouter, web: Behind) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    web.answer = lambda request, client: chunked
    with router.connect() as client:
        for _request in range(2):
            client.sendall(get("/"))
            assert read_until(client, b"0\r\n\r\n") == chunked


def test_an_old_client_gets_its_answer_and_the_end(router: RunningRouter) -> None:
    with router.connect() as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert read_all(client).endswith(b"WB")


def test_a_refusal_before_the_bodys_end_reaches_the_client() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse_early() -> None:
            behind, _ = listener.accept()
            with behind:
                behind.recv(65536)
                behind.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
                while behind.recv(65536):
                    pass

        threading.Thread(target=refuse_early, daemon=True).start()
        address = listener.getsockname()
        with running_router(address, address) as running, running.connect() as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n" + bytes(100_000))
            assert read_all(client).endswith(b"Connection: close\r\n\r\nbig")


def test_a_client_may_wait_for_100_continue() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def ask_for_the_body() -> None:
            behind, _ = listener.accept()
            with behind:
                behind.recv(65536)
                behind.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                behind.sendall(OK.replace(b"ok", behind.recv(65536)))

        threading.Thread(target=ask_for_the_body, daemon=True).start()
        address = listener.getsockname()
        with running_router(address, address) as running, running.connect() as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            assert read_until(client, b"HTTP/1.1 100 Continue\r\n\r\n")
            client.sendall(b"hi")
            assert read_until(client, b"\r\n\r\nhi")


def test_interim_answers_pass_before_the_final_one(router: RunningRouter, web: Behind) -> None:
    web.answer = lambda request, client: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK
    assert router.ask(get("/")) == b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK


class TestWebSocket:
    ASK = get("/ws", "Connection: keep-alive, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x")
    SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    def echo(self, request: Request, client: socket.socket) -> None:
        client.sendall(self.SWITCH + b"first")
        while data := client.recv(65536):
            client.sendall(data.upper())

    def test_it_becomes_a_tunnel_both_ways(self, router: RunningRouter, web: Behind) -> None:
        web.answer = self.echo
        with router.connect() as client:
            client.sendall(self.ASK)
            assert read_until(client, b"first") == self.SWITCH + b"first"
            for word in (b"hello", bytes(1000), b"again"):
                client.sendall(word)
                assert read_until(client, word.upper()[-5:])
        assert b"\r\nConnection: Upgrade\r\n" in web.requests[0].head

    def test_frames_sent_ahead_of_the_answer_are_not_lost(self, router: RunningRouter, web: Behind) -> None:
        def late(request: Request, client: socket.socket) -> None:
            client.sendall(self.SWITCH)
            while data := client.recv(65536):
                client.sendall(data.upper())

        web.answer = late
        with router.connect() as client:
            client.sendall(self.ASK + b"early")
            assert read_until(client, b"EARLY")

    def test_closing_one_side_closes_the_other(self, router: RunningRouter, web: Behind) -> None:
        def short(request: Request, client: socket.socket) -> None:
            client.sendall(self.SWITCH + b"bye")

        web.answer = short
        with router.connect() as client:
            client.sendall(self.ASK)
            assert read_all(client) == self.SWITCH + b"bye"

    def test_a_refused_upgrade_is_an_ordinary_answer(self, router: RunningRouter, web: Behind) -> None:
        assert router.ask(self.ASK).endswith(b"WB")

    def test_any_other_upgrade_is_not_passed_on(self, router: RunningRouter, web: Behind) -> None:
        router.ask(get("/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: x"))
        assert b"h2c" not in web.requests[0].head

    def test_a_switch_that_nobody_asked_for_is_refused(self, router: RunningRouter, web: Behind) -> None:
        web.answer = lambda request, client: self.SWITCH
        assert router.ask(get("/")).startswith(b"HTTP/1.1 502 ")


POST = b"POST /webhooks/line HTTP/1.1\r\nHost: h\r\n"
SMUGGLED = b"0\r\n\r\nGET /secret HTTP/1.1\r\nHost: h\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED, id="both lengths"),
        pytest.param(POST + b"Content-Length: 4\r\nContent-Length: 40\r\n\r\n" + SMUGGLED, id="two lengths"),
        pytest.param(POST + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", id="the same length twice"),
        pytest.param(POST + b"Content-Length: 4, 4\r\n\r\nabcd", id="a list of lengths"),
        pytest.param(POST + b"Content-Length: +4\r\n\r\nabcd", id="signed length"),
        pytest.param(POST + b"Content-Length: 0x4\r\n\r\nabcd", id="hexadecimal length"),
        pytest.param(POST + b"Content-Length: -1\r\n\r\n", id="negative length"),
        pytest.param(POST + b"Content-Length: \r\n\r\n", id="empty length"),
        pytest.param(POST + b"Content-Length: 99999999999999999999\r\n\r\n", id="endless length"),
        pytest.param(POST + b"Content-Length : 4\r\n\r\nabcd", id="space before the colon"),
        pytest.param(POST + b"Transfer-Encoding : chunked\r\n\r\n" + SMUGGLED, id="space before the colon of TE"),
        pytest.param(POST + b"Transfer-Encoding: xchunked\r\n\r\n" + SMUGGLED, id="unknown coding"),
        pytest.param(POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + SMUGGLED, id="two codings"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n" + SMUGGLED, id="TE twice"),
        pytest.param(POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + SMUGGLED, id="vertical tab"),
        pytest.param(POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + SMUGGLED, id="folded line"),
        pytest.param(POST + b"X: a\nTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED, id="bare LF"),
        pytest.param(POST + b"X: a\rTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED, id="bare CR"),
        pytest.param(POST + b"X: a\0b\r\n\r\n", id="NUL"),
        pytest.param(POST + b": empty\r\n\r\n", id="no name"),
        pytest.param(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED, id="chunks in HTTP/1.0"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", id="two hosts"),
        pytest.param(b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", id="another version"),
        pytest.param(b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", id="two spaces"),
        pytest.param(b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", id="space in the address"),
        pytest.param(b"GET http://other/ HTTP/1.1\r\nHost: a\r\n\r\n", id="absolute address"),
        pytest.param(b"CONNECT other:443 HTTP/1.1\r\nHost: a\r\n\r\n", id="CONNECT"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2 preface"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", id="TLS"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n", id="negative chunk"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n", id="chunk extension"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n", id="chunk line without CR"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n", id="chunk longer than said"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n", id="trailer"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 17 + b"\r\n\r\n", id="endless chunk size"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(
    router: RunningRouter, web: Behind, edge: Behind, raw: bytes
) -> None:
    answer = router.ask(raw)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"Content-Length: ") == 1
    assert web.requests == []
    assert edge.requests == []


def test_headers_beyond_the_limit_are_refused_with_431(router: RunningRouter, web: Behind) -> None:
    assert router.ask(get("/", "X: " + "a" * 70_000)).startswith(b"HTTP/1.1 431 ")
    assert router.ask(get("/" + "a" * 70_000)).startswith(b"HTTP/1.1 414 ")
    assert router.ask(get("/" + "a" * 9_000)).startswith(b"HTTP/1.1 414 ")
    assert web.requests == []


def test_a_stop_lets_the_running_request_end(router: RunningRouter, web: Behind) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def answer(request: Request, client: socket.socket) -> bytes:
        arrived.set()
        go_on.wait(20)
        return OK

    web.answer = answer
    with router.connect() as client, router.connect() as idle:
        client.sendall(get("/"))
        assert arrived.wait(20)
        router.stop()
        assert idle.recv(10) == b""
        go_on.set()
        assert read_all(client).endswith(b"Connection: close\r\n\r\nok")


def test_a_client_that_leaves_leaves_nothing_behind(router: RunningRouter, web: Behind) -> None:
    left = threading.Event()

    def answer(request: Request, client: socket.socket) -> None:
        client.settimeout(20)
        if client.recv(1) == b"":
            left.set()

    web.answer = answer
    client = router.connect()
    client.sendall(get("/"))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    while not web.requests:
        pass
    client.close()
    assert left.wait(20)
