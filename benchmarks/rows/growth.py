"""How cost grows with what is stored: apply, the list and a thread at 1k, 10k, 100k and 1M conversations."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from time import perf_counter

from benchmarks.filling import conversation_ids, empty, preload
from benchmarks.load import request, run_load
from benchmarks.programs import serving
from benchmarks.report import Result
from benchmarks.rows.apply import inbound_lane, ours_per_second
from benchmarks.rows.listing import HEALTH, list_request
from benchmarks.town import Town

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MESSAGES = 2000
PEOPLE = 900
CONNECTIONS = 4
SECONDS = 1.5
ROUNDS = 3
APPLIES = 5
"""The first ones come while the server still writes out what was stored a moment before."""
PAGES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    """At one size: messages applied a second, and milliseconds of the 95th of a hundred reads."""

    apply: float
    listing: float
    thread: float
    page: float
    """In the database alone."""


def measure_growth(town: Town) -> list[Result]:
    costs, stored = {}, 0
    with serving("growth_web", ["manage.py", "web"], town.logs, health=HEALTH) as web, inbound_lane(town):
        empty(town)  # also of whom the lane was warmed with
        for size in SIZES:
            preload(town, "facebook", stored, size - 1)
            stored = size
            costs[size] = _cost(town, web)
    empty(town)
    first = costs[SIZES[0]]
    worst = min(costs.values(), key=lambda one: one.apply)
    sizes = {f"{size:,}": cost for size, cost in costs.items()}

    def slower(what: str, values: dict[str, float]) -> Result:
        begin = next(iter(values.values()))
        return Result(
            what=f"{what}, p95, at up to {SIZES[-1]:,} conversations stored",
            yardstick=f"at {SIZES[0]:,}",
            value=max(values.values()) / begin,
            bar=2,
            unit="×",
            is_floor=False,
            figures={f"ms at {name}": value for name, value in values.items()},
        )

    return [
        Result(
            what=f"apply at up to {SIZES[-1]:,} conversations stored",
            yardstick=f"at {SIZES[0]:,}",
            value=100 * worst.apply / first.apply,
            bar=80,
            unit="%",
            is_floor=True,
            figures={f"messages/s at {name}": cost.apply for name, cost in sizes.items()},
        ),
        slower("conversation list", {name: cost.listing for name, cost in sizes.items()}),
        slower("thread", {name: cost.thread for name, cost in sizes.items()}),
        Result(
            what=f"first page of {SIZES[-1]:,} conversations in the database, p95",
            yardstick="–",
            value=costs[SIZES[-1]].page,
            bar=40,
            unit="ms",
            is_floor=False,
            figures={f"ms at {name}": cost.page for name, cost in sizes.items()},
        ),
    ]


def _cost(town: Town, web: int) -> _Cost:
    applied = [
        ours_per_second(town, ["facebook"], MESSAGES, first_person=number, people=PEOPLE) for number in range(APPLIES)
    ]
    authorization = {"Authorization": f"Bearer {town.key}"}
    threads = [
        request("GET", f"/api/v1/conversations/{one}/messages?limit=50", authorization)
        for one in conversation_ids(town, 200)
    ]
    return _Cost(
        apply=median(applied),
        listing=_p95(town, web, [list_request(town.key)]),
        thread=_p95(town, web, threads),
        page=_page_ms(town),
    )


def _page_ms(town: Town) -> float:
    """The list's own statement, as the row-level-security role, until its rows are here."""
    from hubbub.conversations.listing import Wanted, conversation_list_sql
    from hubbub.organizations.database import run
    from hubbub.organizations.scope import organization_scope

    statement, values = conversation_list_sql(Wanted(organization_id=town.tenant.id))
    took = []
    for _ in range(PAGES):
        with organization_scope(town.tenant.id):
            began = perf_counter()
            run(statement, **values)
            took.append((perf_counter() - began) * 1000)
    return sorted(took)[round(PAGES * 0.95)]


def _p95(town: Town, web: int, requests: list[bytes]) -> float:
    loads = [
        run_load(web, requests, connections=CONNECTIONS, seconds=SECONDS, folder=town.folder) for _ in range(ROUNDS)
    ]
    if failures := sum(one.failures for one in loads):
        raise RuntimeError(f"{failures} answers were not 200.")
    return median(one.p95 for one in loads)
