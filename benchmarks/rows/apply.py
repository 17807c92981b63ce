"""Apply: from raw delivery to stored message with contact, conversation, counters, dedupe and realtime event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter, sleep
from typing import Any

import psycopg

from benchmarks.filling import acting_as, deliver, empty
from benchmarks.programs import Program
from benchmarks.report import Result
from benchmarks.town import SECRETS, Town
from benchmarks.yardsticks.orm_apply import apply_one

MESSAGES, MESSAGES_OF_ORM = 4000, 150
PEOPLE, NEW_PEOPLE = 500, 50
ROUNDS = 3
PLATFORMS = list(SECRETS)
WARM_UP = 60
"""More than the lane takes one by one after a start."""
POLL_SECONDS = 0.01
"""Whoever looks works on the same two cores: now and then is enough, and one row tells."""
PATIENCE_SECONDS = 120.0
WAITING = "SELECT count(*) FROM (SELECT FROM delivery WHERE processed_at IS NULL LIMIT 1) one"
APPLIED = "SELECT count(*) FROM delivery WHERE state = 'applied'"


def measure_apply(town: Town) -> list[Result]:
    empty(town)
    with inbound_lane(town):
        ours_per_second(town, PLATFORMS, PEOPLE * len(PLATFORMS), people=PEOPLE)
        town.execute("ANALYZE")
        ours = [
            ours_per_second(town, PLATFORMS, MESSAGES, first_person=(number + 1) * NEW_PEOPLE, people=PEOPLE)
            for number in range(ROUNDS)
        ]
    orm = []
    for number in range(ROUNDS):
        first = (ROUNDS + number + 1) * NEW_PEOPLE
        deliver(town, PLATFORMS, MESSAGES_OF_ORM, first_person=first, people=PEOPLE)
        orm.append(_orm_per_second())
    figures: dict[str, float | str] = {"messages/s": median(ours), "the ORM's/s": median(orm)}
    what = "apply, one worker: from raw delivery to stored message"
    return [
        Result(
            what=what,
            yardstick="the ORM, one message at a time",
            value=median(ours) / median(orm),
            bar=12,
            unit="×",
            is_floor=True,
            figures=figures,
        ),
        Result(what=what, yardstick="–", value=median(ours), bar=3000, unit="/s", is_floor=True),
    ]


@contextmanager
def inbound_lane(town: Town) -> Iterator[None]:
    """One worker's inbound lane, a process of its own, warm."""
    lane = Program("inbound_lane", ["manage.py", "worker", "--lanes", "inbound"], town.logs)
    try:
        ours_per_second(town, PLATFORMS, WARM_UP)
        yield
    finally:
        lane.stop()


def ours_per_second(
    town: Town, platforms: list[str], messages: int, *, first_person: int = 0, people: int = PEOPLE
) -> float:
    """Deliver that many at once and wait for the lane; messages applied a second."""
    with town.admin() as admin:
        before = _number(admin, APPLIED)
        deliver(town, platforms, messages, first_person=first_person, people=people)
        begin = perf_counter()
        while _number(admin, WAITING):
            if perf_counter() > begin + PATIENCE_SECONDS:
                raise RuntimeError("The inbound lane did not keep up; its log tells why.")
            sleep(POLL_SECONDS)
        seconds = perf_counter() - begin
        if (applied := _number(admin, APPLIED) - before) != messages:
            raise RuntimeError(f"{applied} of {messages} deliveries were applied.")
    return messages / seconds


def _number(connection: psycopg.Connection[Any], statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    return int(row[0]) if row else 0


def _orm_per_second() -> float:
    with acting_as("inbound") as connection:
        connection.ensure_connection()
        begin, messages = perf_counter(), 0
        while (applied := apply_one()) is not None:
            messages += applied
        return messages / (perf_counter() - begin)
