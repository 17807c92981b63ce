"""The edge's one database connection: patient for a set time only, lost and found again, blocking nobody."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from typing import Any, Final, LiteralString, TypeAlias

import psycopg
from psycopg import AsyncConnection
from psycopg.adapt import Dumper
from psycopg.pq import Format

from hubbub.kit import clock
from hubbub.kit.errors import Unavailable
from hubbub.kit.logging import log_event

CONNECT_SECONDS: Final = 2
CONNECT_OPTIONS: Final = {
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": 3000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "application_name": "hubbub edge",
    # 200 means flushed to disk, whatever the server's default is.
    "options": "-c statement_timeout=5s -c synchronous_commit=on -c timezone=UTC",
}
CLASSES_ABOUT_THE_DATA: Final = frozenset({"21", "22", "23", "44", "54", "P0"})
"""SQLSTATE classes that blame what was sent; all others mean that the database cannot do its work now.
https://www.postgresql.org/docs/current/errcodes-appendix.html"""

Rows: TypeAlias = list[tuple[Any, ...]]

log = logging.getLogger("hubbub.edge")


class DatabaseAway(Unavailable):
    """There is no connection, it broke, or the server cannot work. Whether the statement was committed is not known."""

    code = "database_away"


class PackedArray(bytes):
    """An array in PostgreSQL's binary form; its type comes from the cast in the statement."""


class _PackedArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: PackedArray) -> bytes:
        return obj


class Database:
    """One autocommit connection, one statement at a time.

    It never connects by itself: whoever keeps it calls `connect` until that works. Everyone else finds it up or away.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: AsyncConnection[Any] | None = None
        self._alone = asyncio.Lock()
        self._up = asyncio.Event()
        self.away_since = clock.monotonic()

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    async def wait_until_up(self, seconds: float | None = None) -> bool:
        """Whether it is up now or becomes so within that time."""
        if seconds is None or self.is_up:
            return await self._up.wait()
        try:
            return await asyncio.wait_for(self._up.wait(), max(seconds, 0))
        except TimeoutError:
            return False

    async def connect(self) -> None:
        """Connect anew. Raises DatabaseAway, also for a login that may do everything. Up only after `declare_up`."""
        await self.close()
        try:
            connecting = AsyncConnection.connect(self._url, autocommit=True, **CONNECT_OPTIONS)  # type: ignore[arg-type]
            connection = await asyncio.wait_for(connecting, CONNECT_SECONDS * 2)
        except (psycopg.Error, OSError, TimeoutError) as error:
            raise DatabaseAway(f"The database cannot be reached: {_first_line(error)}") from error
        if connection.info.parameter_status("is_superuser") == "on":
            await connection.close()
            raise DatabaseAway("The login is a superuser: HUBBUB_EDGE_DATABASE_URL must name the role hubbub_edge.")
        connection.adapters.register_dumper(PackedArray, _PackedArrayDumper)
        self._connection = connection

    def declare_up(self) -> None:
        if not self.is_up:
            log_event(log, logging.INFO, "database_reached")
            self._up.set()

    async def run(self, statement: LiteralString, values: Sequence[object] = (), *, seconds: float) -> Rows:
        """The rows of one statement, committed when this returns. After `seconds` the line is cut.

        Raises DatabaseAway, or psycopg.Error when the fault lies in the values.
        """
        async with self._alone:
            connection = self._connection
            if connection is None:
                raise DatabaseAway("There is no connection to the database.")
            timer = asyncio.get_running_loop().call_later(seconds, _hang_up, connection)
            try:
                cursor = await connection.execute(statement, values, prepare=True)
                return await cursor.fetchall() if cursor.description else []
            except psycopg.Error as error:
                if not connection.closed and (error.sqlstate or "")[:2] in CLASSES_ABOUT_THE_DATA:
                    raise
                await self._lose(connection, error)
                raise DatabaseAway(f"The database cannot be used: {_first_line(error)}") from error
            finally:
                timer.cancel()

    async def close(self) -> None:
        """Let go of the connection."""
        self._up.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _lose(self, connection: AsyncConnection[Any], error: Exception) -> None:
        if self.is_up:
            log_event(log, logging.ERROR, "database_lost", reason=_first_line(error))
            self.away_since = clock.monotonic()
        self._up.clear()
        self._connection = None
        await connection.close()


def _hang_up(connection: AsyncConnection[Any]) -> None:
    """Make a silent server look like a closed one: psycopg's own cancel would wait for its answer."""
    try:
        line = socket.socket(fileno=os.dup(connection.fileno()))
    except (psycopg.Error, OSError):
        return
    with line:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
