"""The line between a browser and the hub, which can be cut again and again."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Self

from hubbub.processes.listening import free_port

SOCKET = b"/socket.io/"


class Line:
    """Passes everything on, in a thread of its own; `url` is what the browser opens."""

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.begun = 0
        """Sockets that were opened through it."""
        self.cuts = 0
        self._hub = port
        self._sockets: set[asyncio.StreamWriter] = set()
        self._others: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut_sockets(self) -> int:
        """Ends every socket without a word; how many there were."""
        return int(self._call(self._cut(self._sockets)))

    def cut_everything(self) -> int:
        """Requests that are under way, too."""
        self._call(self._cut(self._others))
        return self.cut_sockets()

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _end(self) -> None:
        self._server.close()
        await self._cut(self._sockets | self._others)

    async def _cut(self, lines: set[asyncio.StreamWriter]) -> int:
        count = len(lines)
        for line in list(lines):
            line.transport.abort()
        lines.clear()
        self.cuts += count
        return count

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(65536)
        kind = self._sockets if SOCKET in first.partition(b"\r\n")[0] else self._others
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._hub)
        except OSError:
            writer.transport.abort()
            return
        kind.add(writer)
        self.begun += kind is self._sockets
        back.write(first)
        await asyncio.gather(_pass(reader, back), _pass(there, writer))
        kind.discard(writer)


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
        target.close()
    except OSError:
        target.transport.abort()
