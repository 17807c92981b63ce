"""The customers who write, and what goes wrong meanwhile."""

from __future__ import annotations

import itertools
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import httpx

from tests.chaos.cuts import left_sending
from tests.chaos.plan import Plan
from tests.chaos.town import Town

VICTIMS = ("edge", "inbound", "automation", "outbound")
QUIET_SECONDS = 3
LATENCY_MS = 50
"""Of every call, so that kills find calls under way."""


@dataclass(slots=True)
class Said:
    """Every message that a customer wrote, by its text, which is unique."""

    texts: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """text → (platform, customer, number within the conversation)."""
    refused: int = 0


def write(town: Town, plan: Plan, chance: random.Random) -> Said:
    """Customers write at the plan's rate for its time; the sandbox delivers and repeats like a platform."""
    said = Said()
    numbers: dict[str, itertools.count[int]] = {}
    customers = [f"c{n}" for n in range(plan.customers)]
    platforms = list(town.channels)
    begin = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        for n in range(plan.seconds * plan.rate):
            pause = begin + n / plan.rate - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            customer = customers[n % len(customers)]
            platform = platforms[int(customer[1:]) % len(platforms)]
            number = next(numbers.setdefault(customer, itertools.count()))
            text = f"{customer}-{number}-{chance.getrandbits(32):08x}"
            said.texts[text] = (platform, customer, number)
            pool.submit(_say, town, said, platform, customer, text)
    return said


def _say(town: Town, said: Said, platform: str, customer: str, text: str) -> None:
    body = {
        "platform": platform,
        "account": town.channels[platform],
        "from": customer,
        "text": text,
        "wait": False,
    }
    try:
        town.sandbox.post("/say", json=body).raise_for_status()
    except httpx.HTTPError:
        said.refused += 1
        said.texts.pop(text, None)


@dataclass(slots=True)
class Done:
    """What really went wrong."""

    postgres_kills: int = 0
    away_seconds: float = 0.0
    left_sending: set[str] = field(default_factory=set)
    """Texts of the messages that stood in `sending` when their sender was killed: how far their calls came, it cannot
    have known."""
    threads: list[threading.Thread] = field(default_factory=list)


def trouble(town: Town, plan: Plan, chance: random.Random) -> Done:
    """Everything that goes wrong, each on its own timer."""
    done = Done()
    works: list[Callable[[], None]] = [partial(_kill, town, plan, done, name, chance) for name in VICTIMS]
    works += [partial(work, town, plan, done) for work in (_kill_postgres, _cut_off)]
    works.append(partial(_lose_commits, town, plan))
    done.threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in done.threads:
        thread.start()
    return done


def _kill(town: Town, plan: Plan, done: Done, name: str, chance: random.Random) -> None:
    window = (plan.seconds - 2 * QUIET_SECONDS) / plan.kills
    time.sleep(QUIET_SECONDS)
    begin = time.monotonic()
    look = partial(_look, town, done) if name == "outbound" else _do_not_look
    for n in range(plan.kills):
        _sleep_until(begin + (n + chance.random()) * window)
        while not town.processes[name].kill(look):
            time.sleep(0.05)
        _sleep_until(begin + (n + 1) * window)


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def _look(town: Town, done: Done) -> None:
    done.left_sending |= left_sending(town.direct_url)


def _do_not_look() -> None:
    """Only a sender leaves calls behind."""


def _kill_postgres(town: Town, plan: Plan, done: Done) -> None:
    for _ in range(plan.postgres_kills):
        time.sleep(plan.seconds / (plan.postgres_kills + 1))
        pid = town.postgres.pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
            done.postgres_kills += 1


def _cut_off(town: Town, plan: Plan, done: Done) -> None:
    time.sleep(plan.seconds * 0.3)
    begin = time.monotonic()
    town.wire.refuse()
    time.sleep(plan.away_seconds)
    town.wire.pass_on()
    done.away_seconds = round(time.monotonic() - begin, 1)


def _lose_commits(town: Town, plan: Plan) -> None:
    portions = min(10, plan.lost_commits)
    for n in range(portions):
        time.sleep(plan.seconds / (portions + 1))
        town.wire.lose_commits(plan.lost_commits * (n + 1) // portions - plan.lost_commits * n // portions)


def misbehave(town: Town, plan: Plan) -> None:
    """The platforms take their time, lose answers, echo late and twice, repeat webhooks and are sometimes busy."""
    town.sandbox.put("/settings", json={"latency_ms": LATENCY_MS}).raise_for_status()
    rules = [
        {"match": {"sends": True, "probability": plan.lost_answers}, "fault": "answer_lost"},
        *({"match": {"sends": True, "platform": name, "probability": 0.01}, "fault": "503"} for name in town.channels),
        {"match": {"sends": True, "probability": 0.05}, "fault": "echo_before"},
        {"match": {"sends": True, "probability": 0.05}, "fault": "echo_twice"},
        {"match": {"sends": True, "probability": 0.05}, "fault": "echo_late:1"},
        {"match": {"probability": 0.05}, "fault": "duplicate_webhook"},
        {"match": {"sends": True, "probability": 0.05}, "fault": "status_out_of_order"},
    ]
    town.sandbox.put("/faults", json=rules).raise_for_status()


def calm(town: Town) -> int:
    """No more faults; returns how often LINE answered that it is busy, which for a free reply tells nothing."""
    rules = town.sandbox.get("/faults").json()["rules"]
    town.sandbox.delete("/faults").raise_for_status()
    town.wire.to_lose = 0
    return sum(rule["hits"] for rule in rules if rule["fault"] == "503" and rule["match"].get("platform") == "line")
