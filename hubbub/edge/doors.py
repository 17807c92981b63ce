"""Which paths are webhooks: three forms of the same door."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hubbub.connectors.base import Connector

CHANNEL_PREFIX: Final = "/api/v1/webhooks/"
LONGEST_CHANNEL: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where a call came in. `path_channel` is the channel named in the path, by our id or the platform's."""

    connector: Connector
    path_channel: str | None = None


class Doors:
    """Looks paths up: by one comparison for the fixed ones."""

    def __init__(self, connectors: Iterable[Connector]) -> None:
        self._connectors = {connector.platform: connector for connector in connectors}
        self._fixed: dict[str, Door] = {}
        for platform, connector in self._connectors.items():
            self._open(f"/webhooks/{platform}", Door(connector=connector))
        if facebook := self._connectors.get("facebook"):
            self._open("/api/facebook/webhook", Door(connector=facebook))  # the address of seed 001

    def at(self, path: str) -> Door | None:
        """The door at a path (percent-decoded), with or without a slash at the end; None where there is none."""
        return self._fixed.get(path) or self._of_channel(path)

    def _open(self, path: str, door: Door) -> None:
        self._fixed[path] = self._fixed[path + "/"] = door

    def _of_channel(self, path: str) -> Door | None:
        if not path.startswith(CHANNEL_PREFIX):
            return None
        platform, _, channel = path[len(CHANNEL_PREFIX) :].removesuffix("/").partition("/")
        connector = self._connectors.get(platform)
        if connector is None or not _may_be_an_id(channel):
            return None
        return Door(connector=connector, path_channel=channel)


def _may_be_an_id(text: str) -> bool:
    return 0 < len(text) <= LONGEST_CHANNEL and text.isascii() and text.isprintable() and "/" not in text
