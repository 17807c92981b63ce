"""Programs of the product and yardsticks, started for a measurement, watched and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from hubbub.processes.listening import free_port

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


class Program:
    """One program in a process group of its own."""

    def __init__(self, name: str, arguments: Sequence[str], logs: Path, environment: Mapping[str, str] | None = None):
        self.name = name
        self._log = logs / f"{name}.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_for(self, url: str, seconds: float = 60) -> None:
        """Until something answers 200 there. Raises RuntimeError with the end of the log when it never does."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.poll() is None:
            if _answers(url):
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} did not answer at {url}:\n{self._log.read_text()[-2000:]}")

    def stop(self) -> None:
        """SIGTERM to the program, SIGKILL to its group after a while."""
        self._process.terminate()
        try:
            self._process.wait(25)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@contextmanager
def serving(
    name: str,
    arguments: Sequence[str],
    logs: Path,
    *,
    health: str,
    environment: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """The port of a server that takes `--port`; it answers 200 at `health`, and is stopped after the block."""
    port = free_port()
    program = Program(name, [*arguments, "--port", str(port)], logs, environment)
    try:
        program.wait_for(f"http://127.0.0.1:{port}{health}")
        yield port
    finally:
        program.stop()


def cpu_seconds(pid: int) -> float:
    """What this process has used so far, all its threads; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def family(pid: int) -> list[int]:
    """The process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def memory_of(pids: Iterable[int]) -> float:
    """Megabytes: the sum of their proportional shares (PSS)."""
    return sum(_pss(pid) for pid in pids) / 1024


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
