"""Fetches the files that a send names by URL, as the platform would, as far as loopback reaches."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Fetched:
    status: int
    mime: str
    size: int
    content: bytes


async def fetch(world: World, url: str, timeout: float) -> Fetched | None:
    """None when the URL cannot be reached from here (a public host): then nothing is judged."""
    return None
