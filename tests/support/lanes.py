"""A lane in a process of its own, as its own role."""

from __future__ import annotations

import os
import subprocess
import sys

from hubbub.settings.database import logins


def lane_in_a_process(process: str, script: str) -> str:
    """What the script printed. It must end by itself, with success."""
    environment = {**os.environ, "HUBBUB_PROCESS": process, "DATABASE_URL": logins().url_for(process)}
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environment, check=False, timeout=90, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()
