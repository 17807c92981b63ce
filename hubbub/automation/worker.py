"""The automation lane's loop: claim conversations, decide about what is new in each, commit under the lease.

A round is one transaction for each organisation. What breaks is done again one conversation at a time, so that it
stands alone. Other servers that a flow asks are asked from a pool of threads, under a lease that is kept meanwhile.
While it is behind, a second thread takes every other round (docs/adr/0005-two-batches-at-a-time.md).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import compress, groupby
from threading import Event
from uuid import UUID

from django.db import Error, InterfaceError, OperationalError, connection, transaction

from hubbub.automation import lane
from hubbub.automation.effects import ask_http
from hubbub.automation.lane import Lease
from hubbub.automation.mutex import outer_mutex
from hubbub.automation.rounds import Asked, answer
from hubbub.flows.engine import HttpAnswered
from hubbub.flows.schedules import start_due
from hubbub.kit.clock import monotonic
from hubbub.kit.ids import new_id
from hubbub.kit.logging import log_event
from hubbub.kit.second_thread import SecondThread
from hubbub.organizations.scope import organization_scope

logger = logging.getLogger(__name__)

CLAIM_AT_ONCE = 200
PLACES_FOR_ASKING = 16
IDLE_SECONDS = (0.01, 0.02, 0.05, 0.1)
PAUSE_AFTER_ERROR_SECONDS = 0.5
SCHEDULES_EVERY_SECONDS = 15.0
RETRY_SECONDS = (1, 5, 30, 120, 600)
BUSY_ELSEWHERE_SECONDS = 1.0
AWAY = (OperationalError, InterfaceError)
"""The database, not the data."""


@dataclass(slots=True)
class Automation:
    """One worker's working memory. Everything in it may be lost at any moment."""

    lost_tokens: list[UUID] = field(default_factory=list)
    """Of rounds that broke off: their leases are ended when the database is back."""
    asking: dict[Future[HttpAnswered], Lease] = field(default_factory=dict)
    schedules_at: float = 0.0
    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(PLACES_FOR_ASKING, thread_name_prefix="ask")
    )

    def turn(self, limit: int = CLAIM_AT_ONCE) -> int:
        """One round; returns how many conversations there were."""
        if lost := list(self.lost_tokens):
            lane.give_back(lost)
            del self.lost_tokens[: len(lost)]
        self._start_schedules()
        return self._hear_answers() + self.claim(limit)

    def claim(self, limit: int) -> int:
        """Take conversations that are due and work on them; returns how many there were. Any thread may."""
        token = new_id()
        try:
            return self._claim(limit, token)
        except BaseException:
            self.lost_tokens.append(token)
            raise

    def wait(self) -> None:
        """Until every server that was asked has answered."""
        wait_for(self.asking)

    def _start_schedules(self) -> None:
        if monotonic() >= self.schedules_at:
            self.schedules_at = monotonic() + SCHEDULES_EVERY_SECONDS
            start_due()

    def _claim(self, limit: int, token: UUID) -> int:
        with transaction.atomic():
            leases = lane.claim(limit, token)
        with ExitStack() as mutexes:
            is_free = [mutexes.enter_context(outer_mutex(lease.conversation_id)) for lease in leases]
            for organization_id, group in _by_organization(list(compress(leases, is_free))):
                self._ask(handle(organization_id, group))
        busy = [lease for lease, free in zip(leases, is_free, strict=True) if not free]
        lane.postpone(busy, BUSY_ELSEWHERE_SECONDS)
        return len(leases)

    def _ask(self, asked: Sequence[Asked]) -> None:
        for lease, request in asked:
            self.asking[self.pool.submit(ask_http, request)] = lease

    def _hear_answers(self) -> int:
        done = [future for future in tuple(self.asking) if future.done()]
        for future in done:
            lease = self.asking[future]
            self._ask(handle(lease.organization_id, [lease], {lease.conversation_id: future.result()}))
            del self.asking[future]
        return len(done)


def run(stop: Event) -> None:
    """Work until `stop` is set. What a worker had leased when it died is taken up when the lease ends."""
    automation, idle_turns = Automation(), 0
    with SecondThread(lambda: _patiently(automation.claim, stop) >= CLAIM_AT_ONCE, stop) as second:
        while not stop.is_set():
            worked = _patiently(automation.turn, stop)
            if worked >= CLAIM_AT_ONCE:
                second.call()
            idle_turns = 0 if worked or automation.asking else idle_turns + 1
            if not worked:
                stop.wait(IDLE_SECONDS[max(min(idle_turns, len(IDLE_SECONDS)) - 1, 0)])
    automation.pool.shutdown(wait=False, cancel_futures=True)


def _patiently(work: Callable[[int], int], stop: Event) -> int:
    """How many conversations there were; 0 after a pause when the database broke it off."""
    try:
        return work(CLAIM_AT_ONCE)
    except Error as failure:
        log_event(logger, logging.WARNING, "automation_interrupted", error=failure)
        connection.close()
        stop.wait(PAUSE_AFTER_ERROR_SECONDS)
        return 0


def _by_organization(leases: Sequence[Lease]) -> Iterator[tuple[UUID, list[Lease]]]:
    ordered = sorted(leases, key=lambda lease: lease.organization_id)
    for organization_id, group in groupby(ordered, key=lambda lease: lease.organization_id):
        yield organization_id, list(group)


def handle(
    organization_id: UUID, leases: Sequence[Lease], answers: Mapping[UUID, HttpAnswered] | None = None
) -> list[Asked]:
    """Conversations of one organisation. Whatever fails is tried alone, and kept with its conversation then.

    Returns what other servers must be asked; the leases of these are kept.
    """
    try:
        with organization_scope(organization_id):
            return answer(organization_id, leases, answers)
    except AWAY:
        raise
    except Exception as failure:  # noqa: BLE001 - whatever a responder does must not stop the lane
        if len(leases) > 1:
            return [asked for lease in leases for asked in handle(organization_id, [lease], answers)]
        _fail(leases[0], failure)
        return []


def _fail(lease: Lease, failure: Exception) -> None:
    log_event(logger, logging.ERROR, "automation_failed", error=failure, conversation_id=lease.conversation_id)
    delay = RETRY_SECONDS[min(lease.attempts, len(RETRY_SECONDS) - 1)]
    lane.fail(lease, f"Deciding failed: {type(failure).__name__}.", delay)
