"""Bad signatures, counted by the account that they name and written now and then: a flood costs no write a request."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from typing import Final, LiteralString
from uuid import UUID

import psycopg

from hubbub.edge.database import Database, DatabaseAway
from hubbub.kit import json
from hubbub.kit.logging import log_event

FLUSH_SECONDS: Final = 2.0
PATIENCE: Final = 2.0
MOST_KEYS: Final = 500
"""Accounts that we know. Whatever else is named is counted together: a stranger cannot fill a table with names."""

NOTE: Final[LiteralString] = "SELECT note_security_events(%s::jsonb)"
Key = tuple[UUID | None, str, str]
"""Organization, platform, account."""

log = logging.getLogger("hubbub.edge")


class Refusals:
    """`note` in a request; `run` until it is cancelled, then `flush` once more."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.waiting: Counter[Key] = Counter()

    def note(self, platform: str, accounts: Iterable[tuple[UUID, str]]) -> None:
        """A call with a bad signature that names these accounts of ours, or none."""
        keys: list[Key] = [(organization_id, platform, account) for organization_id, account in accounts]
        nobody: Key = (None, platform, "")
        for key in keys or [nobody]:
            is_full = len(self.waiting) >= MOST_KEYS and key not in self.waiting
            self.waiting[nobody if is_full else key] += 1

    async def run(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write what was counted; what cannot be written waits. Raises nothing."""
        if not self.waiting:
            return
        counts, self.waiting = self.waiting, Counter()
        try:
            await self._database.run(NOTE, [json.dumps(_rows(counts)).decode()], seconds=PATIENCE)
        except DatabaseAway:
            self.waiting.update(counts)
        except psycopg.Error as error:
            log_event(log, logging.ERROR, "bad_signatures_not_written", error=error)


def _rows(counts: Counter[Key]) -> list[json.JsonValue]:
    return [
        {
            "kind": "bad_signature",
            "organization_id": str(organization_id) if organization_id else None,
            "platform": platform,
            "subject": account,
            "count": count,
        }
        for (organization_id, platform, account), count in counts.items()
    ]
