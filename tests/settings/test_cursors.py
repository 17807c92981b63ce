"""Statements share one cursor of a connection, and no cursor outlives its connection."""

from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from hubbub.organizations.database import run

pytestmark = pytest.mark.usefixtures("database")


def ours() -> int:
    found: int = run("SELECT pg_backend_pid() AS pid")[0]["pid"]
    return found


def test_a_connection_that_was_closed_takes_its_cursor_along() -> None:
    before = ours()
    connection.close()
    assert ours() != before
    assert run("SELECT %(n)s::int AS n", n=7) == [{"n": 7}]


def test_a_statement_that_failed_leaves_the_next_one_alone() -> None:
    with pytest.raises(DataError), transaction.atomic():
        run("SELECT 1 / %(n)s::int AS n", n=0)
    assert run("SELECT 1 AS n") == [{"n": 1}]
    assert run("SET LOCAL lock_timeout = '1s'") == []


def test_queries_can_still_be_captured() -> None:
    run("SELECT 1 AS n")
    with CaptureQueriesContext(connection) as captured:
        run("SELECT 2 AS n")
    run("SELECT 3 AS n")
    assert [one["sql"] for one in captured.captured_queries] == ["SELECT 2 AS n"]
