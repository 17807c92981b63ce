"""An edge's folder in the spool directory, and the lock that tells the living from the dead."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Final, Self

from hubbub.edge.spool.segment import SUFFIX, Segment, sync_folder
from hubbub.kit.ids import new_id

PREFIX: Final = "edge-"
_LOCK: Final = "lock"


class Folder:
    """A locked folder. The lock goes when its holder's process ends, however it ends."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def make(cls, spool: Path) -> Self:
        """A new folder, which nobody sees before it is locked. Raises OSError."""
        name = new_id().hex
        hidden = spool / f".{name}"
        hidden.mkdir(mode=0o700)
        lock = _locked(hidden / _LOCK)
        assert lock is not None, "nobody else knows this folder"
        path = spool / f"{PREFIX}{name}"
        hidden.rename(path)
        sync_folder(spool)
        return cls(path, lock)

    @classmethod
    def adopt(cls, path: Path) -> Self | None:
        """The folder of an edge that is gone, now ours; None when somebody holds it. Raises OSError."""
        try:
            lock = _locked(path / _LOCK)
        except FileNotFoundError:  # somebody else has just drained and removed it
            return None
        return None if lock is None else cls(path, lock)

    def segments(self) -> list[Segment]:
        """All segments, the oldest first."""
        files = sorted(self.path.glob(f"*{SUFFIX}"))
        return [Segment(path=file, size=file.stat().st_size) for file in files]

    def remove(self) -> None:
        """Remove the folder and let go of the lock. Raises OSError while segments are in it."""
        try:
            if any(self.path.glob(f"*{SUFFIX}")):
                raise OSError(f"{self.path} still holds deliveries")
            shutil.rmtree(self.path)
        finally:
            self.release()

    def release(self) -> None:
        """Let go of the lock; others may adopt what is left."""
        os.close(self._lock)


def folders_in(spool: Path) -> list[Path]:
    """The folders of all edges, the oldest first. Raises OSError."""
    return [path for path in sorted(spool.glob(f"{PREFIX}*")) if path.is_dir()]


def _locked(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if os.fstat(descriptor).st_nlink == 0:  # removed by the one who held it a moment ago
        os.close(descriptor)
        return None
    return descriptor
