"""A small HTTP/1.1 client for loopback: keeps connections, sends exact bytes, follows nothing."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit

IDLE_SECONDS = 2.0
LARGEST_ANSWER = 128 * 1024 * 1024
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Unreachable(Exception):
    """No answer: refused, cut, not loopback, or not HTTP."""


@dataclass(slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used_at: float = 0.0

    def is_usable(self) -> bool:
        return not self.reader.at_eof() and time.monotonic() - self.used_at < IDLE_SECONDS


class Client:
    """Requests to the hub. One per running sandbox."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, int], list[_Connection]] = defaultdict(list)

    async def request(
        self, method: str, url: str, headers: dict[str, str], body: bytes = b"", timeout: float = 5.0
    ) -> Answer:
        """Raises Unreachable; a timeout counts as unreachable."""
        try:
            async with asyncio.timeout(timeout):
                return await self._request(method, url, headers, body)
        except TimeoutError as error:
            raise Unreachable("timeout") from error
        except (OSError, EOFError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise Unreachable(str(error) or type(error).__name__) from error

    async def _request(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise Unreachable(f"{parts.scheme}://{parts.hostname} is not on loopback")
        place = (parts.hostname or "", parts.port or 80)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = [f"{method} {target} HTTP/1.1", f"host: {parts.netloc}", f"content-length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        data = "\r\n".join([*head, "", ""]).encode("latin-1") + body
        return await self._exchange(place, data)

    async def _exchange(self, place: tuple[str, int], data: bytes) -> Answer:
        connection = self._reuse(place)
        if connection is not None:
            try:
                return await self._send(place, connection, data)
            except (OSError, EOFError):
                connection.writer.close()
        fresh = _Connection(*await asyncio.open_connection(*place))
        return await self._send(place, fresh, data)

    def _reuse(self, place: tuple[str, int]) -> _Connection | None:
        idle = self._idle[place]
        while idle:
            connection = idle.pop()
            if connection.is_usable():
                return connection
            connection.writer.close()
        return None

    async def _send(self, place: tuple[str, int], connection: _Connection, data: bytes) -> Answer:
        try:
            connection.writer.write(data)
            await connection.writer.drain()
            answer = await _read_answer(connection.reader)
        except BaseException:
            connection.writer.close()
            raise
        if answer.headers.get("connection", "").lower() == "close":
            connection.writer.close()
        else:
            connection.used_at = time.monotonic()
            self._idle[place].append(connection)
        return answer

    def close(self) -> None:
        for connections in self._idle.values():
            for connection in connections:
                connection.writer.close()
        self._idle.clear()


async def _read_answer(reader: asyncio.StreamReader) -> Answer:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    status = int(first.split(" ", 2)[1])
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name
    }
    return Answer(status, headers, await _read_body(reader, headers))


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _read_chunks(reader)
    size = int(headers.get("content-length", "0"))
    if size > LARGEST_ANSWER:
        raise ValueError("the answer is too large")
    return await reader.readexactly(size) if size else b""


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    chunks: list[bytes] = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        chunks.append(await reader.readexactly(size))
        await reader.readexactly(2)
        if sum(map(len, chunks)) > LARGEST_ANSWER:
            raise ValueError("the answer is too large")
    await reader.readuntil(b"\r\n")
    return b"".join(chunks)
