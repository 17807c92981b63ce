"""What the judge remembers: every accepted send in order, every call.

Lines of the ledger are kept as compressed blocks of JSON, so that a long run stays small.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from io import BufferedWriter
from pathlib import Path
from typing import Any

import orjson

Json = dict[str, Any]
BLOCK = 256
KEPT_BLOCKS = 1000
KEPT_CALLS = 5_000


class Ledger:
    """Accepted sends, numbered from 1; the newest 256,000 in memory, all of them in the file."""

    def __init__(self, file: Path | None = None) -> None:
        self.count = 0
        self.first = 1
        self._blocks: deque[tuple[int, bytes]] = deque()
        """(number of the first line, compressed lines)"""
        self._open: list[bytes] = []
        self._unanswered: set[int] = set()
        self._file: BufferedWriter | None = file.open("ab") if file else None

    def write(self, entry: Json) -> int:
        """Number the entry and keep it. ``entry`` has at least account, recipient, message_id, request."""
        self.count += 1
        line = orjson.dumps({"n": self.count, **entry}, option=orjson.OPT_APPEND_NEWLINE)
        self._to_file(line)
        self._open.append(line)
        if len(self._open) == BLOCK:
            self._close_block()
        return self.count

    def _close_block(self) -> None:
        self._blocks.append((self.count - len(self._open) + 1, zlib.compress(b"".join(self._open), 1)))
        self._open = []
        if len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popleft()
            self.first = self._blocks[0][0]

    def mark_unanswered(self, number: int) -> None:
        """The answer to this send was cut, or the caller had hung up."""
        self._unanswered.add(number)
        self._to_file(orjson.dumps({"n": number, "answered": False}, option=orjson.OPT_APPEND_NEWLINE))

    def _to_file(self, line: bytes) -> None:
        if self._file is not None:
            self._file.write(line)
            self._file.flush()

    def read(self, since: int, account: str = "", recipient: str = "", limit: int = 1_000_000) -> list[Json]:
        """Entries with n > since, oldest first."""
        found: list[Json] = []
        for entry in self._entries(since):
            if account and entry["account"] != account:
                continue
            if recipient and recipient != entry["recipient"] and recipient not in entry.get("recipients", ()):
                continue
            entry["answered"] = entry["n"] not in self._unanswered
            found.append(entry)
            if len(found) >= limit:
                break
        return found

    def _entries(self, since: int) -> Iterator[Json]:
        for first, block in list(self._blocks):
            if first + BLOCK - 1 > since:
                yield from self._after(since, zlib.decompress(block).splitlines())
        yield from self._after(since, list(self._open))

    def _after(self, since: int, lines: list[bytes]) -> Iterator[Json]:
        for line in lines:
            entry: Json = orjson.loads(line)
            if entry["n"] > since:
                yield entry

    def clear(self) -> None:
        self._blocks.clear()
        self._open = []
        self._unanswered.clear()
        self.count, self.first = 0, 1

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class Calls:
    """Every call, also the refused ones; the newest 5,000."""

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
