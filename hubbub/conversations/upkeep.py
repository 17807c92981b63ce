"""Keeps the tables that grow within bounds: days are made ahead and dropped when they are old."""

from __future__ import annotations

from hubbub.organizations.database import run
from hubbub.settings.environment import environment

DAYS_AHEAD = 7


def retention_days() -> dict[str, int]:
    """Partitioned table → for how many days it is kept (settings)."""
    settings = environment()
    return {
        "delivery": settings.delivery_retention_days,
        "event": settings.event_retention_days,
        "realtime_event": settings.realtime_retention_days,
        "platform_call": settings.call_log_retention_days,
        "automation_log": settings.event_retention_days,
    }


def keep_partitions() -> None:
    """Make the coming days and drop the expired ones, one table after the other."""
    for table, days in retention_days().items():
        run("SELECT ensure_partitions(%(table)s, %(days)s)", table=table, days=DAYS_AHEAD)
        run("SELECT drop_expired_partitions(%(table)s, %(days)s)", table=table, days=days)
    run("SELECT purge_remembered()")
    run("SELECT purge_runs(%(days)s)", days=environment().flow_run_retention_days)
