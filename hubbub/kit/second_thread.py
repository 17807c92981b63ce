"""A second thread for a loop that is behind: Python works on one piece while the database writes another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from types import TracebackType
from typing import Self


class SecondThread:
    """Repeats `step` beside the loop that called it, until `step` says that there is no more, or `stop` is set."""

    def __init__(self, step: Callable[[], bool], stop: Event) -> None:
        self._step = step
        self._stop = stop
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._work: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        """Waits for the step under way, unless the loop broke off."""
        self._pool.shutdown(wait=fault is None)

    def call(self) -> None:
        """Begin, unless it works already. Raises what a step before has raised: it is the loop's own fault, too."""
        if self._work is not None:
            if not self._work.done():
                return
            self._work.result()
        self._work = self._pool.submit(self._repeat)

    def _repeat(self) -> None:
        while not self._stop.is_set() and self._step():
            pass
