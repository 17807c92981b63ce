"""From the moment a webhook leaves the platform to the flow's answer at the platform."""

from __future__ import annotations

import time
from contextlib import ExitStack
from statistics import median
from time import perf_counter, sleep
from typing import Any

from benchmarks.bodies import body_of, http_of
from benchmarks.filling import empty
from benchmarks.load import run_load
from benchmarks.programs import Program, serving
from benchmarks.report import Result
from benchmarks.rows.automation import have_a_flow
from benchmarks.town import Town
from hubbub.kit.json import JsonValue

PER_SECOND = 100
SECONDS = 4
ROUNDS = 3
PEOPLE = PER_SECOND * SECONDS
PATIENCE_SECONDS = 20.0
PLATFORMS = ("facebook", "instagram", "whatsapp")
"""A Page alone may send 40/s, a number 80/s."""
FLOW: dict[str, JsonValue] = {
    "start": {"actions": [{"type": "set_variable", "name": "asked", "value": "{{message_text}}"}], "next": "answer"},
    "answer": {"actions": [{"type": "send_text", "text": "{{asked}}"}]},
}


def measure_answers(town: Town) -> list[Result]:
    empty(town)
    have_a_flow(town, FLOW)
    people = _known_people(town)
    with ExitStack() as ends:
        edge = ends.enter_context(
            serving(
                "answers_edge",
                ["-m", "hubbub.edge"],
                town.logs,
                health="/health/ready",
                environment={"HUBBUB_EDGE_DATABASE_URL": town.login("edge")},
            )
        )
        lanes = Program("answers_lanes", ["manage.py", "worker"], town.logs)
        ends.callback(lanes.stop)
        _round(town, edge, people, 0)  # warms everything up, and makes the planner's figures worth having
        town.execute("ANALYZE")
        runs = [_round(town, edge, people, number + 1) for number in range(ROUNDS)]
    values = [sorted(one)[int(len(one) * 0.99)] for one in runs]
    return [
        Result(
            what=f"webhook in → a flow's answer at the platform, {PER_SECOND} conversations/s, p99",
            yardstick="–",
            value=median(values) * 1000,
            bar=500,
            unit="ms",
            is_floor=False,
            figures={
                "p50 ms": median(median(one) for one in runs) * 1000,
                "rounds": " / ".join(f"{value * 1000:.0f}" for value in values),
            },
        )
    ]


def _known_people(town: Town) -> list[str]:
    """Customers at the sandbox, in turn on these platforms; each has just written there, and may be answered."""
    people = []
    for number in range(PEOPLE):
        platform, name = PLATFORMS[number % len(PLATFORMS)], f"Person {number}"
        own = town.accounts[platform].external_id
        known = town.control.put(f"/customers/{platform}/{own}/{name}", json={}).raise_for_status().json()
        said = {"platform": platform, "account": own, "from": name, "text": "hello", "wait": False}
        town.control.post("/say", json=said).raise_for_status()
        people.append(known["customer_id"])
    return people


def _round(town: Town, edge: int, people: list[str], number: int) -> list[float]:
    """The delays of all answers, in seconds. Everybody writes once."""
    requests = [_request(town, n, person, f"{number}-{n}") for n, person in enumerate(people)]
    since = _last(town)
    load = run_load(edge, requests, connections=16, seconds=SECONDS, folder=town.folder, per_second=PER_SECOND)
    began = time.time() - (perf_counter() - load.began)
    answered = _answers(town, since)
    return [answered[f"{number}-{n}"] - (began + n / PER_SECOND) for n in range(PEOPLE)]


def _request(town: Town, n: int, person: str, text: str) -> bytes:
    account = town.accounts[PLATFORMS[n % len(PLATFORMS)]]
    body = body_of(account, n, text, later=n / PER_SECOND)
    made_up = f"6681{n:07}" if account.platform == "whatsapp" else f"70000000000{n:06}"
    return http_of(account, body.replace(made_up.encode(), person.encode()))


def _last(town: Town) -> int:
    sends = town.control.get("/ledger", params={"limit": 100_000}).raise_for_status().json()["sends"]
    return int(sends[-1]["n"]) if sends else 0


def _answers(town: Town, since: int) -> dict[str, float]:
    """Text → when it reached the platform, in seconds since the epoch."""
    give_up_at = perf_counter() + PATIENCE_SECONDS
    found: dict[str, float] = {}
    while len(found) < PEOPLE:
        if perf_counter() > give_up_at:
            raise RuntimeError(f"{PEOPLE - len(found)} of {PEOPLE} answers never came.")
        sleep(0.2)
        page = town.control.get("/ledger", params={"since": since, "limit": 5000}).raise_for_status().json()
        found |= {_text_of(send["request"]): send["at"] / 1000 for send in page["sends"]}
    return found


def _text_of(request: dict[str, Any]) -> str:
    return str(request["text"]["body"] if "text" in request else request["message"]["text"])
