"""Where the lines of the processes go: the terminal, each with its process's name, and a file for each process."""

import os
import sys
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Final

LARGEST_LOG_BYTES: Final = 16 * 1024 * 1024
LONGEST_LINE: Final = 64 * 1024


class LogFile:
    """`<folder>/<name>.log`, appended to; beyond its largest size the old one is kept as `.log.1`.

    A disk that is full costs lines, never more: whoever stops reading a process's output stops that process.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.log"
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = self._open()

    def write(self, line: bytes) -> None:
        with suppress(OSError):
            if self._file.tell() > LARGEST_LOG_BYTES:
                self._begin_anew()
            self._file.write(line)

    def close(self) -> None:
        self._file.close()

    def _begin_anew(self) -> None:
        self._path.replace(self._path.with_suffix(".log.1"))
        full, self._file = self._file, self._open()
        full.close()

    def _open(self) -> FileIO:
        try:
            self._path.touch(mode=0o600)
            return self._path.open("ab", buffering=0)
        except OSError:
            return Path(os.devnull).open("ab", buffering=0)


class Terminal:
    """Standard output. A reader that goes away (`make run | head`) does not stop anything."""

    def __init__(self, width: int) -> None:
        self._width = width

    def say(self, text: str) -> None:
        """A line of our own."""
        self._write(f"{text}\n".encode())

    def pass_on(self, name: str, line: bytes) -> None:
        """A line of a process."""
        self._write(f"{name:<{self._width}} | ".encode() + line)

    def _write(self, line: bytes) -> None:
        try:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
        except (OSError, ValueError):
            return


class LineCutter:
    """Bytes as they come, whole lines out; a line without end is cut."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        return [line + b"\n" for line in lines]

    def end(self) -> list[bytes]:
        rest, self._rest = self._rest, b""
        return [rest + b"\n"] if rest else []
