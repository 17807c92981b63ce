"""Sessions end by themselves when their process is gone without a word."""

from __future__ import annotations

import time

import pytest
from django.db import InternalError, transaction

from hubbub.organizations.database import run
from hubbub.settings.database import SESSION
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("process", ["web", "inbound", "outbound", "automation", "relay", "jobs"])
def test_every_process_has_its_sessions_watched(process: str) -> None:
    with acting_as(process):
        for name, value in SESSION.items():
            if not name.startswith("tcp"):  # over a socket file the server knows of itself
                assert run("SELECT current_setting(%(name)s) AS value", name=name)[0]["value"] == value


def test_locks_of_a_session_that_fell_silent_are_given_back() -> None:
    with acting_as("inbound"), pytest.raises(InternalError, match="idle-in-transaction"):
        fall_silent()


def fall_silent() -> None:
    """Begin a transaction, do nothing until the server has had enough, and go on."""
    with transaction.atomic():
        run("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
        until_ended(run("SELECT pg_backend_pid() AS pid")[0]["pid"])
        run("SELECT 1")


def until_ended(pid: int) -> None:
    deadline = time.monotonic() + 30
    with acting_as("inbound"):
        while run("SELECT 1 FROM pg_stat_activity WHERE pid = %(pid)s", pid=pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)
