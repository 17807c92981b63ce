"""Running a part of the product as the database role that it has in production."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from hubbub.settings.database import database_of
from hubbub.settings.postgresql.base import DatabaseWrapper


@contextmanager
def acting_as(process: str) -> Iterator[Any]:
    """The default connection signs in as another process ("inbound", "outbound", …) within the block; yields it."""
    before = connections["default"]
    entry = database_of(process)
    entry["OPTIONS"].pop("pool", None)  # closed with the block
    settings = connections.configure_settings({"default": entry})
    wrapper = DatabaseWrapper(settings["default"], "default")
    connections["default"] = wrapper
    try:
        yield wrapper
    finally:
        wrapper.close()
        connections["default"] = before
