"""Making deliveries durable: natural group commit into Postgres, or the spool while that is not possible.

There is no timer and one writer: whatever arrives while a commit is under way goes into the next. While the spool holds
anything, new deliveries go through it too, so that order is kept; a drain empties it in batches.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol, TypeVar

import psycopg

from hubbub.edge.counters import Counters
from hubbub.edge.database import Database, DatabaseAway
from hubbub.edge.delivery import Delivery
from hubbub.edge.rows import INSERT, insert_values
from hubbub.edge.spool.segment import Batch
from hubbub.edge.spool.spool import Spool, SpoolFailed
from hubbub.kit import clock
from hubbub.kit.logging import log_event

GROUP_DELIVERIES: Final = 500
GROUP_BYTES: Final = 8 * 1024 * 1024
WAITING_BYTES: Final = 64 * 1024 * 1024
PATIENCE_WITH_SPOOL: Final = 0.8
"""Seconds for a commit before the spool takes the group: platforms expect an answer within 1 to 5 s."""
PATIENCE_WITHOUT_SPOOL: Final = 3.5
GRACE_SECONDS: Final = 1.0
"""Without a spool, how long after losing the database deliveries wait for it to come back."""
ADOPT_EVERY_SECONDS: Final = 2.0
DRAIN_PAUSE_SECONDS: Final = 0.2
DRAIN_WAIT_SECONDS: Final = 1.0

T = TypeVar("T")

log = logging.getLogger("hubbub.edge")


class Keeps(Protocol):
    """What the receiver needs of a store."""

    def keep(self, delivery: Delivery) -> asyncio.Future[bool] | None:
        """Whether it became durable, in time; None at once when too much waits already."""

    @property
    def is_ready(self) -> bool: ...
    def state(self) -> dict[str, object]: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class Store:
    """The store of production. All methods are called on the event loop; the spool works in one thread of its own."""

    def __init__(self, database: Database, spool: Spool | None, *, counters: Counters, depth: int) -> None:
        self._database = database
        self._spool = spool
        self._counters = counters
        self._depth = depth
        self._waiting: deque[tuple[Delivery, asyncio.Future[bool]]] = deque()
        self._waiting_bytes = 0
        self._has_work = asyncio.Event()
        self._has_backlog = asyncio.Event()
        self._backlog_since: float | None = None
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")

    @property
    def is_ready(self) -> bool:
        """Whether a delivery that came now could be made durable."""
        return self._database.is_up or (self._spool is not None and not self._spool.is_failing)

    def state(self) -> dict[str, object]:
        """For health and log: JSON-ready."""
        spool = self._spool
        return {
            "database": "up" if self._database.is_up else "away",
            "waiting": len(self._waiting),
            "spool": spool
            and {
                "waiting_bytes": spool.waiting_bytes,
                "waiting_seconds": round(clock.monotonic() - self._backlog_since) if self._backlog_since else 0,
                "is_failing": spool.is_failing,
                "quarantined": spool.quarantined,
            },
        }

    def keep(self, delivery: Delivery) -> asyncio.Future[bool] | None:
        """Whether it became durable, in time; None at once when too much waits already."""
        size = len(delivery.body)
        if len(self._waiting) >= self._depth or self._waiting_bytes + size > WAITING_BYTES or self._stopping.is_set():
            return None
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, kept))
        self._waiting_bytes += size
        self._has_work.set()
        return kept

    async def start(self) -> None:
        """Adopt what dead edges left, and begin to work."""
        if self._spool:
            await self._on_disk(self._spool.open)
            self._note_backlog()
            self._tasks.append(asyncio.create_task(self._drain_for_ever(self._spool)))
            self._tasks.append(asyncio.create_task(self._adopt_for_ever(self._spool)))
        self._tasks.append(asyncio.create_task(self._write_for_ever()))

    async def stop(self) -> None:
        """Finish what waits, then stop. What is in the spool stays there for the next edge."""
        self._stopping.set()
        self._has_work.set()
        self._has_backlog.set()
        await asyncio.gather(*self._tasks)
        if self._spool:
            await self._on_disk(self._spool.close)
        self._disk.shutdown()

    # The writer

    async def _write_for_ever(self) -> None:
        while self._waiting or not self._stopping.is_set():
            await self._has_work.wait()
            if group := self._next_group():
                await self._answer(group)
            if not self._waiting and not self._stopping.is_set():
                self._has_work.clear()

    def _next_group(self) -> list[tuple[Delivery, asyncio.Future[bool]]]:
        group: list[tuple[Delivery, asyncio.Future[bool]]] = []
        size = 0
        while self._waiting and len(group) < GROUP_DELIVERIES:
            size += len(self._waiting[0][0].body)
            if group and size > GROUP_BYTES:
                break
            group.append(self._waiting.popleft())
            self._waiting_bytes -= len(group[-1][0].body)
        return group

    async def _answer(self, group: list[tuple[Delivery, asyncio.Future[bool]]]) -> None:
        deliveries = [delivery for delivery, _ in group]
        try:
            lost = {delivery.id for delivery in await self._make_durable(deliveries)}
        except Exception as error:  # noqa: BLE001 - a bug costs this group a 503; without a writer all would hang
            log_event(log, logging.CRITICAL, "group_failed", error=error)
            lost = {delivery.id for delivery in deliveries}
        for delivery, kept in group:
            if not kept.done():
                kept.set_result(delivery.id not in lost)

    async def _make_durable(self, group: list[Delivery]) -> list[Delivery]:
        """Returns the ones that could not be kept."""
        if self._spool is None:
            return await self._insert_without_spool(group)
        if self._database.is_up and self._spool.is_empty:
            try:
                return await self._set_aside(await self._insert(group, is_spooled=False))
            except DatabaseAway:
                pass
        return await self._spool_or_insert(self._spool, group)

    async def _insert_without_spool(self, group: list[Delivery]) -> list[Delivery]:
        """Once more, with the same ids, when the database comes back within the grace time."""
        for _ in range(2):
            grace = self._database.away_since + GRACE_SECONDS - clock.monotonic()
            if not await self._database.wait_until_up(grace):
                return group
            try:
                return await self._insert(group, is_spooled=False)
            except DatabaseAway:
                continue
        return group

    async def _spool_or_insert(self, spool: Spool, group: list[Delivery]) -> list[Delivery]:
        """A full disk costs only the order, as long as the database is up."""
        try:
            await self._on_disk(spool.append, group)
        except SpoolFailed:
            try:
                return await self._set_aside(await self._insert(group, is_spooled=False))
            except DatabaseAway:
                return group
        self._note_backlog()
        for delivery in group:
            self._counters.count(delivery.platform, "spooled")
        return []

    async def _insert(self, group: Sequence[Delivery], *, is_spooled: bool) -> list[Delivery]:
        """Commit the group; returns the ones that the database refuses, found by halving. Raises DatabaseAway."""
        patience = PATIENCE_WITH_SPOOL if self._spool else PATIENCE_WITHOUT_SPOOL
        try:
            await self._database.run(INSERT, insert_values(group, is_spooled=is_spooled), seconds=patience)
            return []
        except psycopg.Error as error:
            if len(group) == 1:
                log_event(log, logging.CRITICAL, "delivery_refused", delivery=group[0].id, state=error.sqlstate)
                self._counters.count(group[0].platform, "refused_by_database")
                return list(group)
        middle = len(group) // 2
        first = await self._insert(group[:middle], is_spooled=is_spooled)
        return first + await self._insert(group[middle:], is_spooled=is_spooled)

    async def _set_aside(self, refused: list[Delivery]) -> list[Delivery]:
        """Put refused ones into quarantine; returns those for which even that fails."""
        lost = []
        for delivery in refused:
            try:
                assert self._spool is not None
                await self._on_disk(self._spool.quarantine, delivery)
            except SpoolFailed:
                lost.append(delivery)
        return lost

    # The drain

    async def _drain_for_ever(self, spool: Spool) -> None:
        while not self._stopping.is_set():
            await self._has_backlog.wait()
            if not await self._database.wait_until_up(DRAIN_WAIT_SECONDS):
                continue
            try:
                await self._drain_batch(spool)
            except DatabaseAway:
                await asyncio.sleep(DRAIN_PAUSE_SECONDS)
            except Exception as error:  # noqa: BLE001 - the spool keeps what it has; try again
                log_event(log, logging.CRITICAL, "drain_failed", error=error)
                await asyncio.sleep(DRAIN_WAIT_SECONDS)

    async def _drain_batch(self, spool: Spool) -> None:
        batch: Batch | None = await self._on_disk(spool.next_batch, GROUP_DELIVERIES)
        if batch is not None:
            await self._drain(spool, batch)
        self._note_backlog()

    async def _drain(self, spool: Spool, batch: Batch) -> None:
        refused = await self._insert(batch.deliveries, is_spooled=True)
        if await self._set_aside(refused):
            batch.segment.is_damaged = True  # then the whole segment is put aside
        await self._on_disk(spool.drained, batch)
        for delivery in batch.deliveries:
            self._counters.count(delivery.platform, "drained")

    async def _adopt_for_ever(self, spool: Spool) -> None:
        while not await self._stops_within(ADOPT_EVERY_SECONDS):
            await self._on_disk(spool.open)
            self._note_backlog()

    async def _stops_within(self, seconds: float) -> bool:
        try:
            return await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False

    def _note_backlog(self) -> None:
        is_empty = self._spool is None or self._spool.is_empty
        if is_empty and not self._stopping.is_set():
            self._has_backlog.clear()
        else:
            self._has_backlog.set()
        self._backlog_since = None if is_empty else self._backlog_since or clock.monotonic()

    async def _on_disk(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work, *arguments)
