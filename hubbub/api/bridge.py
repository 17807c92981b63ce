"""Django's WSGI callable behind ASGI: a request's body is read first, then one of a few threads answers it.

Slow senders and slow readers hold no thread: bodies are complete before a thread begins, and a file is read block by
block while its reader takes them. More waiting requests than `LONGEST_QUEUE` are refused with 503.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from hubbub.kit.json import dumps

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[str, str]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

THREADS = 8
LONGEST_QUEUE = 256
HELD_IN_MEMORY = 256 * 1024
"""Larger bodies wait in a file of the system's."""


@dataclass(slots=True)
class Answer:
    """What the WSGI callable said. `rest` is a body that is read while it is sent."""

    status: int = 500
    headers: Headers | None = None
    body: bytes = b""
    rest: Iterable[bytes] | None = None


class Bridge:
    """ASGI in front, a WSGI callable in a few threads behind. `after` runs in the thread once a file's head is made."""

    def __init__(self, wsgi: Wsgi, *, largest_body: int, after: Callable[[], None]) -> None:
        self._wsgi = wsgi
        self._largest = largest_body
        self._after = after
        self.start(THREADS)

    def start(self, threads: int) -> None:
        """Answer with so many threads. They are made when they are needed."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._most = threads + LONGEST_QUEUE
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with SpooledTemporaryFile(HELD_IN_MEMORY) as body:
            if not await _read_body(receive, body, self._largest):
                await _refuse(send, 413, "too_large", f"A request may have at most {self._largest} bytes.")
                return
            answer = await self._answer(environ_of(scope, body))
        if answer is None:
            await _refuse(send, 503, "unavailable", "Too many requests wait already. Try again in a moment.")
        else:
            await self._send(scope, answer, send)

    async def _answer(self, environ: dict[str, Any]) -> Answer | None:
        """What a thread made of it; None when too many wait for one."""
        if self._running >= self._most:
            return None
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, environ)
        finally:
            self._running -= 1

    def _run(self, environ: dict[str, Any]) -> Answer:
        answer = Answer()

        def start(status: str, headers: Headers, _problem: object = None) -> None:
            answer.status, answer.headers = int(status[:3]), headers

        result = self._wsgi(environ, start)
        if getattr(result, "streaming", False):
            answer.rest = result
            self._after()
            return answer
        try:
            answer.body = b"".join(result)
        finally:
            _close(result)
        return answer

    async def _send(self, scope: Scope, answer: Answer, send: Send) -> None:
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers or []]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if scope["method"] == "HEAD":
            _close(answer.rest)
            answer.body, answer.rest = b"", None
        if answer.rest is not None:
            await self._send_rest(answer.rest, send)
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    async def _send_rest(self, rest: Iterable[bytes], send: Send) -> None:
        loop = asyncio.get_running_loop()
        blocks = iter(rest)
        try:
            while block := await loop.run_in_executor(self._pool, _next, blocks):
                await send({"type": "http.response.body", "body": block, "more_body": True})
        finally:
            await loop.run_in_executor(self._pool, _close, rest)


async def _read_body(receive: Receive, body: IO[bytes], largest: int) -> bool:
    """Whether all of it came and was not too much."""
    size, has_more = 0, True
    while has_more:
        message = await receive()
        if message["type"] != "http.request":
            return False
        part = message.get("body", b"")
        size += len(part)
        if size > largest:
            return False
        body.write(part)
        has_more = message.get("more_body", False)
    body.seek(0)
    return True


def environ_of(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """A request as WSGI has it. Names of headers with an underscore are left out: they would pass for another's."""
    host, port = (scope.get("server") or ("localhost", 0))[:2]
    path = scope.get("raw_path") or scope["path"].encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str((scope.get("client") or ("", 0))[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if key in environ:
        value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    environ[key] = value


async def _refuse(send: Send, status: int, code: str, sentence: str) -> None:
    body = dumps({"error": {"code": code, "sentence": sentence, "details": {}}})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(b"connection", b"close"), (b"retry-after", b"1")] if status == 503 else [(b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _next(blocks: Iterator[bytes]) -> bytes:
    """The next block that holds something; nothing at the end."""
    return next((block for block in blocks if block), b"")


def _close(result: object) -> None:
    close = getattr(result, "close", None)
    if close is not None:
        close()
