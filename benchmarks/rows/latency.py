"""From the moment a webhook leaves the platform to the first API answer that shows the message."""

from __future__ import annotations

import http.client
import threading
from contextlib import ExitStack
from statistics import median
from time import perf_counter, sleep

from benchmarks.bodies import body_of, http_of
from benchmarks.filling import empty
from benchmarks.load import run_load
from benchmarks.programs import Program, serving
from benchmarks.report import Result
from benchmarks.town import Town
from hubbub.kit.json import loads

PER_SECOND = 200
SECONDS = 4
ROUNDS = 3
PEOPLE = 50
"""Fewer than a page of the list, so that whatever is newest from each is on it."""
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 20.0


def measure_latency(town: Town) -> list[Result]:
    empty(town)
    runs = []
    with ExitStack() as ends:
        edge = ends.enter_context(
            serving(
                "latency_edge",
                ["-m", "hubbub.edge"],
                town.logs,
                health="/health/ready",
                environment={"HUBBUB_EDGE_DATABASE_URL": town.login("edge")},
            )
        )
        web = ends.enter_context(serving("latency_web", ["manage.py", "web"], town.logs, health="/health/ready"))
        lanes = Program("latency_lanes", ["manage.py", "worker"], town.logs)
        ends.callback(lanes.stop)
        _round(town, edge, web, 0)  # warms everything up, and makes the planner's figures worth having
        town.execute("ANALYZE")
        runs = [_round(town, edge, web, number + 1) for number in range(ROUNDS)]
    what = f"webhook in → first API read that shows it, {PER_SECOND} messages/s"

    def result(share: float, bar: float) -> Result:
        values = [sorted(one)[int(len(one) * share)] for one in runs]
        return Result(
            what=f"{what}, p{share * 100:.0f}",
            yardstick="–",
            value=median(values) * 1000,
            bar=bar,
            unit="ms",
            is_floor=False,
            figures={"rounds": " / ".join(f"{value * 1000:.0f}" for value in values)},
        )

    return [result(0.5, 60), result(0.99, 300)]


def _round(town: Town, edge: int, web: int, number: int) -> list[float]:
    """The delays of all messages, in seconds. A person's message counts as shown with any later one of theirs."""
    account = town.accounts["facebook"]
    count = PER_SECOND * SECONDS
    first = number * count
    requests = [
        http_of(account, body_of(account, (first + n) % PEOPLE, f"{first + n}", later=n / PER_SECOND))
        for n in range(count)
    ]
    poller = _Poller(web, town.key, first, count)
    poller.start()
    load = run_load(edge, requests, connections=16, seconds=SECONDS, folder=town.folder, per_second=PER_SECOND)
    if load.failures:
        raise RuntimeError(f"{load.failures} webhooks were not taken.")
    poller.join(PATIENCE_SECONDS)
    if poller.missing:
        raise RuntimeError(f"{poller.missing} messages were never shown.")
    return [poller.shown[first + n] - (load.began + n / PER_SECOND) for n in range(count)]


class _Poller(threading.Thread):
    """Reads the list of conversations every 20 ms until every message was seen."""

    def __init__(self, port: int, key: str, first: int, count: int) -> None:
        super().__init__(daemon=True)
        self.shown: dict[int, float] = {}
        self._next = {person: first + person for person in range(PEOPLE)}
        self._end = first + count
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._headers = {"Authorization": f"Bearer {key}"}
        self._until = perf_counter() + SECONDS + PATIENCE_SECONDS

    @property
    def missing(self) -> int:
        return sum(max(self._end - waiting + PEOPLE - 1, 0) // PEOPLE for waiting in self._next.values())

    def run(self) -> None:
        while self.missing and perf_counter() < self._until:
            began = perf_counter()
            texts = self._read()
            self._note(texts, perf_counter())
            sleep(max(POLL_SECONDS - (perf_counter() - began), 0))

    def _read(self) -> list[str]:
        self._http.request("GET", f"/api/v1/conversations?limit={PEOPLE}", headers=self._headers)
        answer = self._http.getresponse()
        body = loads(answer.read())
        assert isinstance(body, dict), answer.status
        return [row["last_message_text"] for row in body["items"]]  # type: ignore[union-attr, index, call-overload, misc]

    def _note(self, texts: list[str], now: float) -> None:
        for newest in map(int, texts):
            person = newest % PEOPLE
            while self._next[person] <= newest:
                self.shown[self._next[person]] = now
                self._next[person] += PEOPLE
