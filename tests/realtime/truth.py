"""What the table of events says, to compare with what a tab heard."""

from __future__ import annotations

import time

from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant
from tests.support.webprocess import PATIENCE, Tab


def numbered(tenant: Tenant, after: int = 0) -> list[tuple[int, str]]:
    """The truth: every event's number and subject, from the table."""
    statement = """SELECT seq, subject_id FROM realtime_event
                    WHERE organization_id = %(id)s AND seq > %(after)s ORDER BY seq"""
    with organization_scope(tenant.id):
        return [(row["seq"], str(row["subject_id"])) for row in run(statement, id=tenant.id, after=after)]


def numbered_when_done(tenant: Tenant) -> list[tuple[int, str]]:
    statement = "SELECT count(*) AS n FROM realtime_event WHERE organization_id = %(id)s AND seq IS NULL"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with organization_scope(tenant.id):
            if run(statement, id=tenant.id)[0]["n"] == 0:
                return numbered(tenant)
        time.sleep(0.01)
    raise AssertionError("The relay does not number.")


def heard(one: Tab) -> list[tuple[int, str]]:
    return [(event["seq"], event["subject_id"]) for event in one.events]


def apply(one: Tab, state: dict[str, int], since: int, tenant: Tenant) -> int:
    """As a client does: events in order, and everything afresh after a reset. A gap or a repetition would show."""
    for name, argument in one.heard:
        if name == "reset":
            since = argument["last_seq"]
            state.clear()
            state.update({subject: seq for seq, subject in numbered(tenant) if seq <= since})
        elif name == "events":
            for event in argument["events"]:
                assert event["seq"] == since + 1
                state[event["subject_id"]] = since = event["seq"]
            assert since == argument["last_seq"]
    return since
