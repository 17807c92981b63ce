"""Moments come out of the database as they went in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, connection, transaction

from hubbub.settings.postgresql.base import MomentLoader

pytestmark = pytest.mark.usefixtures("database")

SAID = (
    ("2026-11-21 18:19:37.123456+00", datetime(2026, 11, 21, 18, 19, 37, 123456, tzinfo=UTC)),
    ("2026-11-21 18:19:37.1+00", datetime(2026, 11, 21, 18, 19, 37, 100000, tzinfo=UTC)),
    ("2026-11-21 18:19:37+00", datetime(2026, 11, 21, 18, 19, 37, tzinfo=UTC)),
    ("2026-11-22 01:19:37+07", datetime(2026, 11, 21, 18, 19, 37, tzinfo=UTC)),
    ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
    ("9999-12-31 23:59:59.999999+00", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
)


def read(value: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [value])
        row = cursor.fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(("text", "moment"), SAID)
def test_a_moment_is_read_in_utc_to_the_microsecond(text: str, moment: datetime) -> None:
    found = read(text)
    assert found == moment
    assert found.tzinfo is UTC


def test_a_session_of_another_zone_gives_the_same_moments() -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL TimeZone = 'Asia/Kolkata'")
        found = read("2026-11-21 18:19:37.5+00")
    assert (found, found.tzinfo) == (datetime(2026, 11, 21, 18, 19, 37, 500000, tzinfo=UTC), UTC)


@pytest.mark.parametrize("value", ["infinity", "0044-03-15 12:00:00+00 BC", "12026-01-01 00:00:00+00"])
def test_what_python_has_no_moment_for_is_refused(value: str) -> None:
    with pytest.raises(DataError):
        read(value)


def test_every_connection_reads_them_our_way() -> None:
    connection.ensure_connection()
    oid = connection.connection.adapters.types["timestamptz"].oid
    assert connection.connection.adapters.get_loader(oid, 0) is MomentLoader
