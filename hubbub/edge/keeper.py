"""Keeps the database connected and the secret book fresh: one small query every half second does both."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg

from hubbub.edge.database import Database, DatabaseAway
from hubbub.edge.secret_book import ChannelSecrets, SecretBook
from hubbub.edge.secret_copy import read_copy, write_copy
from hubbub.kit import clock
from hubbub.kit.logging import log_event

POLL_SECONDS: Final = 0.5
POLL_PATIENCE: Final = 1.0
FULL_PATIENCE: Final = 5.0
FULL_EVERY_SECONDS: Final = 300
"""Rows that were deleted, or changed in a transaction longer than the overlap, are noticed by then."""

OVERLAP: Final = timedelta(seconds=10)

ALL: Final[LiteralString] = """
SELECT channel_id, organization_id, platform, external_id, parent_external_id, signing_secrets, verify_token,
       is_active, secrets_changed_at
  FROM edge_secret
"""
CHANGED: Final[LiteralString] = ALL + " WHERE secrets_changed_at > %s"

log = logging.getLogger("hubbub.edge")


class Keeper:
    """`start` loads what can be loaded; `run` goes on until `stop`."""

    def __init__(self, database: Database, book: SecretBook, copy_directory: Path | None) -> None:
        self._database = database
        self._book = book
        self._copy_directory = copy_directory
        self._latest: datetime | None = None
        self._full_at = 0.0
        self._is_stopping = asyncio.Event()
        self._reported = ("", "")
        self._is_copy_due = False

    async def start(self) -> None:
        """From disk first, then from the database if it can be reached."""
        if self._copy_directory and (rows := read_copy(self._copy_directory)) is not None:
            self._book.replace(rows)
            log_event(log, logging.INFO, "secrets_read_from_disk", channels=len(self._book))
        await self.look()

    async def run(self) -> None:
        while not await self._waited():
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - without it the database would never be found again
                log_event(log, logging.CRITICAL, "keeper_failed", error=error)

    def stop(self) -> None:
        self._is_stopping.set()

    async def _waited(self) -> bool:
        """Sleep until the next look; whether to stop."""
        try:
            return await asyncio.wait_for(self._is_stopping.wait(), POLL_SECONDS)
        except TimeoutError:
            return False

    async def look(self) -> None:
        """Connect if need be, and take over what changed. Raises nothing."""
        try:
            if not self._database.is_up:
                await self._database.connect()
                await self._load_all()
                self._database.declare_up()
                self._reported = ("", "")
            elif clock.monotonic() - self._full_at > FULL_EVERY_SECONDS:
                await self._load_all()
            else:
                await self._load_changes()
        except (DatabaseAway, psycopg.Error) as error:
            self._report("database_not_reached", str(error).partition("\n")[0])
            await self._let_go()
        await self._write_copy()

    async def _load_all(self) -> None:
        rows = [_row(values) for values in await self._database.run(ALL, seconds=FULL_PATIENCE)]
        self._full_at = clock.monotonic()
        self._is_copy_due |= self._book.replace(rows)
        self._remember(rows)

    async def _load_changes(self) -> None:
        if self._latest is None:
            return await self._load_all()
        since = self._latest - OVERLAP
        rows = [_row(values) for values in await self._database.run(CHANGED, [since], seconds=POLL_PATIENCE)]
        if self._book.update(rows):
            log_event(log, logging.INFO, "secrets_changed", channels=len(self._book))
            self._is_copy_due = True
        return self._remember(rows)

    def _remember(self, rows: list[ChannelSecrets]) -> None:
        times = [row.changed_at for row in rows]
        self._latest = max([*times, self._latest] if self._latest else times, default=None)

    async def _write_copy(self) -> None:
        if self._copy_directory is None or not self._is_copy_due:
            return
        try:
            await asyncio.to_thread(write_copy, self._copy_directory, self._book.rows())
            self._is_copy_due = False
        except OSError as error:
            self._report("secrets_copy_not_written", os.strerror(error.errno or 0))

    def _report(self, event: str, reason: str) -> None:
        """Once for each reason: an outage must not fill the log."""
        if (event, reason) != self._reported:
            log_event(log, logging.ERROR, event, reason=reason)
            self._reported = (event, reason)

    async def _let_go(self) -> None:
        if not self._database.is_up:
            await self._database.close()


def _row(values: tuple[Any, ...]) -> ChannelSecrets:
    return ChannelSecrets(
        channel_id=values[0],
        organization_id=values[1],
        platform=values[2],
        external_id=values[3],
        parent_external_id=values[4] or "",
        signing_secrets=values[5],
        verify_token=values[6],
        is_active=values[7],
        changed_at=values[8],
    )
