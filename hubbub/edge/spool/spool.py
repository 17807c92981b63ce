"""The spool of one edge: append at the end, drain from the front, adopt what dead edges left."""

from __future__ import annotations

import errno
import logging
import os
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from hubbub.edge.delivery import Delivery
from hubbub.edge.spool.folder import Folder, folders_in
from hubbub.edge.spool.frames import frame_of
from hubbub.edge.spool.segment import SUFFIX, Batch, Segment, SegmentWriter, sync_folder
from hubbub.kit.errors import Unavailable
from hubbub.kit.logging import log_event

SEGMENT_BYTES: Final = 16 * 1024 * 1024
LEAST_FREE_BYTES: Final = 256 * 1024 * 1024
"""What the spool leaves free: the database may be on the same disk, and needs room to come back."""
TRY_BYTES: Final = 64 * 1024
QUARANTINE: Final = "quarantine"

log = logging.getLogger("hubbub.edge.spool")


class SpoolFailed(Unavailable):
    """The disk is full, read-only or broken: nothing was kept."""

    code = "spool_failed"


class Spool:
    """Not thread-safe: every method is called from one thread. The properties may be read from any."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._own: Folder | None = None
        self._adopted: list[Folder] = []
        self._segments: deque[Segment] = deque()
        self._writer: SegmentWriter | None = None
        self._segment_count = 0
        self.is_failing = False
        self.quarantined = 0

    @property
    def is_empty(self) -> bool:
        return not self._segments

    @property
    def waiting_bytes(self) -> int:
        return sum(segment.size - segment.drained for segment in tuple(self._segments))

    def open(self) -> None:
        """Prepare the directory, adopt what is there; to be called again and again. A bad disk is only reported."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._own = self._own or Folder.make(self._directory)
            self.adopt()
            if self.is_failing:
                self._try_out(self._own)
        except OSError as error:
            self._report_failure(error)

    def append(self, group: Sequence[Delivery]) -> None:
        """Durable when this returns. Raises SpoolFailed, and then none of them is."""
        frames = b"".join(map(frame_of, group))
        try:
            self._check_room(len(frames))
            self._writer_with_room().append(frames)
        except OSError as error:
            self._stop_writing()
            self._report_failure(error)
            raise SpoolFailed(f"The spool cannot be written: {error.strerror}.") from error
        self._report_success()

    def next_batch(self, limit: int) -> Batch | None:
        """The oldest deliveries; None when there are none. What cannot be read is put aside."""
        while self._segments:
            segment = self._segments[0]
            if not segment.is_drained and (batch := self._read(segment, limit)):
                return batch
            if not segment.is_drained:
                continue
            self._retire(segment)
        self._let_go()
        return None

    def drained(self, batch: Batch) -> None:
        """The batch is in the database."""
        batch.segment.drained = batch.end
        if batch.segment.is_drained:
            self._retire(batch.segment)
            if not self._segments:
                self._let_go()

    def quarantine(self, delivery: Delivery) -> None:
        """Keep a delivery that the database refuses, in a segment of its own. Raises SpoolFailed."""
        try:
            writer = SegmentWriter(self._quarantine() / f"{delivery.id}{SUFFIX}")
            writer.append(frame_of(delivery))
            writer.close()
        except OSError as error:
            self._report_failure(error)
            raise SpoolFailed(f"The quarantine cannot be written: {error.strerror}.") from error
        self.quarantined += 1

    def adopt(self) -> None:
        """Take over the folders of edges that are gone. Raises OSError."""
        for path in reversed(folders_in(self._directory)):
            if folder := self._adoptable(path):
                self._adopted.append(folder)
                # Before what we have: it is newer.
                self._segments.extendleft(reversed(folder.segments()))
                log_event(log, logging.WARNING, "spool_adopted", folder=path.name, bytes=self.waiting_bytes)

    def close(self) -> None:
        """Stop writing; what is left can be adopted by others at once."""
        self._stop_writing()
        self._let_go()
        if self._own and self.is_empty:
            with suppress(OSError):
                self._own.remove()
        elif self._own:
            self._own.release()
        for folder in self._adopted:
            folder.release()

    def _adoptable(self, path: Path) -> Folder | None:
        mine = {folder.path for folder in (self._own, *self._adopted) if folder}
        return None if path in mine else Folder.adopt(path)

    def _check_room(self, size: int) -> None:
        disk = os.statvfs(self._directory)
        if disk.f_bavail * disk.f_frsize < size + LEAST_FREE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _writer_with_room(self) -> SegmentWriter:
        if self._writer and self._writer.segment.size >= SEGMENT_BYTES:
            self._stop_writing()
        if self._writer is None:
            self._own = self._own or Folder.make(self._directory)
            self._segment_count += 1
            self._writer = SegmentWriter(self._own.path / f"{self._segment_count:08}{SUFFIX}")
            self._segments.append(self._writer.segment)
        return self._writer

    def _stop_writing(self) -> None:
        writer, self._writer = self._writer, None
        if writer:
            writer.close()

    def _read(self, segment: Segment, limit: int) -> Batch | None:
        """A batch from this segment; None when there was nothing to store in what was read."""
        frames = segment.read(limit)
        if not frames.end:
            segment.is_damaged, segment.drained = True, segment.size
            log_event(log, logging.CRITICAL, "spool_unreadable", file=segment.path)
            return None
        end = segment.drained + frames.end
        if frames.deliveries:
            return Batch(segment=segment, deliveries=frames.deliveries, end=end)
        # Only damage, or a torn tail: go on behind it.
        segment.drained = end
        return None

    def _retire(self, segment: Segment) -> None:
        """Remove a drained segment, or put it aside when parts of it were damaged."""
        if self._writer and self._writer.segment is segment:
            self._stop_writing()
        self._segments.remove(segment)
        try:
            if segment.is_damaged:
                segment.path.rename(self._quarantine() / f"{segment.path.parent.name}-{segment.path.name}")
                self.quarantined += 1
            else:
                segment.path.unlink()
        except OSError as error:  # stored twice at worst: the same ids
            log_event(log, logging.ERROR, "spool_not_removed", file=segment.path, reason=error.strerror)

    def _let_go(self) -> None:
        """Remove the adopted folders that are empty now."""
        for folder in self._adopted:
            with suppress(OSError):
                folder.remove()
        self._adopted.clear()

    def _quarantine(self) -> Path:
        folder = self._directory / QUARANTINE
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True)
            sync_folder(self._directory)
        return folder

    def _try_out(self, folder: Folder) -> None:
        """Write something as large as a small group. Raises OSError."""
        self._check_room(TRY_BYTES)
        path = folder.path / "try"
        path.unlink(missing_ok=True)
        writer = SegmentWriter(path)
        try:
            writer.append(bytes(TRY_BYTES))
        finally:
            writer.close()
            path.unlink()
        self._report_success()

    def _report_success(self) -> None:
        if self.is_failing:
            self.is_failing = False
            log_event(log, logging.INFO, "spool_recovered")

    def _report_failure(self, error: OSError) -> None:
        if not self.is_failing:
            reason = os.strerror(error.errno or 0)
            log_event(log, logging.CRITICAL, "spool_failed", directory=self._directory, reason=reason)
        self.is_failing = True
