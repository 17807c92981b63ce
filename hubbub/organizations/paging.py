"""Lists in pages: where one ended is an opaque word that the next one begins with."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import as_list, dumps, loads
from hubbub.organizations.database import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows, and where the next ones begin (None: there are no more)."""

    rows: list[Row]
    next_cursor: str | None


def page_of(rows: list[Row], limit: int, keys: Sequence[str]) -> Page:
    """`rows` were asked for with one more than `limit`; `keys` are the columns that they are ordered by."""
    shown = rows[:limit]
    has_more = len(rows) > limit
    return Page(rows=shown, next_cursor=write_cursor([shown[-1][key] for key in keys]) if has_more else None)


def newest_first(rows: QuerySet[Any, Row], limit: int, cursor: str | None, *, at: str) -> Page:
    """A page of a `values()` queryset, ordered by the moment in column `at`, then by id."""
    if cursor:
        moment, last = read_cursor(cursor, 2)
        rows = rows.extra(  # noqa: S610 - the column's name is ours, the values are bound
            where=[f'("{at}", "id") < (%s::timestamptz, %s::uuid)'], params=[moment, last]
        )
    return page_of(list(rows.order_by(f"-{at}", "-id")[: limit + 1]), limit, (at, "id"))


def write_cursor(values: Sequence[object]) -> str:
    """Where a page ended, as an opaque word."""
    return base64.urlsafe_b64encode(dumps(list(values))).decode().rstrip("=")


def read_cursor(cursor: str, length: int) -> list[object]:
    """The values of a cursor: a moment, perhaps a position, and an id. Raises InvalidInput for anything else."""
    try:
        values = as_list(loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
        at, *positions, last = values
        moment = datetime.fromisoformat(str(at))
        found: list[object] = [moment, *(_position(value) for value in positions), UUID(str(last))]
    except (ValueError, binascii.Error, InvalidInput):
        found = []
    if len(found) != length or getattr(found[0], "tzinfo", None) is None:
        raise InvalidInput("This cursor is not one that a list of ours gave out; begin without one.")
    return found


def _position(value: object) -> int:
    number = int(str(value))
    if not -(2**31) <= number < 2**31:
        raise InvalidInput("")
    return number
