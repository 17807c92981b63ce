"""One batch, from leased deliveries to stored conversations, in one transaction.

Locks are taken in the order contact → conversation → message, each sorted by id, so that workers on overlapping keys
wait for one another and never deadlock. The batches of one worker enter one after the other: whichever leased its
deliveries first holds its conversations first; while it is being written, the next one enters. A batch that fails is
cut in half until the poison stands alone: first the delivery, then the event, which is kept as a dead letter while its
neighbours are applied.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from hubbub.connectors.events import MessageEchoed
from hubbub.conversations.effects import Effect, Target, apply_effects
from hubbub.conversations.effects import apply_waiting as apply_waiting_effects
from hubbub.conversations.receipts import apply_marks_to, keep_marks
from hubbub.conversations.settling import release_settled
from hubbub.inbound.batch import Arrival, Batch, DeliveryRow
from hubbub.inbound.changes import apply_changes
from hubbub.inbound.counters import record_counters
from hubbub.inbound.dedupe import fold, remember
from hubbub.inbound.echoes import recognise, sent
from hubbub.inbound.effects import effects_of, marks_of
from hubbub.inbound.follow_up import follow_up
from hubbub.inbound.lease import lease
from hubbub.inbound.people import note_sightings, resolve_people
from hubbub.inbound.placeholders import fill_placeholders, is_placeholder
from hubbub.inbound.record import erase_unsent, finish_deliveries, record_events
from hubbub.inbound.routing import Parsed, parse, route
from hubbub.inbound.rules import apply_rules
from hubbub.inbound.store import count, said, set_aside_known, store
from hubbub.inbound.threads import resolve_threads
from hubbub.kit import clock
from hubbub.kit.logging import log_event
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent, emit

logger = logging.getLogger(__name__)
LOST = (OperationalError, InterfaceError)
"""The connection or the transaction is gone: nothing of the batch can be judged, all of it comes again."""
COMPANY = frozenset({"40001", "40P01", "55P03"})
"""Serialisation failure, deadlock, a lock that was waited for too long: they come from company, not from content.
https://www.postgresql.org/docs/current/errcodes-appendix.html"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What one batch did."""

    deliveries: int = 0
    events: int = 0
    messages: int = 0
    dead: int = 0
    last_seq: int = 0


def apply_deliveries(limit: int, *, floor: int = 0, entrance: AbstractContextManager[object] | None = None) -> Applied:
    """Lease up to `limit` deliveries and apply them; all of it is one transaction. Returns what was done.

    `entrance` is held until the batch holds its conversations: a lock that the threads of a worker share.
    """
    with ExitStack() as entered, transaction.atomic():
        entered.enter_context(entrance or nullcontext())
        deliveries = lease(limit, floor=floor)
        if not deliveries:
            return Applied()
        return _apply_all(deliveries, entered.close)


def _apply_all(deliveries: Sequence[DeliveryRow], has_entered: Callable[[], None]) -> Applied:
    parsed = [parse(delivery) for delivery in deliveries]
    arrivals = route(parsed)
    apply_arrivals(arrivals, has_entered)
    record_counters(arrivals, clock.now())
    finish_deliveries(parsed)
    return _summary(deliveries, parsed, arrivals)


def _summary(deliveries: Sequence[DeliveryRow], parsed: Sequence[Parsed], arrivals: Sequence[Arrival]) -> Applied:
    return Applied(
        deliveries=len(deliveries),
        events=sum(len(one.events) for one in parsed),
        messages=sum(one.is_live and one.message_id is not None for one in arrivals),
        dead=sum(one.state == "dead" for one in arrivals),
        last_seq=deliveries[-1].seq,
    )


def _nobody_waits() -> None:
    pass


def apply_arrivals(arrivals: Sequence[Arrival], has_entered: Callable[[], None] = _nobody_waits) -> None:
    """Apply events; what fails is halved until it stands alone. `has_entered` is called once conversations are held."""
    if not arrivals:
        return
    try:
        with transaction.atomic():
            _apply(Batch(arrivals=list(arrivals)), has_entered)
    except LOST:
        raise
    except Exception as failure:
        if not _is_the_events_fault(failure):
            raise
        _halve(arrivals, failure)


def _is_the_events_fault(failure: Exception) -> bool:
    return not (isinstance(failure, DatabaseError) and getattr(failure.__cause__, "sqlstate", "") in COMPANY)


def _halve(arrivals: Sequence[Arrival], failure: Exception) -> None:
    for arrival in arrivals:
        _forget(arrival)
    if len(arrivals) == 1:
        _bury(arrivals[0], failure)
        return
    middle = len(arrivals) // 2
    for half in (arrivals[:middle], arrivals[middle:]):
        run("SET CONSTRAINTS ALL DEFERRED")  # as a transaction begins; a half that was applied leaves them immediate
        apply_arrivals(half)


def _forget(arrival: Arrival) -> None:
    arrival.state, arrival.error, arrival.tags, arrival.priority = "applied", "", (), None
    arrival.contact_id = arrival.home_contact_id = arrival.identity_id = arrival.conversation_id = (
        arrival.message_id
    ) = None


def _bury(arrival: Arrival, failure: Exception) -> None:
    """Keep the event as a dead letter. The reason names the kind of failure; it never quotes the event."""
    arrival.state, arrival.error = "dead", f"Applying it failed: {type(failure).__name__}."
    log_event(logger, logging.ERROR, "event_died", error=failure, event_kind=arrival.event.kind, event_id=arrival.id)
    record_events([arrival])


def _apply(batch: Batch, has_entered: Callable[[], None]) -> None:
    for arrival in batch.arrivals:
        apply_rules(arrival)
    fold(batch)
    remember(batch)
    strangers = resolve_people(batch)
    conversations = resolve_threads(batch)
    has_entered()
    messages = said(batch)
    set_aside_known(messages)
    filled = fill_placeholders(batch, messages)
    echoed = recognise(messages)
    fresh = [one for one in messages if one.is_live and one.message_id is None]
    new = store(batch, [one for one in fresh if not is_placeholder(one)])
    new += store(batch, [one for one in fresh if is_placeholder(one)])
    count(batch, new, conversations)
    changed = apply_effects([*echoed, *_proven(messages), *effects_of(batch)])
    changed += apply_waiting_effects(list(batch.new_message_ids))
    _apply_receipts(batch, new, changed)
    release_settled(sorted({target.message_id for target in changed}))
    apply_changes(batch)
    note_sightings(batch)
    follow_up(batch, new, filled, strangers)
    _show_changed(batch, changed)
    record_events(batch.arrivals)
    erase_unsent([target.message_id for target in changed if target.kind == "unsend"])
    emit(list(batch.screen_events.values()))
    run("SET CONSTRAINTS ALL IMMEDIATE")  # a broken reference is this batch's fault, and must show before the commit


def _proven(messages: Sequence[Arrival]) -> list[Effect]:
    """Echoes of messages whose id we know already: they prove that the send arrived."""
    return [
        sent(one, one.message_id)
        for one in messages
        if isinstance(one.event, MessageEchoed) and one.state == "duplicate" and one.message_id
    ]


def _apply_receipts(batch: Batch, new: Sequence[Arrival], changed: Sequence[Target]) -> None:
    ours = [one.message_id for one in new if isinstance(one.event, MessageEchoed) and one.message_id]
    apply_marks_to([*ours, *(target.message_id for target in changed)])
    for row in keep_marks(marks_of(batch)):
        batch.show(
            ScreenEvent(
                organization_id=row["organization_id"],
                kind="message.changed",
                subject_id=row["id"],
                conversation_id=row["conversation_id"],
            )
        )


def _show_changed(batch: Batch, changed: Sequence[Target]) -> None:
    for target in changed:
        batch.show(
            ScreenEvent(
                organization_id=target.organization_id,
                kind="message.changed",
                subject_id=target.message_id,
                conversation_id=target.conversation_id,
            )
        )
