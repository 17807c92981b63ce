"""Segment files: appended to and synced by one edge, read from the front, then removed."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hubbub.edge.delivery import Delivery
from hubbub.edge.spool.frames import Frames, read_frames
from hubbub.kit.logging import log_event

READ_BYTES: Final = 8 * 1024 * 1024
"""More than the largest frame, so that each read gets at least one."""

SUFFIX: Final = ".spool"

log = logging.getLogger("hubbub.edge.spool")


@dataclass(slots=True, kw_only=True)
class Segment:
    """One file. `size` is how much of it is certainly on disk, `drained` how much is in the database already."""

    path: Path
    size: int = 0
    drained: int = 0
    is_damaged: bool = False

    @property
    def is_drained(self) -> bool:
        return self.drained >= self.size

    def read(self, limit: int) -> Frames:
        """What comes next, up to `limit` deliveries; damage is logged and remembered. Nothing if it cannot be read."""
        stretch = self._stretch()
        is_last = self.drained + len(stretch) >= self.size
        frames = read_frames(stretch, is_last=is_last, limit=limit)
        self._report(frames)
        return frames

    def _stretch(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(self.drained)
                return file.read(min(READ_BYTES, self.size - self.drained))
        except OSError as error:
            log_event(log, logging.CRITICAL, "spool_unreadable", file=self.path, reason=error.strerror)
            return b""

    def _report(self, frames: Frames) -> None:
        for start, end in frames.damaged:
            self.is_damaged = True
            log_event(
                log, logging.CRITICAL, "spool_damaged", file=self.path, at=self.drained + start, bytes=end - start
            )
        if frames.torn_bytes:
            log_event(log, logging.WARNING, "spool_tail_dropped", file=self.path, bytes=frames.torn_bytes)


class SegmentWriter:
    """Appends to a new segment. What lies behind `size` after a failure was never acknowledged."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.segment = Segment(path=path)
        sync_folder(path.parent)

    def append(self, frames: bytes) -> None:
        """Write and sync. Raises OSError, and then nothing of it counts."""
        try:
            self._write(frames)
            os.fdatasync(self._file)
        except OSError:
            self._take_back()
            raise
        self.segment.size += len(frames)

    def close(self) -> None:
        """Stop writing."""
        os.close(self._file)

    def _write(self, frames: bytes) -> None:
        rest = memoryview(frames)
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def _take_back(self) -> None:
        try:
            os.ftruncate(self._file, self.segment.size)
        except OSError as error:
            log_event(log, logging.ERROR, "spool_not_truncated", file=self.segment.path, reason=error.strerror)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Deliveries to be stored, and where reading goes on once they are."""

    segment: Segment
    deliveries: list[Delivery]
    end: int
