"""Set-based statements: rows go in as one JSON parameter, rows come out as dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from hubbub.kit.json import dumps, loads

Row = dict[str, Any]
JSONB = 3802
"""PostgreSQL's type number. Django hands such columns out as text."""


def run(statement: str, rows: Sequence[Mapping[str, object]] | None = None, **named: Any) -> list[Row]:
    """Execute one statement; `%(rows)s` is the recordset. Returns its rows, if it has any."""
    parameters: dict[str, Any] = dict(named)
    if rows is not None:
        parameters["rows"] = dumps(rows).decode()
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        if cursor.description is None:
            return []
        names = [column.name for column in cursor.description]
        documents = [column.name for column in cursor.description if column.type_code == JSONB]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for name in documents:
        for row in found:
            row[name] = None if row[name] is None else loads(row[name])
    return found
