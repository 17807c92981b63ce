"""Django behind ASGI: what comes in and goes out is the same, and slow people hold no thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from hubbub.api.bridge import LONGEST_QUEUE, Bridge

Start = Callable[[str, list[tuple[str, str]]], None]


class Streaming:
    """As Django's streaming answers: its parts come one by one, and it is closed."""

    streaming = True

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts

    def close(self) -> None:
        self.is_closed = True


class Asked:
    """One request through a bridge, and what came back."""

    def __init__(self, *body: bytes, method: str = "POST", path: bytes = b"/x", headers: Any = (), query: bytes = b""):
        self.sent: list[dict[str, Any]] = []
        self._parts = [{"type": "http.request", "body": part, "more_body": True} for part in body]
        self._parts.append({"type": "http.request", "body": b"", "more_body": False})
        self.scope = {
            "type": "http",
            "method": method,
            "path": path.decode("latin-1"),
            "raw_path": path,
            "query_string": query,
            "headers": list(headers),
            "http_version": "1.1",
            "scheme": "http",
            "server": ("127.0.0.1", 8001),
            "client": ("192.0.2.1", 5000),
        }

    async def receive(self) -> dict[str, Any]:
        return self._parts.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))

    async def through(self, bridge: Bridge) -> Asked:
        await bridge(self.scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])


def bridge_to(wsgi: Any, **given: Any) -> Bridge:
    return Bridge(wsgi, **{"largest_body": 1000, "after": lambda: None, **given})


def echo(environ: dict[str, Any], start: Start) -> list[bytes]:
    start("201 Created", [("X-Path", environ["PATH_INFO"]), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return [environ["wsgi.input"].read(), b"|", environ["QUERY_STRING"].encode("latin-1")]


def test_a_request_and_its_answer_pass_unchanged() -> None:
    asked = asyncio.run(Asked(b"hel", b"lo", path=b"/a%20b", query=b"q=%C3%A9").through(bridge_to(echo)))
    assert (asked.status, asked.body) == (201, b"hello|q=%C3%A9")
    assert asked.headers[b"x-path"] == b"/a b"
    assert [value for name, value in asked.sent[0]["headers"] if name == b"set-cookie"] == [b"a=1", b"b=2"]


def test_a_header_with_an_underscore_cannot_pass_for_another() -> None:
    seen: dict[str, Any] = {}

    def look(environ: dict[str, Any], start: Start) -> list[bytes]:
        seen.update(environ)
        start("200 OK", [])
        return []

    headers = [(b"x_forwarded_proto", b"https"), (b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"accept", b"x")]
    asyncio.run(Asked(headers=headers).through(bridge_to(look)))
    assert "HTTP_X_FORWARDED_PROTO" not in seen
    assert (seen["HTTP_COOKIE"], seen["HTTP_ACCEPT"]) == ("a=1; b=2", "x")
    assert (seen["REMOTE_ADDR"], seen["SERVER_PORT"]) == ("192.0.2.1", "8001")


def test_a_body_that_is_too_large_is_refused_before_anybody_reads_it() -> None:
    called = []
    asked = asyncio.run(Asked(b"x" * 600, b"x" * 600).through(bridge_to(lambda *_: called.append(1))))
    assert (asked.status, called) == (413, [])
    assert b"too_large" in asked.body


def test_the_answer_to_head_has_no_body() -> None:
    asked = asyncio.run(Asked(method="HEAD").through(bridge_to(echo)))
    assert (asked.status, asked.body) == (201, b"")


def test_a_file_is_read_while_it_is_sent_and_closed_at_the_end() -> None:
    answer = Streaming([b"one ", b"", b"two"])
    after: list[str] = []

    def send_file(environ: dict[str, Any], start: Start) -> Streaming:
        start("200 OK", [])
        return answer

    bridge = bridge_to(send_file, after=lambda: after.append(threading.current_thread().name))
    asked = asyncio.run(Asked().through(bridge))
    assert asked.body == b"one two"
    assert answer.is_closed
    assert after[0].startswith("request"), "the database's connection goes back before the file is sent"


def test_slow_readers_hold_no_thread() -> None:
    def send_file(environ: dict[str, Any], start: Start) -> Any:
        start("200 OK", [])
        return Streaming([b"x"] * 5) if environ["PATH_INFO"] == "/file" else [b"quick"]

    async def story() -> None:
        bridge = bridge_to(send_file)
        bridge.start(1)
        release = asyncio.Event()
        slow = [Asked(path=b"/file") for _ in range(3)]

        async def wait(message: Any) -> None:
            await release.wait()

        readers = [asyncio.create_task(bridge(one.scope, one.receive, wait)) for one in slow]
        assert (await asyncio.wait_for(Asked().through(bridge), 5)).body == b"quick"
        release.set()
        await asyncio.gather(*readers)

    asyncio.run(story())


def test_a_reader_that_goes_away_leaves_the_file_closed() -> None:
    answer = Streaming([b"x"] * 100)

    def send_file(environ: dict[str, Any], start: Start) -> Streaming:
        start("200 OK", [])
        return answer

    async def story() -> None:
        asked = Asked()

        async def gone(message: Any) -> None:
            if message["type"] == "http.response.body":
                raise ConnectionError

        with pytest.raises(ConnectionError):
            await bridge_to(send_file)(asked.scope, asked.receive, gone)

    asyncio.run(story())
    assert answer.is_closed


def test_more_than_can_wait_are_refused_at_once() -> None:
    go = threading.Event()

    def slow(environ: dict[str, Any], start: Start) -> list[bytes]:
        go.wait(20)
        start("200 OK", [])
        return [b"done"]

    async def story() -> tuple[int, list[int]]:
        bridge = bridge_to(slow)
        bridge.start(2)
        waiting = [asyncio.create_task(Asked().through(bridge)) for _ in range(LONGEST_QUEUE + 2)]
        await asyncio.sleep(0.05)
        refused = await Asked().through(bridge)
        go.set()
        return refused.status, [one.status for one in await asyncio.gather(*waiting)]

    refused, others = asyncio.run(story())
    assert refused == 503
    assert set(others) == {200}
