"""The list of conversations through the API, as the row-level-security role."""

from __future__ import annotations

from statistics import median

from benchmarks.filling import empty, preload
from benchmarks.load import Load, request, run_load
from benchmarks.programs import serving
from benchmarks.report import Result
from benchmarks.rows.acks import granian
from benchmarks.town import Town

CONVERSATIONS = 10_000
CONNECTIONS = 32
SECONDS = 2.0
PACED_PER_SECOND, PACED_SECONDS = 100, 4.0
ROUNDS = 3
HEALTH = "/health/ready"


def measure_list(town: Town) -> list[Result]:
    empty(town)
    preload(town, "facebook", 0, CONVERSATIONS - 1)
    api, bare, paced = _measure(town)
    if failures := sum(one.failures for one in (*api, *bare, *paced)):
        raise RuntimeError(f"{failures} answers were not 200.")
    ours, theirs = median(one.per_second for one in api), median(one.per_second for one in bare)
    return [
        Result(
            what=f"conversation list through the API, c={CONNECTIONS}, as the row-level-security role",
            yardstick="a bare Django view with the same SQL",
            value=100 * ours / theirs,
            bar=60,
            unit="%",
            is_floor=True,
            figures={"lists/s": ours, "the bare view's/s": theirs},
        ),
        Result(
            what=f"conversation list through the API at {PACED_PER_SECOND}/s, p99",
            yardstick="–",
            value=median(one.p99 for one in paced),
            bar=150,
            unit="ms",
            is_floor=False,
            figures={"p50 ms": median(one.p50 for one in paced)},
        ),
    ]


def list_request(key: str, query: str = "?limit=50") -> bytes:
    return request("GET", f"/api/v1/conversations{query}", {"Authorization": f"Bearer {key}"})


def _measure(town: Town) -> tuple[list[Load], list[Load], list[Load]]:
    from hubbub.conversations.listing import Wanted, conversation_list_sql
    from hubbub.kit.json import dumps

    statement, values = conversation_list_sql(Wanted(organization_id=town.tenant.id))
    environment = {
        "BENCH_DATABASE_URL": town.login("web"),
        "BENCH_ORGANIZATION": str(town.tenant.id),
        "BENCH_STATEMENT": statement,
        "BENCH_VALUES": dumps(values).decode(),
    }
    yardstick = granian("benchmarks.servers.django_list:application")
    ours, theirs = [list_request(town.key)], [request("GET", "/conversations", {})]
    api, bare, paced = [], [], []
    with (
        serving("list_web", ["manage.py", "web"], town.logs, health=HEALTH) as web,
        serving("list_bare", yardstick, town.logs, health="/", environment=environment) as view,
    ):
        for _ in range(ROUNDS):
            api.append(run_load(web, ours, connections=CONNECTIONS, seconds=SECONDS, folder=town.folder))
            bare.append(run_load(view, theirs, connections=CONNECTIONS, seconds=SECONDS, folder=town.folder))
            paced.append(
                run_load(
                    web,
                    ours,
                    connections=CONNECTIONS,
                    seconds=PACED_SECONDS,
                    folder=town.folder,
                    per_second=PACED_PER_SECOND,
                )
            )
    return api, bare, paced
