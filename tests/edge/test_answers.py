"""The table of answers in docs/webhooks.md, row by row, over real HTTP."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator

import pytest

from tests.edge.harness import (
    APP_SECRET,
    VERIFY_TOKEN,
    EdgeDatabase,
    EdgeProcess,
    line_signature,
    meta_signature,
    page_body,
    wait_for_channels,
)

LARGEST = 4 * 1024 * 1024
PLATFORMS = ("facebook", "instagram", "whatsapp", "line")
DOORS = (
    "/webhooks/facebook",
    "/webhooks/facebook/",
    "/webhooks/%66acebook",
    "/webhooks/instagram",
    "/webhooks/whatsapp",
    "/api/facebook/webhook",
    "/api/facebook/webhook/",
    "/api/v1/webhooks/facebook/1001",
    "/api/v1/webhooks/whatsapp/1001/",
)
NO_DOORS = (
    "/webhooks",
    "/webhooks/",
    "/webhooks/telegram",
    "/webhooks/Facebook",
    "/webhooks/facebook/1001",
    "/webhooks/facebook//",
    "/api/instagram/webhook/",
    "/api/v1/webhooks/telegram/1001",
    "/api/v1/webhooks/facebook",
    "/api/v1/webhooks/facebook/",
    "/api/v1/webhooks/facebook/a/b",
    "/api/v1/webhooks/facebook/%00",
    "/api/v1/webhooks/facebook/%F0%9F%92%A5",
    "/api/v1/webhooks/facebook/" + "9" * 256,
    "/docs",
    "/openapi.json",
)


def test_a_signed_body_is_stored_before_it_is_acknowledged(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    body = page_body()
    assert edge.post_signed(body).status_code == 200
    assert tables.bodies() == [body]


@pytest.mark.parametrize("path", DOORS)
def test_every_form_of_the_address_is_a_door(edge: EdgeProcess, tables: EdgeDatabase, path: str) -> None:
    assert edge.post_signed(page_body(), path).status_code == 200
    platform, path_channel = tables.execute("SELECT platform, path_channel FROM delivery")[0]
    assert platform == next(name for name in PLATFORMS if name in path.replace("%66", "f"))
    assert path_channel == ("1001" if "1001" in path else None)


@pytest.mark.parametrize("path", NO_DOORS)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_an_unknown_path_or_platform_is_404(edge: EdgeProcess, method: str, path: str) -> None:
    body = page_body()
    assert edge.http.request(method, path, content=body, headers=meta_signature(body)).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
def test_other_methods_are_405(edge: EdgeProcess, method: str) -> None:
    answer = edge.http.request(method, "/webhooks/facebook")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


def test_the_stored_row_says_where_and_how_it_came(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    body = page_body()
    useful = {"user-agent": "facebookexternalua", "content-type": "application/json", "facebook-api-version": "v26.0"}
    edge.post("/webhooks/facebook", body, {**meta_signature(body), **useful, "Cookie": "x", "Authorization": "y"})
    rows = tables.execute("SELECT headers, edge, size_bytes, is_spooled FROM delivery")
    assert rows == [(useful, rows[0][1], len(body), False)]
    assert rows[0][1].endswith(f":{edge.pid}")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"not json", b"\xff\xfe\x00", b'{"object":"page","entry":[]}', b"\x00" * 100, b"[" * 100_000, b"null"],
    ids=["empty", "cut", "text", "binary", "no entries", "NUL", "deep", "null"],
)
def test_everything_signed_is_200_whatever_is_inside(edge: EdgeProcess, tables: EdgeDatabase, body: bytes) -> None:
    assert edge.post_signed(body).status_code == 200
    assert tables.bodies() == [body]


def test_an_empty_line_call_is_200(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    tables.add_channel("line", "U1", secrets=["line-secret"])
    body = b'{"destination":"U1","events":[]}'
    wait_for_channels(edge, 1)
    assert edge.post("/webhooks/line", body, line_signature(body, "line-secret")).status_code == 200


@pytest.mark.parametrize("body", [page_body(), b"", b"{", b"\xff"], ids=["good", "empty", "cut", "binary"])
def test_unsigned_bodies_are_403(edge: EdgeProcess, tables: EdgeDatabase, body: bytes) -> None:
    answers = [edge.post(f"/webhooks/{platform}", body) for platform in PLATFORMS]
    assert {answer.status_code for answer in answers} == {403}
    assert tables.count() == 0


def _wrong_signatures() -> Iterator[tuple[str, dict[bytes, bytes]]]:
    body = page_body()
    right = meta_signature(body)["X-Hub-Signature-256"].encode()
    digest = right.removeprefix(b"sha256=")
    name = b"X-Hub-Signature-256"
    yield "of another secret", {name: meta_signature(body, "other")["X-Hub-Signature-256"].encode()}
    yield "of another body", {name: meta_signature(body + b" ")["X-Hub-Signature-256"].encode()}
    yield "without scheme", {name: digest}
    yield "one digit short", {name: right[:-1]}
    yield "one digit long", {name: right + b"0"}
    yield "upper-case scheme", {name: b"SHA256=" + digest}
    yield "upper-case digits", {name: b"sha256=" + digest.upper()}
    yield "not hex", {name: b"sha256=" + b"z" * 64}
    yield "not ASCII", {name: b"sha256=" + b"\xe9" * 64}
    yield "empty", {name: b""}
    yield "in SHA-1's header", {b"X-Hub-Signature": right}
    yield "in LINE's header", {b"X-Line-Signature": right}


@pytest.mark.parametrize("headers", [pytest.param(headers, id=name) for name, headers in _wrong_signatures()])
def test_a_bad_signature_is_refused_with_403_and_tells_nothing(edge: EdgeProcess, headers: dict[bytes, bytes]) -> None:
    body = page_body(text="look-for-me")
    right = meta_signature(page_body())["X-Hub-Signature-256"]
    answer = edge.http.post("/webhooks/facebook", content=body, headers=list(headers.items()))
    assert answer.status_code == 403
    told = answer.text + str(answer.headers) + edge.logged()
    for secret in (APP_SECRET, right[7:], meta_signature(body)["X-Hub-Signature-256"][7:], "look-for-me"):
        assert secret not in told


def test_a_body_of_4_mib_is_taken_and_one_byte_more_is_413(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    assert edge.post_signed(b"x" * LARGEST).status_code == 200
    assert edge.post_signed(b"x" * (LARGEST + 1)).status_code == 413
    assert tables.count() == 1


def test_a_body_without_a_length_is_bounded_too(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    small, large = b"x" * 1000, b"x" * (LARGEST + 1)
    answers = [
        edge.http.post("/webhooks/facebook", content=_in_chunks(body), headers=meta_signature(body))
        for body in (small, large)
    ]
    assert [answer.status_code for answer in answers] == [200, 413]
    assert tables.bodies() == [small]


def test_a_far_too_large_body_is_not_read_to_its_end(edge: EdgeProcess) -> None:
    answer = edge.http.post("/webhooks/facebook", content=_in_chunks(b"x" * LARGEST * 10))
    assert answer.status_code == 413
    assert edge.post_signed(page_body()).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP", "gzip, identity"])
def test_a_compressed_body_is_415_and_never_unpacked(edge: EdgeProcess, encoding: str) -> None:
    body = gzip.compress(b"0" * 50_000_000)
    headers = {**meta_signature(body), "Content-Encoding": encoding}
    assert edge.post("/webhooks/facebook", body, headers).status_code == 415


def test_identity_is_no_encoding(edge: EdgeProcess) -> None:
    body = page_body()
    headers = {**meta_signature(body), "Content-Encoding": "identity"}
    assert edge.post("/webhooks/facebook", body, headers).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
def test_the_content_type_does_not_matter(edge: EdgeProcess, content_type: str) -> None:
    body = page_body()
    assert (
        edge.post("/webhooks/facebook", body, {**meta_signature(body), "Content-Type": content_type}).status_code == 200
    )


@pytest.mark.parametrize(
    "path", ["/webhooks/facebook", "/api/facebook/webhook/", "/webhooks/whatsapp", "/webhooks/instagram"]
)
def test_the_handshake_gives_the_challenge_back(edge: EdgeProcess, path: str) -> None:
    answer = edge.http.get(path, params=_challenge(VERIFY_TOKEN))
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub.mode": "subscribe", "hub.challenge": "1"},
        {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": ""},
        {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": VERIFY_TOKEN + "x"},
        {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "é\x00"},
        {"hub.mode": "unsubscribe", "hub.challenge": "1", "hub.verify_token": VERIFY_TOKEN},
    ],
)
def test_a_bad_handshake_is_403(edge: EdgeProcess, query: dict[str, str]) -> None:
    answer = edge.http.get("/webhooks/facebook", params=query)
    assert answer.status_code == 403
    assert VERIFY_TOKEN not in answer.text


def test_a_channels_own_verify_token_is_good_for_the_handshake(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    tables.add_channel("facebook", "1001", verify_token="token-of-1001")
    tables.add_channel("facebook", "1002", verify_token="token-of-1002")
    tables.add_channel("line", "U1", secrets=["line-secret"])
    wait_for_channels(edge, 3)
    one, other = _challenge("token-of-1001"), _challenge("token-of-1002")
    assert edge.http.get("/webhooks/facebook", params=one).status_code == 200
    assert edge.http.get("/webhooks/facebook", params=other).status_code == 200
    assert edge.http.get("/api/v1/webhooks/facebook/1001", params=one).status_code == 200
    assert edge.http.get("/api/v1/webhooks/facebook/1001", params=other).status_code == 403
    assert edge.http.get("/webhooks/whatsapp", params=one).status_code == 403


def test_line_has_no_handshake(edge: EdgeProcess) -> None:
    answer = edge.http.get("/webhooks/line", params=_challenge(VERIFY_TOKEN))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_broken_http_is_400_and_harms_nobody(edge: EdgeProcess) -> None:
    for broken in (b"\x16\x03\x01\x02\x00", b"POST /webhooks/\xff HTTP/1.1\r\n\r\n", b"GET http://[ HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", edge.port), 10) as line:
            line.sendall(broken + b"\r\n\r\n")
            assert line.recv(100)[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 404"}
    assert edge.post_signed(page_body()).status_code == 200
    assert "Traceback" not in edge.logged()


def test_health_tells_strangers_only_whether_it_is_ready(own_edge: EdgeProcess) -> None:
    edge = own_edge
    edge.post_signed(page_body())
    mine = edge.http.get("/health/ready").json()
    assert mine["ready"]
    assert mine["database"] == "up"
    assert mine["counters"]["facebook"]["accepted"] == 1
    forwarded = edge.http.get("/health/ready", headers={"X-Forwarded-For": "127.0.0.1"}).json()
    assert forwarded == {"ready": True, "secrets_loaded": True}


def test_it_counts_what_it_refuses(own_edge: EdgeProcess) -> None:
    edge = own_edge
    edge.post("/webhooks/facebook", b"{}")
    edge.post("/webhooks/whatsapp", b"x" * (LARGEST + 1))
    edge.post("/webhooks/line", b"{}", {"Content-Encoding": "gzip"})
    assert edge.ready()["counters"] == {
        "facebook": {"bad_signature": 1},
        "whatsapp": {"answered_413": 1},
        "line": {"answered_415": 1},
    }


def _challenge(token: str) -> dict[str, str]:
    return {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token}


def _in_chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 64_000):
        yield body[start : start + 64_000]
