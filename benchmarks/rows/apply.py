"""Apply: from raw delivery to stored message with contact, conversation, counters, dedupe and realtime event."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from benchmarks.filling import acting_as, deliver, empty
from benchmarks.report import Result
from benchmarks.town import SECRETS, Town
from benchmarks.yardsticks.orm_apply import apply_one

MESSAGES, MESSAGES_OF_ORM = 2000, 150
PEOPLE, NEW_PEOPLE = 500, 50
ROUNDS = 3
PLATFORMS = list(SECRETS)


def measure_apply(town: Town) -> list[Result]:
    empty(town)
    deliver(town, PLATFORMS, PEOPLE * len(PLATFORMS), people=PEOPLE)
    ours_per_second(town)
    town.execute("ANALYZE")
    ours, orm = [], []
    for number in range(ROUNDS):
        deliver(town, PLATFORMS, MESSAGES, first_person=(number + 1) * NEW_PEOPLE, people=PEOPLE)
        ours.append(ours_per_second(town))
        deliver(town, PLATFORMS, MESSAGES_OF_ORM, first_person=(number + 1) * NEW_PEOPLE, people=PEOPLE)
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


def ours_per_second(_town: Town) -> float:
    """Apply all that waits, as the inbound lane does; messages a second."""
    from hubbub.inbound.pipeline import apply_deliveries
    from hubbub.inbound.worker import BATCH

    with acting_as("inbound") as connection:
        connection.ensure_connection()
        begin, messages = perf_counter(), 0
        while (applied := apply_deliveries(BATCH)).deliveries:
            messages += applied.messages
        seconds = perf_counter() - begin
    if not messages:
        raise RuntimeError("Nothing was applied.")
    return messages / seconds


def _orm_per_second() -> float:
    with acting_as("inbound") as connection:
        connection.ensure_connection()
        begin, messages = perf_counter(), 0
        while (applied := apply_one()) is not None:
            messages += applied
        return messages / (perf_counter() - begin)
