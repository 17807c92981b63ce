"""Rates as the platforms count them: buckets for "per second", rolling windows for "per hour", WhatsApp's pair rule."""

from __future__ import annotations

from collections import deque

PAIR_SECONDS = 6.0
PAIR_BURST = 45
FINE = 1000


class Limits:
    """Counters by key. ``now`` is passed in, so that the sandbox's clock rules."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}
        self._windows: dict[str, deque[tuple[float, int]]] = {}
        self._used: dict[str, int] = {}
        self._pairs: dict[str, tuple[float, int, float]] = {}

    def take(self, key: str, per_second: float, now: float, cost: float = 1.0) -> bool:
        """A token bucket that holds one second's worth."""
        level, then = self._buckets.get(key, (per_second, now))
        level = min(per_second, level + max(0.0, now - then) * per_second)
        if level < cost:
            self._buckets[key] = (level, now)
            return False
        self._buckets[key] = (level - cost, now)
        return True

    def count(self, key: str, most: int, seconds: float, now: float) -> bool:
        """At most ``most`` calls in any rolling window of that length; a refused call does not count.

        Large windows are counted in 60 slots, so that a day of calls stays small.
        """
        slot = seconds / 60 if most > FINE else 0.0
        stamps = self._windows.setdefault(key, deque())
        while stamps and stamps[0][0] <= now - seconds:
            self._used[key] -= stamps.popleft()[1]
        if self._used.get(key, 0) >= most:
            return False
        if slot and stamps and now < stamps[-1][0] + slot:
            stamps[-1] = (stamps[-1][0], stamps[-1][1] + 1)
        else:
            stamps.append((now, 1))
        self._used[key] = self._used.get(key, 0) + 1
        return True

    def used(self, key: str) -> int:
        return self._used.get(key, 0)

    def pair(self, key: str, now: float) -> bool:
        """WhatsApp: 1 message in 6 s to one person; up to 45 within 6 s, borrowed: then wait until the debt is paid."""
        started, sent, paid_at = self._pairs.get(key, (-1e12, 0, 0.0))
        if now - started < PAIR_SECONDS and 0 < sent < PAIR_BURST:
            self._pairs[key] = (started, sent + 1, paid_at + PAIR_SECONDS)
            return True
        if now >= paid_at:
            self._pairs[key] = (now, 1, now + PAIR_SECONDS)
            return True
        return False

    def clear(self) -> None:
        self._buckets.clear()
        self._windows.clear()
        self._used.clear()
        self._pairs.clear()
