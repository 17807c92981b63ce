"""A whole installation, as `make run` makes it: started, asked, hurt and stopped from outside."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from hubbub.processes.postgres import wait_until

READY_SECONDS = 240.0


def clean_environment() -> dict[str, str]:
    """A newcomer's: nothing of the test run's settings."""
    ours = ("HUBBUB_", "DATABASE_", "FACEBOOK_", "BASE_URL", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@dataclass
class Copy:
    """One data directory with its port, and the `make run` of it."""

    data_dir: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> Path:
        return self.data_dir / "output.txt"

    def start(self) -> None:
        environment = {
            **clean_environment(),
            "PORT": str(self.port),
            "HUBBUB_DATA_DIR": str(self.data_dir),
            "HUBBUB_ENV": "test",
        }
        with self.output.open("wb") as output:
            command = [sys.executable, "-m", "hubbub.processes", "run"]
            self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)

    def start_until_ready(self) -> str:
        self.start()
        wait_until(lambda: "\nready\n" in self.output.read_text() or self.exit_code() is not None, READY_SECONDS)
        assert "\nready\n" in self.output.read_text(), self.output.read_text()
        return self.output.read_text()

    def exit_code(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    def end(self, way: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(way)
        return self.process.wait(timeout=60)

    def all_processes(self) -> dict[int, list[str]]:
        assert self.process is not None
        found = {}
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.Error):  # it ended while we looked
                found[child.pid] = child.cmdline()
        return found

    def pid_of(self, *words: str) -> int | None:
        for pid, command in self.all_processes().items():
            if all(word in command for word in words):
                return pid
        return None

    def asked(self, path: str) -> str:
        """The answer to the demo's API key."""
        key = re.search(r"API key +(hub_\S+)", self.output.read_text())
        assert key is not None
        asking = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {key[1]}"}
        )
        with urllib.request.urlopen(asking, timeout=20) as answer:
            return str(answer.read().decode())

    def status_of(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code
        except OSError:
            return 0
