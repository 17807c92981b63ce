"""Slow or rare work, enqueued in the caller's transaction. Layers meet by the task's name and ids as arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run

QUEUES = {
    "conversations": "media",
    "contacts": "profiles",
    "channels": "channels",
    "maintenance": "maintenance",
    "reminders": "reminders",
    "desk": "desk",
}
"""By the first word of the task's name: a flood of pictures does not delay a token check."""
DEFER = """
SELECT procrastinate_defer_jobs_v1(array_agg(
       ROW(%(queue)s, %(name)s, %(priority)s, NULL, NULL, r.arguments, %(at)s::timestamptz
       )::procrastinate_job_to_defer_v1))
  FROM jsonb_array_elements(%(rows)s::jsonb) AS r (arguments)
"""
"""Procrastinate's own function; its Python does the same with one value object a job, at ten times the cost."""


def defer(name: str, *, at: datetime | None = None, **arguments: JsonValue) -> None:
    """Enqueue one job; it starts after the transaction commits, and not before `at`."""
    defer_many(name, [arguments], at=at)


def defer_many(
    name: str, arguments: Sequence[Mapping[str, JsonValue]], *, at: datetime | None = None, priority: int = 0
) -> None:
    """Enqueue many jobs of one task with one statement; a higher priority goes first."""
    if not arguments:
        return
    run(DEFER, arguments, queue=QUEUES[name.partition(".")[0]], name=name, priority=priority, at=at)
