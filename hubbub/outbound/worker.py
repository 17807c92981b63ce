"""The sender: takes what is queued, calls the platforms from a pool of threads, writes what came of it.

One thread talks to the database, so whatever finished while a transaction was under way goes into the next. Each turn
settles in one transaction; in another it leases as much as there are free places, renders it and marks it as `sending`;
when that is committed, the calls begin.
"""

from __future__ import annotations

import logging
import queue
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from uuid import UUID

from django.db import Error, InterfaceError, OperationalError, connection, transaction

from hubbub.kit import clock
from hubbub.kit.clock import monotonic
from hubbub.kit.failpoints import failpoint
from hubbub.kit.ids import new_id
from hubbub.kit.logging import log_event
from hubbub.outbound.agenda import Agenda
from hubbub.outbound.calls import call_platform
from hubbub.outbound.channels import ChannelBook
from hubbub.outbound.consequences import apply_effects
from hubbub.outbound.jobs import Called, Ready
from hubbub.outbound.outcomes import write_outcomes
from hubbub.outbound.plan import remember, take
from hubbub.outbound.prepare import Refused
from hubbub.outbound.rates import forget_old_buckets
from hubbub.outbound.recovery import abandon, recover, revive_headless_lanes
from hubbub.outbound.sending import mark_sending
from hubbub.outbound.sorting import Bundle, render_all, sort_out
from hubbub.outbound.uploads import Uploaded, upload

logger = logging.getLogger(__name__)

PLACES = 128
MOST_OF_ONE_ORGANIZATION = 96
IDLE_SECONDS = (0.01, 0.02, 0.04, 0.05)
CHORES_EVERY_SECONDS = 1.0
RARE_CHORES_EVERY_SECONDS = 300.0
PAUSE_AFTER_ERROR_SECONDS = 0.5
STOP_SECONDS = 25.0
"""Longer than a call."""
AWAY = (OperationalError, InterfaceError)
"""The database, not the data."""


@dataclass(slots=True)
class Sender:
    """One sender's working memory. Everything in it may be lost at any moment."""

    agenda: Agenda = field(default_factory=Agenda)
    book: ChannelBook = field(default_factory=ChannelBook)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(PLACES, thread_name_prefix="call"))
    done: queue.SimpleQueue[Called | Uploaded] = field(default_factory=queue.SimpleQueue)
    in_flight: Counter[UUID] = field(default_factory=Counter)
    """Places by organisation."""
    unsettled: list[Called | Uploaded] = field(default_factory=list)
    """What is done and not committed yet."""
    refused: list[Refused] = field(default_factory=list)
    """Leased, and impossible to send."""
    ready: list[Ready] = field(default_factory=list)
    """Leased and rendered (after their files were uploaded), not called yet."""
    lost_tokens: list[UUID] = field(default_factory=list)
    """Leases of transactions whose fate we never learnt."""
    failing: set[UUID] = field(default_factory=set)
    """Channels whose calls failed lately."""
    chores_at: float = 0.0
    rare_chores_at: float = 0.0

    def turn(self, *, is_stopping: bool = False) -> int:
        """One round; returns how much there was to do. Database errors leave everything to be tried again.

        What we know is written before what is overdue is looked at: the database may have been away for longer than a
        lease, and a call of ours whose outcome we hold is not one that nobody knows the end of.
        """
        self._collect()
        work = len(self.unsettled) + len(self.refused)
        self._settle()
        self._chores()
        return work + (self._start() if is_stopping else self._take())

    def wait(self, seconds: float) -> None:
        """Until a call is done, at most `seconds`."""
        try:
            self.unsettled.append(self.done.get(timeout=seconds))
        except queue.Empty:
            return

    @property
    def is_idle(self) -> bool:
        return not self.in_flight and not self.unsettled and not self.refused and not self.ready

    def _collect(self) -> None:
        while not self.done.empty():
            self.unsettled.append(self.done.get())

    def _chores(self) -> None:
        if monotonic() < self.chores_at:
            return
        self.chores_at = monotonic() + CHORES_EVERY_SECONDS
        if self.lost_tokens:
            abandon(self.lost_tokens)
            self.lost_tokens.clear()
        recover()
        if monotonic() >= self.rare_chores_at:
            self.rare_chores_at = monotonic() + RARE_CHORES_EVERY_SECONDS
            forget_old_buckets()
            revive_headless_lanes()

    # --- settling -----------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        if not self.unsettled and not self.refused:
            return
        failpoint("before_commit_sent")
        try:
            self._write(self.unsettled, self.refused)
        except AWAY:
            raise
        except Error as failure:
            self._write_one_by_one(failure)
        self._leave()

    def _write(self, done: Sequence[Called | Uploaded], refused: Sequence[Refused]) -> None:
        apply_effects([one for one in done if isinstance(one, Called)])
        write_outcomes(done, refused, self.failing)

    def _write_one_by_one(self, failure: Error) -> None:
        """One of the outcomes cannot be written: its neighbours are. Its entry is looked at when its lease ends."""
        log_event(logger, logging.ERROR, "outcomes_not_written", error=failure)
        alone: list[tuple[list[Called | Uploaded], list[Refused]]] = [([one], []) for one in self.unsettled]
        for done, refused in alone + [([], [one]) for one in self.refused]:
            try:
                self._write(done, refused)
            except AWAY:
                raise
            except Error as reason:
                log_event(logger, logging.ERROR, "outcome_not_written", error=reason)

    def _leave(self) -> None:
        """Committed: the places are free, and messages whose files are at the platform now can be called."""
        self.refused.clear()
        for one in self.unsettled:
            self._free(one.ready.channel.organization_id if isinstance(one, Called) else one.channel.organization_id)
        uploaded = [one for one in self.unsettled if isinstance(one, Uploaded) and one.outcome is None]
        self.unsettled.clear()
        ready, refused = render_all(
            (Bundle(leased=one.leased, channel=one.channel, handles=one.handles) for one in uploaded), clock.now()
        )
        self.ready += ready
        self.refused += refused

    def _free(self, organization_id: UUID) -> None:
        self.in_flight[organization_id] -= 1
        if self.in_flight[organization_id] <= 0:
            del self.in_flight[organization_id]

    # --- taking -------------------------------------------------------------------------------------------------------

    def _take(self) -> int:
        places = PLACES - self.in_flight.total() - len(self.ready)
        if places <= 0:
            return self._start()
        now = self.agenda.look()
        shares = self.agenda.share(places, self.in_flight, MOST_OF_ONE_ORGANIZATION)
        if not shares:
            return self._start()
        token = new_id()
        self.lost_tokens.append(token)
        with transaction.atomic():
            taken = take(self.agenda, self.book, shares, now, token)
            failpoint("after_claim")
            found = sort_out(taken)
            going = mark_sending([*self.ready, *found.ready])
        self.lost_tokens.remove(token)
        self.ready.clear()
        remember(self.agenda, taken)
        self.failing |= taken.failing
        self.refused += found.refused
        self._begin(going, found.to_upload)
        return len(taken.leased)

    def _start(self) -> int:
        """Begin the calls of messages that were leased before."""
        if not self.ready:
            return 0
        with transaction.atomic():
            going = mark_sending(self.ready)
        self.ready.clear()
        self._begin(going, [])
        return len(going)

    def _begin(self, going: Sequence[Ready], to_upload: Sequence[Bundle]) -> None:
        failpoint("after_commit_sending")
        for ready in going:
            self.in_flight[ready.channel.organization_id] += 1
            self.pool.submit(self._call, ready)
        for bundle in to_upload:
            self.in_flight[bundle.channel.organization_id] += 1
            self.pool.submit(self._upload, bundle)

    def _call(self, ready: Ready) -> None:
        self.done.put(call_platform(ready))

    def _upload(self, bundle: Bundle) -> None:
        self.done.put(upload(bundle.leased, bundle.channel, bundle.missing, bundle.handles))


def run(stop: Event) -> None:
    """Work until `stop` is set, then wait for the calls under way. A database that is away is waited for."""
    sender = Sender()
    idle_turns = 0
    while not stop.is_set():
        work = _guarded_turn(sender, stop)
        idle_turns = 0 if work else min(idle_turns + 1, len(IDLE_SECONDS) - 1)
        if not work and sender.in_flight:
            sender.wait(IDLE_SECONDS[-1])
        elif not work:
            stop.wait(IDLE_SECONDS[idle_turns])
    _finish(sender)


def _guarded_turn(sender: Sender, stop: Event, *, is_stopping: bool = False) -> int:
    try:
        return sender.turn(is_stopping=is_stopping)
    except Error as failure:
        log_event(logger, logging.WARNING, "outbound_interrupted", error=failure)
        connection.close()
        stop.wait(PAUSE_AFTER_ERROR_SECONDS)
        return 0


def _finish(sender: Sender) -> None:
    """Let the calls under way end, and write what came of them. What was leased and not called goes back by itself."""
    give_up_at = monotonic() + STOP_SECONDS
    never = Event()
    while not sender.is_idle and monotonic() < give_up_at:
        _guarded_turn(sender, never, is_stopping=True)
        sender.wait(IDLE_SECONDS[-1])
    sender.pool.shutdown(wait=False, cancel_futures=True)
