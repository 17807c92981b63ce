"""Which calls a killed sender left behind."""

from __future__ import annotations

import time

import psycopg

STILL_WORKING = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'hubbub_outbound'"
"""Postgres ends the statement of a client that died, and may even commit it."""
SENDING = "SELECT m.text FROM outbox o JOIN message m ON m.id = o.message_id WHERE o.state = 'sending'"
PATIENCE = 60
"""Postgres itself may just have been killed."""


def left_sending(url: str) -> set[str]:
    """Texts of the messages in `sending`, once everything that the dead sender asked for is done."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with psycopg.connect(url, connect_timeout=2, autocommit=True) as admin:
                return _left(admin, deadline)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def _left(admin: psycopg.Connection, deadline: float) -> set[str]:
    while admin.execute(STILL_WORKING).fetchone() != (0,):
        if time.monotonic() > deadline:
            raise TimeoutError("The dead sender's connections did not end.")
        time.sleep(0.01)
    return {str(row[0]) for row in admin.execute(SENDING).fetchall()}
