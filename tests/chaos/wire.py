"""The line between Hubbub and Postgres, which can be cut, and can lose the answer to a COMMIT."""

from __future__ import annotations

import asyncio

from tests.edge.harness import Proxy

COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""The server's word that a transaction is committed (CommandComplete)."""


class Wire(Proxy):
    """As the edge's proxy; `lose_commits(n)` cuts the next n connections just when their commit is confirmed."""

    def __init__(self, upstream_url: str) -> None:
        super().__init__(upstream_url)
        self.to_lose = 0
        self.lost = 0

    def lose_commits(self, count: int) -> None:
        self.to_lose += count

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            if self.to_lose > 0 and COMMITTED in data:
                self.to_lose -= 1
                self.lost += 1
                target.transport.abort()
                return
            target.write(data)
            await target.drain()
        target.close()
