"""How often somebody may try a password: counted for an account at an address, for an address, and for an account.

The address is the one that our own proxy saw (the last of X-Forwarded-For), never one that a visitor can make up. The
account alone is counted generously, so that a stranger cannot lock its owner out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many failures within so many seconds."""

    most: int
    seconds: int


LIMITS: Final = {
    "both": Limit(most=5, seconds=5 * MINUTE),
    "address": Limit(most=30, seconds=5 * MINUTE),
    "account": Limit(most=100, seconds=60 * MINUTE),
}


def may_try(request: HttpRequest, account: str) -> bool:
    """Whether another password may be tried."""
    return all(int(cache.get(key, 0)) < LIMITS[name].most for name, key in _keys(request, account).items())


def note_failure(request: HttpRequest, account: str) -> None:
    """A password was wrong."""
    for name, key in _keys(request, account).items():
        cache.add(key, 0, LIMITS[name].seconds)
        try:
            cache.incr(key)
        except ValueError:  # it ended just now
            cache.set(key, 1, LIMITS[name].seconds)


def forget_failures(request: HttpRequest, account: str) -> None:
    """Somebody knew the password: what they mistyped before does not count."""
    cache.delete(_keys(request, account)["both"])


def address_of(request: HttpRequest) -> str:
    """Who connected to the proxy in front of us."""
    chain: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return chain.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def _keys(request: HttpRequest, account: str) -> dict[str, str]:
    address, account = address_of(request), account.strip().casefold()
    parts = {"both": f"{account}\n{address}", "address": address, "account": account}
    return {name: f"sign-in:{name}:{hashlib.sha256(part.encode()).hexdigest()}" for name, part in parts.items()}
