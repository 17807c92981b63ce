"""The sender: leases what is queued, calls the platforms from a pool of threads, writes what came of it.

One thread talks to the database, so whatever finished while a transaction was under way goes into the next. Each turn
settles, takes as much as there are free places, commits `sending` and hands the calls to the pool.
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

from django.db import Error, connection, transaction

from hubbub.connectors.messages import Media
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.clock import monotonic
from hubbub.kit.failpoints import failpoint
from hubbub.kit.ids import new_id
from hubbub.kit.logging import log_event
from hubbub.organizations.database import run as run_sql
from hubbub.outbound.agenda import Agenda
from hubbub.outbound.calllog import log_calls
from hubbub.outbound.calls import call_platform
from hubbub.outbound.channels import ChannelBook
from hubbub.outbound.consequences import apply_effects, keep_allowances, note_health
from hubbub.outbound.jobs import Called, ChannelCard, Leased, Ready, UsedHandle
from hubbub.outbound.judging import judge_call, judge_refused, judge_upload
from hubbub.outbound.plan import Taken, remember, take
from hubbub.outbound.prepare import Refused, prepare
from hubbub.outbound.rates import forget_old_buckets
from hubbub.outbound.recovery import abandon, recover
from hubbub.outbound.sending import mark_sending
from hubbub.outbound.settle import Judged, settle
from hubbub.outbound.uploads import (
    Uploaded,
    content_key,
    drop_handles,
    files_to_upload,
    keep_handles,
    known_handles,
    upload,
)

logger = logging.getLogger(__name__)

PLACES = 48
MOST_OF_ONE_ORGANIZATION = 36
IDLE_SECONDS = (0.01, 0.02, 0.04, 0.05)
CHORES_EVERY_SECONDS = 1.0
FORGET_EVERY_SECONDS = 300.0
PAUSE_AFTER_ERROR_SECONDS = 0.5
STOP_SECONDS = 25.0
"""Longer than a call."""

Handles = dict[str, UsedHandle]
NOW = "SELECT hubbub_now() AS now"


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
    """Finished calls whose outcome is not committed yet."""
    refused: list[Refused] = field(default_factory=list)
    ready: list[Ready] = field(default_factory=list)
    """Leased and rendered, not called yet."""
    lost_tokens: list[UUID] = field(default_factory=list)
    """Leases of transactions whose fate we never learnt."""
    failing: set[UUID] = field(default_factory=set)
    chores_at: float = 0.0
    forget_at: float = 0.0

    def turn(self, *, is_stopping: bool = False) -> int:
        """One round; returns how much there was to do. Database errors leave everything to be tried again."""
        self._collect()
        self._chores()
        work = len(self.unsettled) + len(self.refused)
        self._settle()
        if not is_stopping:
            work += self.take()
        return work + self._start()

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
        if monotonic() >= self.forget_at:
            self.forget_at = monotonic() + FORGET_EVERY_SECONDS
            forget_old_buckets()

    # --- settling -----------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        called = [one for one in self.unsettled if isinstance(one, Called)]
        uploaded = [one for one in self.unsettled if isinstance(one, Uploaded)]
        if not called and not uploaded and not self.refused:
            return
        failpoint("before_commit_sent")
        apply_effects(called)
        with transaction.atomic():
            opened = note_health(called, self.failing)
            judged = [judge_call(one, is_breaker_open=one.ready.channel.id in opened) for one in called]
            judged += [judge_upload(one) for one in uploaded if one.outcome is not None]
            judged += [judge_refused(one) for one in self.refused]
            settle(judged)
            keep_allowances(called, judged)
            keep_handles(uploaded)
            drop_handles(_forgotten_handles(called, judged))
            log_calls([one.record for one in called] + [record for one in uploaded for record in one.records])
        self._forget(called, uploaded)
        self._render([(one.leased, one.channel, one.handles) for one in uploaded if one.outcome is None])

    def _forget(self, called: Sequence[Called], uploaded: Sequence[Uploaded]) -> None:
        """Committed: their places are free."""
        places = [one.ready.channel.organization_id for one in called]
        for organization_id in places + [one.channel.organization_id for one in uploaded]:
            self._free(organization_id)
        self.unsettled.clear()
        self.refused.clear()

    def _free(self, organization_id: UUID) -> None:
        self.in_flight[organization_id] -= 1
        if self.in_flight[organization_id] <= 0:
            del self.in_flight[organization_id]

    # --- taking -------------------------------------------------------------------------------------------------------

    def take(self) -> int:
        """Lease and render as much as there are free places; returns how many messages."""
        places = PLACES - self.in_flight.total() - len(self.ready)
        if places <= 0:
            return 0
        now = self.agenda.look()
        shares = self.agenda.share(places, self.in_flight, MOST_OF_ONE_ORGANIZATION)
        if not shares:
            return 0
        token = new_id()
        self.lost_tokens.append(token)
        with transaction.atomic():
            taken = take(self.agenda, self.book, shares, now, token)
        self.lost_tokens.remove(token)
        remember(self.agenda, taken)
        self.failing |= taken.failing
        failpoint("after_claim")
        self._distribute(taken)
        return len(taken.leased)

    def _distribute(self, taken: Taken) -> None:
        """Those with files that the platform lacks go to upload first, the others are rendered."""
        files = {one.message_id: files_to_upload(one, taken.cards[one.channel_id]) for one in taken.leased}
        wanted = [(taken.cards[one.channel_id], file) for one in taken.leased for file in files[one.message_id]]
        known = known_handles(wanted)
        renderable: list[tuple[Leased, ChannelCard, Handles]] = []
        for one in taken.leased:
            card, handles, missing = taken.cards[one.channel_id], {}, []
            for file in files[one.message_id]:
                key = file.storage_key or ""
                handle = known.get((card.id, content_key(key), file.type))
                if handle is None:
                    missing.append(file)
                else:
                    handles[key] = handle
            if missing:
                self._upload(one, card, missing, handles)
            else:
                renderable.append((one, card, handles))
        self._render(renderable)

    def _upload(self, leased: Leased, card: ChannelCard, missing: list[Media], handles: Handles) -> None:
        self.in_flight[card.organization_id] += 1
        self.pool.submit(lambda: self.done.put(upload(leased, card, missing, handles)))

    def _render(self, leased: Sequence[tuple[Leased, ChannelCard, Handles]]) -> None:
        if not leased:
            return
        now = run_sql(NOW)[0]["now"]
        for one, card, handles in leased:
            prepared = prepare(one, card, handles, now)
            if isinstance(prepared, Ready):
                self.ready.append(prepared)
            else:
                self.refused.append(prepared)

    # --- calling ------------------------------------------------------------------------------------------------------

    def _start(self) -> int:
        if not self.ready:
            return 0
        with transaction.atomic():
            going = mark_sending(self.ready)
        self.ready.clear()
        failpoint("after_commit_sending")
        for ready in going:
            self.in_flight[ready.channel.organization_id] += 1
            self.pool.submit(self._call, ready)
        return len(going)

    def _call(self, ready: Ready) -> None:
        self.done.put(call_platform(ready))


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


def _forgotten_handles(called: Sequence[Called], judged: Sequence[Judged]) -> list[tuple[UUID, UsedHandle]]:
    expired = {one.leased.message_id for one in judged if one.verdict.code == ErrorCode.MEDIA_EXPIRED}
    return [
        (one.ready.channel.id, handle)
        for one in called
        if one.ready.leased.message_id in expired
        for handle in one.ready.handles
    ]
