"""The inbound lane: leases deliveries and applies them until it is told to stop.

After a start it is careful for a while: one delivery at a time, its attempt counted and committed first. A delivery
that kills or hangs the process is found that way, and is dead after three attempts; its neighbours are not held up.
"""

from __future__ import annotations

import faulthandler
import logging
from dataclasses import dataclass, field
from threading import Event

from django.db import Error, connection, transaction

from hubbub.conversations.effects import apply_overdue
from hubbub.inbound.lease import ScanFloor, lease
from hubbub.inbound.pipeline import COMPANY, Applied, apply_deliveries
from hubbub.inbound.record import erase_unsent
from hubbub.inbound.replay import replay_requested
from hubbub.kit.clock import monotonic
from hubbub.kit.logging import log_event
from hubbub.organizations.database import run as execute
from hubbub.organizations.screens import ScreenEvent, emit

logger = logging.getLogger(__name__)

BATCH = 400
CAREFUL_DELIVERIES = 20
MOST_ATTEMPTS = 3
HANG_SECONDS = 60
IDLE_SECONDS = (0.01, 0.02, 0.04, 0.05)
CHORES_EVERY_SECONDS = 1.0
PAUSE_AFTER_ERROR_SECONDS = 0.5

TRY = "UPDATE delivery SET attempts = attempts + 1 WHERE id = %(id)s AND received_at = %(received_at)s"
NOT_ITS_FAULT = """
UPDATE delivery SET attempts = greatest(attempts - 1, 0) WHERE id = %(id)s AND received_at = %(received_at)s
"""
GIVE_UP = """
UPDATE delivery SET processed_at = hubbub_now(), state = 'dead', error = 'It stopped the worker three times.'
 WHERE id = %(id)s AND received_at = %(received_at)s
"""


@dataclass(slots=True)
class _State:
    floor: ScanFloor = field(default_factory=ScanFloor)
    careful: int = CAREFUL_DELIVERIES
    idle_turns: int = 0
    chores_at: float = 0.0


def run(stop: Event) -> None:
    """Work until `stop` is set. A database that is away is waited for; nothing leased is lost."""
    state = _State()
    while not stop.is_set():
        try:
            applied = _turn(state)
        except Error as failure:
            log_event(logger, logging.WARNING, "inbound_interrupted", error=failure)
            connection.close()
            stop.wait(PAUSE_AFTER_ERROR_SECONDS)
            continue
        if applied.deliveries:
            state.idle_turns = 0
        else:
            stop.wait(IDLE_SECONDS[min(state.idle_turns, len(IDLE_SECONDS) - 1)])
            state.idle_turns += 1


def _turn(state: _State) -> Applied:
    state.floor.refresh()
    faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
    try:
        _chores(state)
        if state.careful > 0:
            state.careful -= 1
            return _one_carefully(state.floor.floor)
        return apply_deliveries(BATCH, floor=state.floor.floor)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _one_carefully(floor: int) -> Applied:
    with transaction.atomic():
        found = lease(1, floor=floor)
        if not found:
            return Applied()
        delivery = found[0]
        statement = GIVE_UP if delivery.attempts >= MOST_ATTEMPTS else TRY
        execute(statement, id=delivery.id, received_at=delivery.received_at)
    if delivery.attempts >= MOST_ATTEMPTS:
        log_event(logger, logging.ERROR, "delivery_died", delivery_id=delivery.id)
        return Applied(deliveries=1)
    try:
        return apply_deliveries(1, floor=floor)
    except Error as failure:
        if getattr(failure.__cause__, "sqlstate", "") in COMPANY:
            execute(NOT_ITS_FAULT, id=delivery.id, received_at=delivery.received_at)
        raise


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
