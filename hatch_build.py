"""Puts the built web app into wheels and source distributions. An editable install builds nothing: `make run` does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "web"))
import build as web


class WebAppHook(BuildHookInterface[Any]):
    """Called by hatchling."""

    def dependencies(self) -> list[str]:
        """A Node from a wheel, only where the machine has none and one is needed."""
        return [web.NODE_WHEEL] if self._is_needed() and not web.has_node() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is stale; npm's last lines are in the error."""
        if version != "editable" and self._is_needed():
            web.build()

    def _is_needed(self) -> bool:
        return not web.is_skipped() and web.is_stale()
