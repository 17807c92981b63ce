"""Slow or rare work, enqueued in the caller's transaction. Layers meet by the task's name and ids as arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from procrastinate.contrib.django import app

from hubbub.kit.json import JsonValue

QUEUES = {
    "conversations": "media",
    "contacts": "profiles",
    "channels": "channels",
    "maintenance": "maintenance",
    "reminders": "reminders",
    "desk": "desk",
}
"""By the first word of the task's name: a flood of pictures does not delay a token check."""


def defer(name: str, *, at: datetime | None = None, **arguments: JsonValue) -> None:
    """Enqueue one job; it starts after the transaction commits, and not before `at`."""
    defer_many(name, [arguments], at=at)


def defer_many(
    name: str, arguments: Sequence[Mapping[str, JsonValue]], *, at: datetime | None = None, priority: int = 0
) -> None:
    """Enqueue many jobs of one task with one statement; a higher priority goes first."""
    if not arguments:
        return
    queue = QUEUES[name.partition(".")[0]]
    when = {"schedule_at": at} if at else {}
    task = app.configure_task(name, queue=queue, allow_unknown=True, priority=priority, **when)
    task.batch_defer(*(dict(one) for one in arguments))
