"""Ids, made before the insert: UUID version 7 (RFC 9562), ordered by time, strictly increasing within a process."""

import os
import random
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, SafeUUID

from hubbub.kit import clock

_COUNTER_END = 1 << 12
_LOWEST_62_BITS = (1 << 62) - 1
_SEEDED_START_MS = 1_767_225_600_000
"""2026-01-01: the time in seeded ids while the clock is not frozen, so that runs can be compared."""


class _Generator:
    """RFC 9562 §6.2 method 1: a 12-bit counter in rand_a that starts low in each millisecond; 62 random bits."""

    def __init__(self, random_bits: Callable[[int], int], milliseconds: Callable[[], int]) -> None:
        self._random_bits = random_bits
        self._milliseconds = milliseconds
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def next(self) -> UUID:
        bits = self._random_bits(73)
        with self._lock:
            now = self._milliseconds()
            if now > self._last_ms:
                self._last_ms, self._counter = now, bits >> 62
            else:  # the same millisecond, or the clock went back
                self._counter += 1
                if self._counter == _COUNTER_END:
                    self._last_ms, self._counter = self._last_ms + 1, bits >> 62
            ordered = self._last_ms << 16 | 0x7000 | self._counter
        return _uuid(ordered << 64 | 1 << 63 | bits & _LOWEST_62_BITS)


def _uuid(number: int) -> UUID:
    """`UUID(int=number)` without its checks of seven arguments, which take longer than all the rest of an id."""
    one = object.__new__(UUID)
    object.__setattr__(one, "int", number)
    object.__setattr__(one, "is_safe", SafeUUID.unknown)
    return one


def _system_generator() -> _Generator:
    # Seeded by the system, then fast: ids must differ, not be unguessable.
    return _Generator(random.Random().getrandbits, clock.epoch_ms)  # noqa: S311


def _seeded_milliseconds() -> int:
    return clock.epoch_ms() if clock.is_frozen() else _SEEDED_START_MS


_generator = _system_generator()


def new_id() -> UUID:
    """A new UUIDv7: later ids of this process compare greater. Not a secret; use `new_token` for those."""
    return _generator.next()


def new_token(nbytes: int = 32) -> str:
    """A secret of `nbytes` random bytes, safe in URLs (base64url without padding)."""
    return secrets.token_urlsafe(nbytes)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Makes the ids of the whole process repeatable, for tests and simulations. `new_token` stays random."""
    global _generator
    before = _generator
    _generator = _Generator(random.Random(seed).getrandbits, _seeded_milliseconds)  # noqa: S311
    try:
        yield
    finally:
        _generator = before


def _start_anew_after_fork() -> None:
    # A lock held by another thread at the moment of the fork would never be released in the child.
    global _generator
    _generator = _system_generator()


os.register_at_fork(after_in_child=_start_anew_after_fork)
