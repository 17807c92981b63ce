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

import httpx

from tests.chaos.plan import Plan
from tests.chaos.town import Town

VICTIMS = ("edge", "inbound", "automation", "outbound")
QUIET_SECONDS = 3


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


def trouble(town: Town, plan: Plan, chance: random.Random) -> list[threading.Thread]:
    """Everything that goes wrong, each on its own timer."""
    works: list[Callable[[], None]] = [lambda name=name: _kill(town, plan, name, chance) for name in VICTIMS]  # type: ignore[misc]
    works += [lambda: _kill_postgres(town, plan), lambda: _cut_off(town, plan), lambda: _lose_commits(town, plan)]
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    return threads


def _kill(town: Town, plan: Plan, name: str, chance: random.Random) -> None:
    window = (plan.seconds - 2 * QUIET_SECONDS) / plan.kills
    time.sleep(QUIET_SECONDS)
    for _ in range(plan.kills):
        early = chance.random() * window
        time.sleep(early)
        town.processes[name].kill()
        time.sleep(window - early)


def _kill_postgres(town: Town, plan: Plan) -> None:
    for _ in range(plan.postgres_kills):
        time.sleep(plan.seconds / (plan.postgres_kills + 1))
        pid = town.postgres.pid()
        if pid:
            os.kill(pid, signal.SIGKILL)


def _cut_off(town: Town, plan: Plan) -> None:
    time.sleep(plan.seconds * 0.3)
    town.wire.refuse()
    time.sleep(plan.away_seconds)
    town.wire.pass_on()


def _lose_commits(town: Town, plan: Plan) -> None:
    portions = 10
    for _ in range(portions):
        time.sleep(plan.seconds / (portions + 1))
        town.wire.lose_commits(plan.lost_commits // portions)


def misbehave(town: Town, plan: Plan) -> None:
    """The platforms lose answers, echo late and twice, repeat webhooks and are sometimes busy."""
    rules = [
        {"match": {"sends": True, "probability": plan.lost_answers}, "fault": "answer_lost"},
        {"match": {"sends": True, "probability": 0.01}, "fault": "503"},
        {"match": {"sends": True, "probability": 0.05}, "fault": "echo_before"},
        {"match": {"sends": True, "probability": 0.05}, "fault": "echo_twice"},
        {"match": {"sends": True, "probability": 0.05}, "fault": "echo_late:1"},
        {"match": {"probability": 0.05}, "fault": "duplicate_webhook"},
        {"match": {"sends": True, "probability": 0.05}, "fault": "status_out_of_order"},
    ]
    town.sandbox.put("/faults", json=rules).raise_for_status()


def calm(town: Town) -> None:
    """No more faults."""
    town.sandbox.delete("/faults").raise_for_status()
    town.wire.to_lose = 0
