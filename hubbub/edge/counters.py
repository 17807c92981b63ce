"""What this edge has done since it started, per platform."""

from __future__ import annotations

from collections import defaultdict


class Counters:
    """Plain numbers: `count("line", "stored")`. Names are written once in the code that counts."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))

    def count(self, platform: str, what: str, by: int = 1) -> None:
        self._counts[platform][what] += by

    def snapshot(self) -> dict[str, dict[str, int]]:
        """Platform → what → how often."""
        return {platform: dict(counts) for platform, counts in self._counts.items()}
