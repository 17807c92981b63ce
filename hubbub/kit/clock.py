"""The one clock: aware UTC datetimes, and platform timestamps made safe to store.

Leases, due times and rate limits use the database's clock (`hubbub_now()`), not this one.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import isnan

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST_LEAD = timedelta(days=1)
LARGEST_LEAD_MS = LARGEST_LEAD // timedelta(milliseconds=1)
SMALLEST_MILLISECONDS = 10**11
"""`from_epoch` reads numbers below this as seconds (until the year 5138), from here on as milliseconds (1973 on)."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(?P<fraction>\.[0-9]{1,20})?\Z")


class FrozenClock:
    """A clock that moves only when told to; made by `frozen`."""

    def __init__(self, at: datetime) -> None:
        self._now = at.astimezone(UTC)
        self._elapsed = 0.0
        self._monotonic_start = time.monotonic()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic_start + self._elapsed

    def advance(self, by: timedelta) -> None:
        """Moves both `now` and `monotonic` on."""
        self._now += by
        self._elapsed += by.total_seconds()


_frozen: FrozenClock | None = None


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC) if _frozen is None else _frozen.now()


def monotonic() -> float:
    """Seconds that never go backwards, for measuring how long something takes."""
    return time.monotonic() if _frozen is None else _frozen.monotonic()


def epoch_ms() -> int:
    """The current time in whole milliseconds since 1970."""
    return time.time_ns() // 1_000_000 if _frozen is None else int(_frozen.now().timestamp() * 1000)


def is_frozen() -> bool:
    return _frozen is not None


@contextmanager
def frozen(at: datetime) -> Iterator[FrozenClock]:
    """Stops the clock of the whole process (all its threads) at `at`, for tests and replays."""
    global _frozen
    before, _frozen = _frozen, FrozenClock(at)
    try:
        yield _frozen
    finally:
        _frozen = before


def from_epoch(value: object) -> datetime | None:
    """A platform's timestamp (seconds or milliseconds since 1970; int, float or decimal string) as a datetime.

    Meta sends milliseconds in Messenger events, seconds (as a string) in WhatsApp ones. Values below 10**11 are
    seconds, others milliseconds. The answer is always within [1970-01-01, now + 1 day]: what lies outside is clamped
    to the nearer end, so hostile numbers can neither overflow a timestamptz nor stand above real messages for years.
    None when `value` is not a number. Never raises.
    """
    number = _number(value)
    if number is None:
        return None
    return _clamped(number * 1000 if number < SMALLEST_MILLISECONDS else number)


def from_epoch_ms(value: object) -> datetime | None:
    """Like `from_epoch`, for a field that is documented to be in milliseconds whatever its size."""
    number = _number(value)
    return None if number is None else _clamped(number)


def _number(value: object) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return None if isnan(value) else value
    if isinstance(value, str):
        return _number_in(value.strip())
    return None


def _number_in(text: str) -> int | float | None:
    match = _NUMBER.match(text)
    if match is None:
        return None
    return float(text) if match["fraction"] else int(text)


def _clamped(milliseconds: float) -> datetime:
    if milliseconds <= 0:
        return EPOCH
    if milliseconds >= epoch_ms() + LARGEST_LEAD_MS:
        return now() + LARGEST_LEAD
    return EPOCH + timedelta(milliseconds=milliseconds)
