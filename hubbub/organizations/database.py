"""Set-based statements: rows go in as one JSON parameter, rows come out as dictionaries."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, connections
from psycopg.pq import ExecStatus

from hubbub.kit.json import dumps, loads
from hubbub.processes.roles import refuse_dangerous_role
from hubbub.settings.database import PROCESS_VARIABLE, database_of, logins

Row = dict[str, Any]
JSONB = 3802
"""PostgreSQL's type number. Django hands such columns out as text."""


def run(statement: str, rows: Sequence[Mapping[str, object]] | None = None, **named: Any) -> list[Row]:
    """Execute one statement; `%(rows)s` is the recordset. Returns its rows, if it has any."""
    parameters = {name: _array(value) if isinstance(value, list) else value for name, value in named.items()}
    if rows is not None:
        parameters["rows"] = dumps(rows).decode()
    cursor = connection.kept_cursor()  # type: ignore[attr-defined]
    cursor.execute(statement, parameters)
    plain = cursor.cursor  # past Django's wrapper and psycopg's descriptions, which cost more than the rows
    result = plain.pgresult
    if result is None or result.status != ExecStatus.TUPLES_OK:
        return []
    names = [result.fname(place).decode() for place in range(result.nfields)]
    documents = [name for place, name in enumerate(names) if result.ftype(place) == JSONB]
    found = [dict(zip(names, row, strict=True)) for row in plain.fetchall()]
    for name in documents:
        for row in found:
            row[name] = None if row[name] is None else loads(row[name])
    return found


def _array(values: list[Any]) -> Any:
    """Ids as the text of an array, which costs a tenth of what psycopg takes for a list of them."""
    if not values or not isinstance(values[0], UUID):
        return values
    return f"{{{dumps(values)[1:-1].decode()}}}"


def columns(value: Any) -> Row:
    """The fields of a flat dataclass as one row."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def sign_in_as(process: str) -> None:
    """From now on the default connection of this thread and later ones is another process's role.

    For processes that were forked before any connection was open. Raises ConfigurationError when the role could step
    round row-level security.
    """
    os.environ[PROCESS_VARIABLE] = process
    connections.settings["default"] = connections.configure_settings({"default": database_of(process)})["default"]
    connections["default"] = connections.create_connection("default")
    refuse_wrong_role(process)


def refuse_wrong_role(process: str) -> None:
    """Raise ConfigurationError unless the default connection is this process's own, harmless role."""
    connection.ensure_connection()
    refuse_dangerous_role(connection.connection, logins().role_of(process))
    connection.close()
