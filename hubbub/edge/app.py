"""The edge as one ASGI callable: webhook POSTs are taken in front, everything else goes to the pages behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

from starlette.types import Receive, Scope, Send

from hubbub.connectors.base import Connector
from hubbub.edge import answers
from hubbub.edge.answers import Answer
from hubbub.edge.counters import Counters
from hubbub.edge.database import Database
from hubbub.edge.doors import Doors
from hubbub.edge.keeper import Keeper
from hubbub.edge.pages import make_pages
from hubbub.edge.receiver import ClientGone, Receiver
from hubbub.edge.refusals import Refusals
from hubbub.edge.secret_book import SecretBook
from hubbub.edge.settings import EdgeSettings
from hubbub.edge.signatures import Signatures
from hubbub.edge.spool.spool import Spool
from hubbub.edge.store import Keeps, Store
from hubbub.kit import json
from hubbub.kit.logging import log_event

REPORT_EVERY_SECONDS: Final = 60.0

log = logging.getLogger("hubbub.edge")


def create_app(settings: EdgeSettings, connectors: Mapping[str, Connector], *, store: Keeps | None = None) -> Edge:
    """The app with its parts. `store` replaces the durable store, for measuring what durability costs."""
    counters = Counters()
    database = Database(settings.database_url)
    book = SecretBook(settings.envelope)
    if store is None:
        spool = Spool(settings.spool_dir) if settings.spool_dir else None
        store = Store(database, spool, counters=counters, depth=settings.queue_depth)
    return Edge(settings, connectors, database, book, store, counters)


class Edge:
    """The outermost callable."""

    def __init__(
        self,
        settings: EdgeSettings,
        connectors: Mapping[str, Connector],
        database: Database,
        book: SecretBook,
        store: Keeps,
        counters: Counters,
    ) -> None:
        signatures = Signatures(settings.secrets, book)
        self._doors = Doors(connectors.values())
        self._refusals = Refusals(database)
        self._receiver = Receiver(signatures, store, counters, self._refusals, settings.edge_name)
        self._pages = make_pages(self._doors, signatures, store, book, counters)
        self._keeper = Keeper(database, book, settings.spool_dir)
        self._database = database
        self._store = store
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        door = self._doors.at(scope["path"]) if scope["method"] != "GET" else None
        if door is None:
            return await self._pages(scope, receive, send)
        if scope["method"] != "POST":
            return await _send(send, answers.WRONG_METHOD)
        try:
            answer = await self._receiver.answer(door, scope, receive)
        except ClientGone:
            return None
        return await _send(send, answer)

    async def _live(self, receive: Receive, send: Send) -> None:
        """From start-up to shutdown: the connection, the store and a line in the log every minute."""
        await receive()
        await self._keeper.start()
        await self._store.start()
        keeping = asyncio.create_task(self._keeper.run())
        reporting = [asyncio.create_task(self._report_for_ever()), asyncio.create_task(self._refusals.run())]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in reporting:
            task.cancel()
        await self._store.stop()
        await self._refusals.flush()
        self._keeper.stop()
        await keeping
        await self._database.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _report_for_ever(self) -> None:
        while True:
            await asyncio.sleep(REPORT_EVERY_SECONDS)
            for platform, counts in self._counters.snapshot().items():
                log_event(
                    log, logging.INFO, "deliveries_counted", platform=platform, counts=json.dumps(counts).decode()
                )


async def _send(send: Send, answer: Answer) -> None:
    await send(answer.start)
    await send(answer.body)
