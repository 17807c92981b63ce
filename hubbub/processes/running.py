"""What `make run` leaves in `<data>/run/` for itself and for commands beside it: that it runs, and where."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from hubbub.kit import json
from hubbub.kit.errors import ConfigurationError, HubbubError


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One `make run`: its process id, its ports (by process name) and the settings that it adds for its processes."""

    pid: int
    url: str
    ports: Mapping[str, int]
    environment: Mapping[str, str]


def folder_of(data_dir: Path) -> Path:
    """`<data>/run`, made when missing, for its owner only."""
    folder = data_dir / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data directory's place for one `make run`. Raises ConfigurationError when it is taken."""
    lock = FileLock(folder_of(data_dir) / "lock", timeout=1, mode=0o600)
    try:
        with lock:
            yield
    except Timeout:
        other = read(data_dir)
        where = f" at {other.url} (process {other.pid})" if other else ""
        raise ConfigurationError(
            f"Hubbub runs in {data_dir} already{where}: stop it, or set another HUBBUB_DATA_DIR and PORT."
        ) from None


def is_running(data_dir: Path) -> bool:
    """Whether a `make run` holds the data directory now."""
    path = data_dir / "run" / "lock"
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0, mode=0o600):
            return False
    except (Timeout, PermissionError):
        return True


def write(data_dir: Path, running: Running) -> None:
    """Leave the note, whole or not at all."""
    path = folder_of(data_dir) / "running.json"
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(json.dumps(asdict(running)))
    unfinished.replace(path)


def read(data_dir: Path) -> Running | None:
    """The last note, also of a run that has ended; None when there is none that can be read."""
    try:
        found = json.loads((data_dir / "run" / "running.json").read_bytes())
        assert isinstance(found, dict)
        return Running(**found)  # type: ignore[arg-type]  # we wrote it
    except (OSError, HubbubError, TypeError, AssertionError):
        return None


def adopt_settings(data_dir: Path) -> None:
    """Give this command the settings of the `make run` beside it (where the sandbox is); what is set already stays."""
    if (found := read(data_dir)) and is_running(data_dir):
        for name, value in found.environment.items():
            os.environ.setdefault(name, value)
