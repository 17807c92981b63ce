"""The 60-second form of `make chaos`: nothing lost, nothing twice, nothing out of order."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_minute_of_kills_and_cuts_loses_and_doubles_nothing(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    run = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--plan", "short", "--json", str(report)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=880,
        check=False,
    )
    assert report.exists(), run.stdout[-2000:] + run.stderr[-4000:]
    counts = json.loads(report.read_text())
    assert counts["faults"] == [], run.stdout
    assert counts["acknowledged"] > 0
