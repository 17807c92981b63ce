"""Tables that grow are cut into days; every job that is asked for exists."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from hubbub.conversations import tasks, upkeep
from hubbub.kit import clock
from hubbub.organizations.database import run
from hubbub.organizations.jobs import QUEUES, defer_many
from hubbub.organizations.retries import DELAYS_SECONDS, Backoff, is_last_attempt
from tests.support.roles import acting_as
from tests.support.world import admin_url

pytestmark = pytest.mark.usefixtures("database")

HUBBUB = Path(__file__).resolve().parents[2] / "hubbub"


def days_of(table: str) -> set[str]:
    rows = run(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " JOIN pg_class p ON p.oid = i.inhparent WHERE p.relname = %(table)s",
        table=table,
    )
    return {row["relname"] for row in rows}


def make_day(table: str, days_ago: int) -> str:
    """A partition of a day long past, as if it had been made then."""
    day = clock.now().date() - timedelta(days=days_ago)
    name = f"{table}_{day:%Y%m%d}"
    with psycopg.connect(admin_url(), autocommit=True) as admin:
        start, end = f"{day} 00:00+00", f"{day + timedelta(days=1)} 00:00+00"
        admin.execute(f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES FROM ('{start}') TO ('{end}')")
        (owner,) = admin.execute("SELECT tableowner FROM pg_tables WHERE tablename = %s", [table]).fetchone() or ("",)
        admin.execute(f'ALTER TABLE {name} OWNER TO "{owner}"')
    return name


@pytest.mark.parametrize("table", upkeep.retention_days())
def test_days_are_made_ahead_and_dropped_when_they_are_old(table: str) -> None:
    days = upkeep.retention_days()[table]
    old, young = make_day(table, days + 1), make_day(table, days) if days > 1 else None
    with acting_as("jobs"):
        tasks.keep_partitions.func(timestamp=0)
    present = days_of(table)
    tomorrow = clock.now().date() + timedelta(days=upkeep.DAYS_AHEAD)
    assert old not in present
    assert young is None or young in present
    assert f"{table}_{tomorrow:%Y%m%d}" in present
    assert f"{table}_default" in present


def test_every_partitioned_table_is_looked_after() -> None:
    rows = run("SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid")
    assert {row["relname"] for row in rows} == set(upkeep.retention_days())


def deferred_names() -> set[str]:
    """Every task that some line of the product defers by name."""
    names = set()
    for path in HUBBUB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("defer", "defer_many"):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    names.add(str(first.value))
    return names


def test_every_job_that_is_asked_for_exists_in_the_queue_that_it_is_put_in() -> None:
    names = deferred_names()
    assert {"conversations.store_attachment", "contacts.fetch_profile", "channels.sync_templates"} <= names
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    for name in names:
        assert app.tasks[name].queue == QUEUES[name.partition(".")[0]]


def test_jobs_are_enqueued_with_the_transaction_or_not_at_all() -> None:
    marker = str(uuid4())
    from django.db import transaction

    with acting_as("inbound"):
        with transaction.atomic():
            defer_many("contacts.fetch_profile", [{"organization_id": marker, "identity_id": marker}])
            transaction.set_rollback(True)
        defer_many("contacts.fetch_profile", [])
    with acting_as("jobs"):
        assert not run("SELECT FROM procrastinate_jobs WHERE args ->> 'identity_id' = %(id)s", id=marker)


def test_a_job_is_tried_again_after_growing_pauses_and_then_has_failed() -> None:
    def after(attempts: int) -> float | None:
        job = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=attempts)
        decision = Backoff().get_retry_decision(exception=ValueError(), job=job)
        return (
            None if decision is None or decision.retry_at is None else (decision.retry_at - clock.now()).total_seconds()
        )

    pauses = [after(attempts) for attempts in range(len(DELAYS_SECONDS))]
    assert [round(pause or 0) for pause in pauses] == list(DELAYS_SECONDS)
    assert after(len(DELAYS_SECONDS)) is None
    assert is_last_attempt(len(DELAYS_SECONDS))
    assert not is_last_attempt(len(DELAYS_SECONDS) - 1)
