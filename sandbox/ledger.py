"""What the judge remembers: every accepted send in order, every call, every webhook.

A line of the ledger is kept as JSON bytes, so that 50,000 of them stay small; the file has all of them.
"""

from __future__ import annotations

from collections import deque
from io import BufferedWriter
from pathlib import Path
from typing import Any

import orjson

Json = dict[str, Any]
KEPT_SENDS = 50_000
KEPT_CALLS = 10_000


class Ledger:
    """Accepted sends, numbered from 1."""

    def __init__(self, file: Path | None = None) -> None:
        self.count = 0
        self._lines: deque[tuple[int, str, tuple[str, ...], bytes]] = deque(maxlen=KEPT_SENDS)
        self._unanswered: set[int] = set()
        self._file: BufferedWriter | None = file.open("ab") if file else None

    def write(self, entry: Json, recipients: tuple[str, ...]) -> int:
        """Number the entry and keep it. ``entry`` has at least platform, account, message_id, request."""
        self.count += 1
        line = orjson.dumps({"n": self.count, **entry})
        self._lines.append((self.count, entry["account"], recipients, line))
        self._to_file(line)
        return self.count

    def mark_unanswered(self, number: int) -> None:
        """The answer to this send was cut."""
        self._unanswered.add(number)
        self._to_file(orjson.dumps({"n": number, "answered": False}))

    def _to_file(self, line: bytes) -> None:
        if self._file is not None:
            self._file.write(line + b"\n")
            self._file.flush()

    def read(self, since: int, account: str, recipient: str, limit: int) -> list[Json]:
        """Entries with n > since, oldest first."""
        found: list[Json] = []
        for number, owner, recipients, line in self._lines:
            if number <= since or (account and owner != account) or (recipient and recipient not in recipients):
                continue
            entry = orjson.loads(line)
            entry["answered"] = number not in self._unanswered
            found.append(entry)
            if len(found) >= limit:
                break
        return found

    @property
    def first(self) -> int:
        """The number of the oldest entry still kept in memory."""
        return self._lines[0][0] if self._lines else self.count + 1

    def clear(self) -> None:
        self._lines.clear()
        self._unanswered.clear()
        self.count = 0

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class Calls:
    """Every call, also the refused ones; the newest 10,000."""

    def __init__(self) -> None:
        self.count = 0
        self._calls: deque[tuple[Any, ...]] = deque(maxlen=KEPT_CALLS)

    NAMES = (
        "n",
        "at",
        "platform",
        "account",
        "method",
        "path",
        "token_place",
        "status",
        "code",
        "subcode",
        "message",
        "fault",
    )

    def add(self, *values: Any) -> None:
        """Values in the order of NAMES, without n."""
        self.count += 1
        self._calls.append((self.count, *values))

    def read(self, since: int, limit: int) -> list[Json]:
        return [dict(zip(self.NAMES, call, strict=True)) for call in self._calls if call[0] > since][:limit]

    def clear(self) -> None:
        self._calls.clear()
        self.count = 0
