"""The lanes of a worker: each its own process with its own database role."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import signal
import threading
from collections.abc import Sequence
from types import FrameType

from django.db import OperationalError

from hubbub.kit.clock import monotonic
from hubbub.kit.errors import InvalidInput
from hubbub.kit.logging import configure, log_event
from hubbub.organizations.database import sign_in_as
from hubbub.settings.environment import environment

logger = logging.getLogger(__name__)

LANES = {
    "inbound": "hubbub.inbound.worker",
    "outbound": "hubbub.outbound.worker",
    "automation": "hubbub.automation.worker",
    "relay": "hubbub.realtime.relay",
    "jobs": "hubbub.automation.jobs",
}
"""Lane (also the name of its database role) → the module whose `run(stop)` works until the event is set."""

COLLECT_AFTER = (50_000, 20, 50)
GRACE_SECONDS = 25.0
WAIT_FOR_DATABASE_SECONDS = 0.5
RESTART_SECONDS = (0.1, 0.5, 2.0, 10.0)
LIVED_LONG_ENOUGH_SECONDS = 30.0


def chosen(names: str | None) -> list[str]:
    """The lanes named in "inbound,outbound"; all of them for None. Raises InvalidInput with the choices."""
    wanted = [name.strip() for name in names.split(",")] if names else list(LANES)
    if unknown := [name for name in wanted if name not in LANES]:
        raise InvalidInput(f"There is no lane called {unknown[0]!r}; choose among {', '.join(LANES)}.")
    return wanted


def work(lane: str) -> None:
    """Be one lane until SIGTERM or SIGINT. A stop finishes what is under way."""
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    settings = environment()
    configure(settings.log_level, json=settings.log_json, process=lane)
    _sign_in(lane, stop)
    module = importlib.import_module(LANES[lane])
    spare_the_collector()
    log_event(logger, logging.INFO, "lane_started", lane=lane, pid=os.getpid())
    module.run(stop)


def _sign_in(lane: str, stop: threading.Event) -> None:
    """Sign in as the lane's own role; a database that is away is waited for, a wrong role is not."""
    while not stop.is_set():
        try:
            sign_in_as(lane)
        except OperationalError as failure:
            log_event(logger, logging.WARNING, "database_awaited", lane=lane, reason=str(failure).partition("\n")[0])
            stop.wait(WAIT_FOR_DATABASE_SECONDS)
        else:
            return


def work_all(lanes: Sequence[str]) -> None:
    """One process a lane. Django is imported once, before forking, so that their memory is shared."""
    for lane in lanes:
        importlib.import_module(LANES[lane])
    spare_the_collector()
    _Parent(lanes).run()


def spare_the_collector() -> None:
    """What is there when work begins stays: the garbage collector, which a lane's many short-lived rows wake all the
    time, is not to walk through it, and to come less often. Without this a third of a busy lane's time is its."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


class _Parent:
    """Starts the lanes, starts them again when they die, and passes a stop on."""

    def __init__(self, lanes: Sequence[str]) -> None:
        self._lanes = list(lanes)
        self._children: dict[int, tuple[str, float]] = {}
        self._deaths = dict.fromkeys(lanes, 0)
        self._stopping = False

    def run(self) -> None:
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._stop)
        for lane in self._lanes:
            self._start(lane)
        while self._children:
            pid, _status = os.wait()
            lane, started = self._children.pop(pid)
            if not self._stopping:
                self._start_again(lane, started)

    def _start(self, lane: str) -> None:
        pid = os.fork()
        if pid == 0:
            _be_child(lane)
        self._children[pid] = (lane, monotonic())

    def _start_again(self, lane: str, started: float) -> None:
        if monotonic() - started > LIVED_LONG_ENOUGH_SECONDS:
            self._deaths[lane] = 0
        delay = RESTART_SECONDS[min(self._deaths[lane], len(RESTART_SECONDS) - 1)]
        self._deaths[lane] += 1
        log_event(logger, logging.WARNING, "lane_restarted", lane=lane, delay_seconds=delay)
        threading.Event().wait(delay)
        if not self._stopping:
            self._start(lane)

    def _stop(self, _signum: int, _frame: FrameType | None) -> None:
        self._stopping = True
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)
        signal.signal(signal.SIGALRM, self._kill)
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)

    def _kill(self, _signum: int, _frame: FrameType | None) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)


def _be_child(lane: str) -> None:
    status = 1
    try:
        _die_with_parent()
        work(lane)
        status = 0
    except Exception as failure:  # noqa: BLE001 - the parent decides what to do about it
        log_event(logger, logging.ERROR, "lane_died", lane=lane, error=failure)
    finally:
        logging.shutdown()
        os._exit(status)


def _die_with_parent() -> None:
    """On Linux a lane does not outlive a parent that was killed."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
