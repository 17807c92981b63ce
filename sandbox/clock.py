"""The sandbox's clock: real time plus an offset that a test can move, so that 24 hours pass at once."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds and milliseconds since the epoch, as the pretended platform sees them."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return time.time() + self.offset

    def ms(self) -> int:
        return int(self.now() * 1000)

    def advance(self, seconds: float) -> None:
        """Move the clock forward (or back, with a negative number)."""
        self.offset += seconds

    def iso(self, at: float | None = None) -> str:
        """Graph's notation: 2026-11-20T10:00:00+0000."""
        moment = datetime.fromtimestamp(self.now() if at is None else at, tz=UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
