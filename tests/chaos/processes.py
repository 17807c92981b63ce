"""Hubbub's processes, started as in production, killed without warning and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from tests.edge.harness import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
RESTART_SECONDS = 0.05


class Process:
    """One program that is kept alive until it is stopped."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path) -> None:
        self.name = name
        self.kills = 0
        self.own_ends = 0
        """How often it ended without being told to."""
        self._command = [sys.executable, *command]
        self._environment = {**os.environ, **environment}
        self._log = logs / f"{name}.log"
        self._stopping = False
        self._process: subprocess.Popen[bytes] | None = None
        self._between = threading.Lock()
        """Held by whoever must not see it start."""
        self._thread = threading.Thread(target=self._keep, name=name, daemon=True)
        self._thread.start()

    def kill(self, look: Callable[[], None]) -> bool:
        """SIGKILL, and a look at what it left behind before it is started again; false when it was not running."""
        with self._between:
            process = self._process
            if process is None or process.poll() is not None:
                return False
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.kills += 1
            look()
        return True

    def stop(self) -> None:
        """SIGTERM, and SIGKILL after a while."""
        self._stopping = True
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._thread.join(5)

    def _keep(self) -> None:
        while not self._stopping:
            with self._between, self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
                )
            code = self._process.wait()
            self.own_ends += code != -signal.SIGKILL and not self._stopping
            time.sleep(RESTART_SECONDS)


def start_hub(environment: Mapping[str, str], edge_url: str, web_port: int, logs: Path) -> dict[str, Process]:
    """Edge, web and one process a lane, each with its own name in the log folder."""
    edge_port = httpx.URL(edge_url).port
    programs: dict[str, list[str]] = {
        "edge": ["-m", "hubbub.edge", "--port", str(edge_port)],
        "web": ["manage.py", "web", "--port", str(web_port)],
        **{
            lane: ["manage.py", "worker", "--lanes", lane]
            for lane in ("inbound", "automation", "outbound", "relay", "jobs")
        },
    }
    return {name: Process(name, command, environment, logs) for name, command in programs.items()}


def wait_for(url: str, seconds: float = 180) -> None:
    """Until something answers 200 there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(url, timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within {seconds:.0f} s.")


__all__ = ["Process", "free_port", "start_hub", "wait_for"]
