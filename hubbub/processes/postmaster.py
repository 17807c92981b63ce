"""What a running Postgres says of itself: its `postmaster.pid` and the process behind it."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """One `postmaster.pid`, as its server wrote it (src/include/utils/pidfile.h names the lines)."""

    pid: int
    port: int
    socket_directory: Path
    listen_address: str
    status: str

    @classmethod
    def of(cls, cluster: Path) -> "Postmaster | None":
        """The live server of this cluster, whatever its state; None when there is none (a stale file is not one)."""
        try:
            lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        if not runs_cluster(pid, cluster):
            return None
        lines += [""] * (8 - len(lines))
        return cls(
            pid=pid,
            port=int(lines[3] or 0),
            socket_directory=Path(lines[4]),
            listen_address=lines[5].strip(),
            status=lines[7].strip(),
        )

    def is_starting(self) -> bool:
        """Whether it will become ready by itself (the file has no status yet in the first moment)."""
        return self.status in {"", "starting"}

    def answers(self) -> bool:
        """Whether it is ready and its socket takes a connection."""
        if self.status != "ready":
            return False
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(str(self.socket_directory / f".s.PGSQL.{self.port}"))
            except OSError:
                return False
        return True


def runs_cluster(pid: int, cluster: Path) -> bool:
    """Whether `pid` is a live postmaster of this cluster, not a zombie and not a stranger that got its number."""
    return is_alive(pid) and os.fsencode(cluster) in _command_of(pid)


def is_alive(pid: int) -> bool:
    """Whether the process runs. A zombie, which nobody may ever reap in a container, does not."""
    if not PROC.is_dir():
        return _ps(pid, "state")[:1] not in {"", "Z"}
    try:
        status = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def _command_of(pid: int) -> bytes:
    if not PROC.is_dir():
        return _ps(pid, "command").encode()
    try:
        return (PROC / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _ps(pid: int, column: str) -> str:
    command = ["ps", "-ww", "-o", f"{column}=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def kill_orphans(cluster_name: str) -> int:
    """End the server processes that outlived their postmaster and hold its memory; says how many there were."""
    orphans = list(_processes_titled(re.compile(rb"postgres: " + re.escape(cluster_name.encode()) + rb"[: \0]")))
    for pid in orphans:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return len(orphans)


def _processes_titled(title: re.Pattern[bytes]) -> Iterator[int]:
    if not PROC.is_dir():
        return
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if title.match((folder / "cmdline").read_bytes()):
                yield int(folder.name)
        except OSError:
            continue
