"""`make fuzz`: every connector's parser and the JSON door under a fuzzer; exit status 1 when something broke."""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ("json", "facebook", "instagram", "whatsapp", "line")
RUNS = 50_000
SECONDS = 600
GRACE = 120
ABSENT = (
    "Fuzzing needs atheris, which this environment has not: install the extra with `pip install '.[fuzz]'`. It is built"
    " for Linux on x86_64 with Python 3.11 to 3.13; elsewhere nothing is fuzzed, and `make test` tries what was found."
)


def main() -> int:
    """Run the targets one after the other; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--only", choices=TARGETS, action="append", help="these targets (all)")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"executions of each target ({RUNS:,})")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"at most so long for each ({SECONDS})")
    parser.add_argument("--seed", type=int, default=None, help="repeat an earlier run")
    parser.add_argument("--keep", type=Path, default=ROOT / "var" / "fuzz", help="where bodies that break it go")
    options = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print(ABSENT)
        return 0
    seed = options.seed if options.seed is not None else random.SystemRandom().getrandbits(31)
    options.keep.mkdir(parents=True, exist_ok=True)
    print(
        f"fuzz: seed {seed}, {options.runs:,} executions of each target, at most {options.seconds} s each", flush=True
    )
    outcomes = [run(name, options.runs, options.seconds, seed, options.keep) for name in options.only or TARGETS]
    return 0 if all(outcomes) else 1


def run(name: str, runs: int, seconds: int, seed: int, keep: Path) -> bool:
    """One target; prints its counts. False when it broke, ran out of memory or did nothing."""
    report = keep / f"{name}.json"
    report.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.target",
        name,
        str(report),
        str(runs),
        str(seconds),
        str(seed),
        str(keep),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + GRACE, check=False)
    counts = json.loads(report.read_text()) if report.exists() else {}
    print(f"{name:10} {json.dumps(counts)}", flush=True)
    if done.returncode != 0 or not counts.get("executions"):
        print(done.stdout[-2000:] + done.stderr[-4000:])
        return False
    if counts["memory_grown_mb"] > 50:
        print(f"{name}: the memory grew by more than 50 MB.")
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
