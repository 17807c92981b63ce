"""The lease cycle while somebody holds an old snapshot open: what passed since then cannot be cleaned away."""

from __future__ import annotations

from statistics import median
from time import perf_counter, sleep

import psycopg

from benchmarks.filling import acting_as, deliver, empty
from benchmarks.report import Result
from benchmarks.town import Town

PASSED = 1_000_000
AT_ONCE = 100_000
CYCLES = 15
PASS = (
    f"""INSERT INTO delivery (id, received_at, platform, body, size_bytes)
        SELECT gen_random_uuid(), now(), 'line', 'x', 1 FROM generate_series(1, {AT_ONCE})""",
    "UPDATE delivery SET processed_at = now(), state = 'applied' WHERE processed_at IS NULL",
)
DONE = "UPDATE delivery SET processed_at = hubbub_now(), state = 'applied' WHERE id = ANY(%(ids)s::uuid[])"


def measure_snapshot(town: Town) -> list[Result]:
    empty(town)
    fresh = _cycles(town)
    with psycopg.connect(town.postgres.superuser_url("hubbub")) as old:
        old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        old.execute("SELECT count(*) FROM delivery")
        town.execute(*PASS * (PASSED // AT_ONCE))
        aged = _cycles(town)
    empty(town)
    return [
        Result(
            what=f"lease cycle with an old snapshot open and {PASSED:,} rows passed since",
            yardstick="the same, fresh",
            value=aged / fresh,
            bar=2,
            unit="×",
            is_floor=False,
            figures={"fresh ms": fresh * 1000, "old ms": aged * 1000},
        )
    ]


def _cycles(town: Town) -> float:
    """Seconds to lease a batch and mark it as done; the median. The floor is where a worker's is after 15 s."""
    from hubbub.inbound.lease import RESCAN_SECONDS, ScanFloor
    from hubbub.inbound.worker import BATCH

    seconds, floor = [], ScanFloor()
    with acting_as("inbound") as connection:
        connection.ensure_connection()
        floor.refresh()
        sleep(RESCAN_SECONDS + 0.1)
        floor.refresh()
        for _ in range(CYCLES):
            deliver(town, ["line"], BATCH)
            seconds.append(_cycle(floor.floor))
    return median(seconds)


def _cycle(floor: int) -> float:
    from django.db import transaction

    from hubbub.inbound.lease import lease
    from hubbub.inbound.worker import BATCH
    from hubbub.organizations.database import run

    begin = perf_counter()
    with transaction.atomic():
        leased = lease(BATCH, floor=floor)
        run(DONE, ids=[one.id for one in leased])
    if len(leased) != BATCH:
        raise RuntimeError(f"{len(leased)} deliveries were leased.")
    return perf_counter() - begin
