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

from tests.chaos.judge import drain, judge
from tests.chaos.plan import PLANS, Plan
from tests.chaos.town import Town, built
from tests.chaos.troubles import VICTIMS, calm, misbehave, trouble, write


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
    """Load and trouble at once, then calm, then the comparison."""
    misbehave(town, plan)
    threads = trouble(town, plan, random.Random(seed))
    said = write(town, plan, random.Random(seed + 1))
    for thread in threads:
        thread.join(plan.seconds)
    calm(town)
    drained, left = drain(town, plan.drain_seconds)
    time.sleep(1)
    verdict = judge(town, said)
    verdict.drain_seconds, verdict.not_drained = round(drained, 1), left
    kills = {name: town.processes[name].kills for name in VICTIMS}
    cut = verdict.answers_cut + sum(kills.values()) * 50
    faults = verdict.faults(cut)
    faults += [
        f"{name} was killed {count} times, not {plan.kills}" for name, count in kills.items() if count < plan.kills // 2
    ]
    return {
        "plan": plan.name,
        "seed": seed,
        "kills": kills,
        "postgres_kills": plan.postgres_kills,
        "commits_lost": town.wire.lost,
        **verdict.as_dict(),
        "faults": faults,
    }


if __name__ == "__main__":
    sys.exit(main())
