"""What Django looks for under the name of an ENGINE."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from django.utils.asyncio import async_unsafe
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader


class MomentLoader(TimestamptzLoader):
    """A `timestamptz` in UTC. Django's takes ten times as long, which was a tenth of a busy lane's Python.

    What is no plain moment of our era (infinity, years before Christ) is left to psycopg, which refuses it.
    """

    timezone = UTC
    """What Django asks every cursor for."""

    def load(self, data: Buffer) -> datetime:
        try:
            moment = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data).astimezone(UTC)
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with our loader on connections that speak UTC, as all of ours do, and a cursor that stays."""

    _kept: Any = None
    """A cursor of `connection`, or of one before it."""

    @async_unsafe
    def kept_cursor(self) -> Any:
        """For statements whose rows are read before the next one begins; nobody closes it. Making a cursor takes a
        fifth of a small statement's time."""
        if self.queries_logged:
            return self.cursor()
        if self._kept is None or self._kept.cursor.connection is not self.connection:
            self._kept = self.cursor()
        return self._kept

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection as Django makes it, or from its pool."""
        connection = super().get_new_connection(conn_params)
        if self.timezone is UTC:
            connection.adapters.register_loader("timestamptz", MomentLoader)
        return connection
