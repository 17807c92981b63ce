"""`make chaos`: one run, its counts, and exit status 1 when anything was lost, doubled or out of order."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from tests.chaos.judge import Cut, drain, judge
from tests.chaos.plan import PLANS, Plan, too_gentle
from tests.chaos.town import Town, built
from tests.chaos.troubles import VICTIMS, calm, misbehave, trouble, write

MAY_END = ("jobs",)
"""Procrastinate's worker ends with its connection, and is started again by whoever keeps the lanes."""


def main() -> int:
    """Run a plan; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--plan", choices=list(PLANS), default=os.environ.get("CHAOS") or "normal")
    parser.add_argument("--seed", type=int, default=None, help="repeat the chances of an earlier run")
    parser.add_argument("--json", type=Path, help="write the counts there")
    options = parser.parse_args()
    if options.plan not in PLANS:
        parser.error(f"CHAOS is one of {', '.join(PLANS)}, not {options.plan!r}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped on the way out
    seed = options.seed if options.seed is not None else random.SystemRandom().getrandbits(32)
    plan = PLANS[options.plan]
    print(f"chaos: plan {plan.name}, seed {seed}, {plan.rate} messages/s for {plan.seconds} s", flush=True)
    with built(seed) as town:
        report = run(town, plan, seed)
    print(json.dumps(report, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report))
    return 1 if report["faults"] else 0


def run(town: Town, plan: Plan, seed: int) -> dict[str, object]:
    """Load and trouble at once, until nothing is left to do; then the comparison."""
    misbehave(town, plan)
    done = trouble(town, plan, random.Random(seed))
    said = write(town, plan, random.Random(seed + 1))
    for thread in done.threads:
        thread.join(plan.seconds)
    drained, left = drain(town, plan.drain_seconds)
    vague = calm(town)
    time.sleep(1)
    verdict = judge(town, said, Cut(left_sending=done.left_sending, vague_answers=vague))
    verdict.drain_seconds, verdict.not_drained = round(drained, 1), left
    happened = {
        **{f"{name} kills": town.processes[name].kills for name in VICTIMS},
        "postgres kills": done.postgres_kills,
        "seconds without the database": done.away_seconds,
        "commits whose answer was lost": town.wire.lost,
    }
    ended = {name: process.own_ends for name, process in town.processes.items() if name not in MAY_END}
    faults = verdict.faults() + too_gentle(plan, happened)
    faults += [f"{name} ended by itself {times} times" for name, times in ended.items() if times]
    return {"plan": plan.name, "seed": seed, "happened": happened, **verdict.as_dict(), "faults": faults}


if __name__ == "__main__":
    sys.exit(main())
