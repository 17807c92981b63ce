"""The outer mutex of a conversation, in Redis where there is one. Never the only truth: the lease is.

Redis' client is imported where a Redis is configured: with all that it brings along it takes 8 MB of every worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from hubbub.settings.environment import environment

if TYPE_CHECKING:
    from redis import Redis
    from redis.lock import Lock

HOLD_SECONDS = 60.0


@lru_cache(maxsize=1)
def _client() -> Redis | None:
    url = environment().redis_url
    if url is None:
        return None
    from redis import Redis

    return Redis.from_url(url.get_secret_value(), socket_timeout=1.0)


@contextmanager
def outer_mutex(conversation_id: UUID) -> Iterator[bool]:
    """True while we hold it, or when there is no Redis, or when Redis is away; False when somebody else holds it."""
    client = _client()
    if client is None:
        yield True
        return
    from redis.exceptions import RedisError

    lock = client.lock(f"hubbub:conversation:{conversation_id}", timeout=HOLD_SECONDS, blocking=False)
    try:
        is_held = lock.acquire()
    except RedisError:
        yield True
        return
    try:
        yield bool(is_held)
    finally:
        if is_held:
            _let_go(lock)


def _let_go(lock: Lock) -> None:
    from redis.exceptions import LockError, RedisError

    try:
        lock.release()
    except (LockError, RedisError):
        return  # it ran out, or Redis went away: the lease decides anyway
