"""The inbound lane: leases deliveries and applies them until it is told to stop.

After a start it is careful for a while (`careful.py`). While it is behind, a second thread takes every other batch, so
that Python reads one batch while Postgres writes the other (docs/adr/0005-two-batches-at-a-time.md).
"""

from __future__ import annotations

import faulthandler
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, get_ident

from django.db import Error, connection, transaction

from hubbub.conversations.effects import apply_overdue
from hubbub.inbound.careful import CarefulStart
from hubbub.inbound.lease import ScanFloor
from hubbub.inbound.pipeline import Applied, apply_deliveries
from hubbub.inbound.record import erase_unsent
from hubbub.inbound.replay import replay_requested
from hubbub.kit.clock import monotonic
from hubbub.kit.logging import log_event
from hubbub.kit.second_thread import SecondThread
from hubbub.organizations.screens import ScreenEvent, emit

logger = logging.getLogger(__name__)

BATCH = 400
HANG_SECONDS = 60
IDLE_SECONDS = (0.01, 0.02, 0.04, 0.05)
CHORES_EVERY_SECONDS = 1.0
PAUSE_AFTER_ERROR_SECONDS = 0.5


class _HangWatch:
    """Ends the process, with the stacks of its threads, when one turn of any of them takes over a minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._began: dict[int, float] = {}

    def __enter__(self) -> None:
        with self._lock:
            self._began[get_ident()] = monotonic()
            self._arm()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            del self._began[get_ident()]
            self._arm()

    def _arm(self) -> None:
        if not self._began:
            faulthandler.cancel_dump_traceback_later()
            return
        ends = min(self._began.values()) + HANG_SECONDS
        faulthandler.dump_traceback_later(max(ends - monotonic(), 0.001), exit=True)


@dataclass(slots=True)
class _State:
    stop: Event = field(default_factory=Event)
    floor: ScanFloor = field(default_factory=ScanFloor)
    entrance: Lock = field(default_factory=Lock)
    watch: _HangWatch = field(default_factory=_HangWatch)
    careful: CarefulStart = field(default_factory=CarefulStart)
    idle_turns: int = 0
    chores_at: float = 0.0


def run(stop: Event) -> None:
    """Work until `stop` is set. A database that is away is waited for; nothing leased is lost."""
    state = _State(stop)
    with SecondThread(lambda: _patiently(_apply, state).deliveries == BATCH, stop) as second:
        while not stop.is_set():
            applied = _patiently(_turn, state)
            if applied.deliveries == BATCH:
                second.call()
            _rest(state, applied)


def _patiently(turn: Callable[[_State], Applied], state: _State) -> Applied:
    try:
        with state.watch:
            return turn(state)
    except Error as failure:
        log_event(logger, logging.WARNING, "inbound_interrupted", error=failure)
        connection.close()
        state.stop.wait(PAUSE_AFTER_ERROR_SECONDS)
        return Applied()


def _rest(state: _State, applied: Applied) -> None:
    if applied.deliveries:
        state.idle_turns = 0
        return
    state.stop.wait(IDLE_SECONDS[min(state.idle_turns, len(IDLE_SECONDS) - 1)])
    state.idle_turns += 1


def _turn(state: _State) -> Applied:
    state.careful.take_back_attempts()
    state.floor.refresh()
    _chores(state)
    return state.careful.apply_one(state.floor.floor) if state.careful.left > 0 else _apply(state)


def _apply(state: _State) -> Applied:
    return apply_deliveries(BATCH, floor=state.floor.floor, entrance=state.entrance)


def _chores(state: _State) -> None:
    """Replays that people asked for, and effects that missed their message by a moment."""
    if monotonic() < state.chores_at:
        return
    state.chores_at = monotonic() + CHORES_EVERY_SECONDS
    replay_requested()
    with transaction.atomic():
        changed = apply_overdue()
        erase_unsent([target.message_id for target in changed if target.kind == "unsend"])
        emit(
            [
                ScreenEvent(
                    organization_id=target.organization_id,
                    kind="message.changed",
                    subject_id=target.message_id,
                    conversation_id=target.conversation_id,
                )
                for target in changed
            ]
        )
