"""One process that we keep running: started in a group of its own, its lines passed on, restarted when it ends."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hubbub.processes.output import LineCutter, LogFile, Terminal

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 10.0
SECONDS_OF_HEALTH: Final = 20.0
"""A process that lived this long did not fail because of how it was started."""

STOP_SECONDS: Final = 30.0
"""More than any process takes for its own graceful stop (the worker: 25 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start. `listeners` are file descriptors that it inherits under their own numbers."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    listeners: Sequence[int] = ()


class Child:
    """A program's process, whichever is the current one."""

    def __init__(self, program: Program, terminal: Terminal, logs: Path, on_change: Callable[[], None]) -> None:
        self.program = program
        self.failures = 0
        self.heard: list[bytes] = []
        self._terminal = terminal
        self._logs = logs
        self._on_change = on_change
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    @property
    def group(self) -> int | None:
        """Its process group while it runs."""
        return self._process.pid if self._process else None

    async def run_once(self) -> int:
        """Start it and wait for its end; says its exit code. What it wrote stays in `heard`."""
        self.heard.clear()
        return await self._run(keep=True)

    async def keep_running(self) -> None:
        """Start it again whenever it ends, more and more slowly, until `stop`."""
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            started = loop.time()
            code = await self._run(keep=False)
            if self._stopping.is_set():
                return
            self.failures = 1 if loop.time() - started > SECONDS_OF_HEALTH else self.failures + 1
            pause = min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE)
            self._note(f"{_how_it_ended(code)}; it starts again in {pause:g} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def stop(self) -> None:
        """SIGTERM to the process; SIGKILL to its whole group if that takes too long. Returns when all are gone."""
        self.terminate()
        if (process := self._process) is None:
            return
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._note(f"does not stop within {STOP_SECONDS:g} s and is killed")
            self.kill()

    def terminate(self) -> None:
        """SIGTERM to the process, without waiting."""
        self._stopping.set()
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process and everything that it started, now."""
        self._stopping.set()
        if self._process is not None:
            _kill_group(self._process.pid)

    async def _run(self, *, keep: bool) -> int:
        """What the process started does not outlive it."""
        log = LogFile(self._logs, self.program.name)
        reading, writing = os.pipe()
        pump = asyncio.create_task(self._pump(reading, log, keep=keep))
        try:
            process = self._process = await self._spawn(writing)
            self._on_change()
            return await process.wait()
        finally:
            os.close(writing)
            if self._process is not None:
                _kill_group(self._process.pid)
            self._process = None
            self._on_change()
            await pump
            log.close()

    async def _spawn(self, output: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=self.program.environment,
            cwd=self.program.folder,
            pass_fds=tuple(self.program.listeners),
            start_new_session=True,
        )

    async def _pump(self, pipe: int, log: LogFile, *, keep: bool) -> None:
        """Lines until the last process that can write them is gone."""
        loop, reader, cutter = asyncio.get_running_loop(), asyncio.StreamReader(), LineCutter()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", buffering=0)
        )
        while data := await reader.read(65536):
            self._take(cutter.feed(data), log, keep=keep)
        self._take(cutter.end(), log, keep=keep)
        transport.close()

    def _take(self, lines: list[bytes], log: LogFile, *, keep: bool) -> None:
        for line in lines:
            log.write(line)
            if keep:
                self.heard.append(line)
            else:
                self._terminal.pass_on(self.program.name, line)

    def _note(self, text: str) -> None:
        self._terminal.pass_on(self.program.name, f"{text}\n".encode())


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _how_it_ended(code: int) -> str:
    return f"ended with code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"
