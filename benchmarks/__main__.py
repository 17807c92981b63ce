"""`python -m benchmarks [--json FILE] [--only ROW] [--write-readme]`: every row of the bar, in at most ten minutes."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.machine import measure_machine
from benchmarks.programs import ROOT, cpu_seconds
from benchmarks.report import BEGIN, Report, Result, as_json, as_text, write_into
from benchmarks.town import Town, built

PAGES = (ROOT / "README.md", ROOT / "docs" / "performance.md")
Row = Callable[[Town], list[Result]]


def main() -> int:
    """Always 0 when it ran: a figure that falls short is printed, and fails nothing."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped on the way out
    with built() as town:
        report = _measure(town, _chosen(given.only))
    print(as_text(report))
    if given.json:
        given.json.write_text(as_json(report), encoding="utf-8")
    if given.write_readme:
        for page in PAGES:
            if not write_into(page, report):
                print(f"{page.name} has no line {BEGIN}: nothing written there.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument("--only", action="append", metavar="ROW", help="only this row; may be repeated")
    parser.add_argument("--write-readme", action="store_true", help="put the table into README.md and docs")
    return parser.parse_args()


def _chosen(names: list[str] | None) -> dict[str, Row]:
    from benchmarks.rows.register import ROWS

    unknown = [name for name in names or [] if name not in ROWS]
    if unknown:
        sys.exit(f"There is no row {unknown[0]!r}; choose among {', '.join(ROWS)}.")
    return {name: row for name, row in ROWS.items() if not names or name in names}


def _measure(town: Town, rows: dict[str, Row]) -> Report:
    machine = measure_machine(town)
    results: list[tuple[str, Result]] = []
    cpu: dict[str, float] = {}
    seconds: dict[str, float] = {}
    broken: dict[str, str] = {}
    for name, row in rows.items():
        print(f"measuring {name} …", flush=True)
        began, used = time.perf_counter(), cpu_seconds(town.sandbox.pid)
        try:
            results += [(name, one) for one in row(town)]
        except Exception as failure:  # noqa: BLE001 - the other rows are still worth measuring
            broken[name] = f"{type(failure).__name__}: {failure}"
        seconds[name] = time.perf_counter() - began
        cpu[name] = (cpu_seconds(town.sandbox.pid) - used) / seconds[name]
    return Report(results=results, machine=machine, sandbox_cpu=cpu, row_seconds=seconds, broken=broken)


if __name__ == "__main__":
    sys.exit(main())
