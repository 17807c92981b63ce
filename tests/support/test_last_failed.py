"""What fails beside thousands of others is run again alone (.ci/run): that, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HOOK = "from tests.conftest import pytest_sessionfinish\n"
STORY = """
import os
import pytest

pytestmark = pytest.mark.xdist_group("e2e")

@pytest.mark.parametrize("look", ["dark, from the right", "someone@example.com"])
def test_that_fails_beside_others(look):
    assert "PYTEST_XDIST_WORKER" not in os.environ

def test_that_passes():
    pass
"""


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "--rootdir", str(folder), *options]
    root = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    return subprocess.run(command, cwd=folder, env=root, capture_output=True, text=True, timeout=60, check=False)


def test_only_what_failed_in_a_group_is_run_again(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(HOOK)
    (tmp_path / "test_story.py").write_text(STORY)
    first = run(tmp_path, "-n", "1", "--dist", "loadgroup")
    assert "2 failed, 1 passed" in first.stdout, first.stdout + first.stderr
    again = run(tmp_path, "-n", "0", "--last-failed", "--last-failed-no-failures", "none")
    assert "2 passed" in again.stdout
    assert again.returncode == 0
