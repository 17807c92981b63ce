"""Where the next page of a list begins."""

from __future__ import annotations

from typing import Any

from hubbub.organizations.paging import read_cursor


def after_cursor(cursor: str | None, table: str) -> tuple[str, dict[str, Any]]:
    """The condition behind a cursor of a list that is ordered by `created_at` and `id`, newest first; its values."""
    if not cursor:
        return "", {}
    at, last = read_cursor(cursor, 2)
    return f"AND ({table}.created_at, {table}.id) < (%(at)s::timestamptz, %(last)s::uuid)", {"at": at, "last": last}
