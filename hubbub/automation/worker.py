"""The automation lane's loop: claim conversations, decide about what is new in each, commit under the lease.

A round is one transaction for each organisation: everything is read at once, decided in memory, then written at once
while the leases still stand. What breaks is done again one conversation at a time, so that it stands alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import compress, groupby
from threading import Event
from uuid import UUID

from django.db import Error, InterfaceError, OperationalError, connection, transaction

from hubbub.automation import lane
from hubbub.automation.lane import Finished, Lease
from hubbub.automation.mutex import outer_mutex
from hubbub.automation.responders import Decision, decide
from hubbub.automation.scenes import Heard, Scene, read_scenes
from hubbub.conversations.actions.send import Wanted, queue_messages
from hubbub.conversations.locks import lock_threads
from hubbub.kit.errors import HubbubError
from hubbub.kit.ids import new_id
from hubbub.kit.logging import log_event
from hubbub.organizations.scope import organization_scope

logger = logging.getLogger(__name__)

CLAIM_AT_ONCE = 100
IDLE_SECONDS = (0.01, 0.02, 0.05, 0.1)
PAUSE_AFTER_ERROR_SECONDS = 0.5
RETRY_SECONDS = (1, 5, 30, 120, 600)
BUSY_ELSEWHERE_SECONDS = 1.0
AWAY = (OperationalError, InterfaceError)
"""The database, not the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a conversation's new messages led to."""

    lease: Lease
    decisions: tuple[tuple[Heard, Decision], ...]


@dataclass(slots=True)
class _Rounds:
    """The tokens of rounds that broke off: their leases are ended when the database is back."""

    lost_tokens: list[UUID] = field(default_factory=list)

    def work(self, limit: int) -> int:
        if self.lost_tokens:
            lane.give_back(self.lost_tokens)
            self.lost_tokens.clear()
        token = new_id()
        self.lost_tokens.append(token)
        worked = work_once(limit, token)
        self.lost_tokens.remove(token)
        return worked


def run(stop: Event) -> None:
    """Work until `stop` is set. What a worker had leased when it died is taken up when the lease ends."""
    rounds, idle_turns = _Rounds(), 0
    while not stop.is_set():
        try:
            worked = rounds.work(CLAIM_AT_ONCE)
        except Error as failure:
            log_event(logger, logging.WARNING, "automation_interrupted", error=failure)
            connection.close()
            stop.wait(PAUSE_AFTER_ERROR_SECONDS)
            continue
        idle_turns = 0 if worked else idle_turns + 1
        if not worked:
            stop.wait(IDLE_SECONDS[min(idle_turns, len(IDLE_SECONDS)) - 1])


def work_once(limit: int = CLAIM_AT_ONCE, token: UUID | None = None) -> int:
    """Claim and handle one round of conversations; returns how many there were."""
    with transaction.atomic():
        leases = lane.claim(limit, token)
    with ExitStack() as mutexes:
        is_free = [mutexes.enter_context(outer_mutex(lease.conversation_id)) for lease in leases]
        for organization_id, group in _by_organization(list(compress(leases, is_free))):
            _handle(organization_id, group)
    lane.postpone([lease for lease, free in zip(leases, is_free, strict=True) if not free], BUSY_ELSEWHERE_SECONDS)
    return len(leases)


def _by_organization(leases: Sequence[Lease]) -> Iterator[tuple[UUID, list[Lease]]]:
    ordered = sorted(leases, key=lambda lease: lease.organization_id)
    for organization_id, group in groupby(ordered, key=lambda lease: lease.organization_id):
        yield organization_id, list(group)


def _handle(organization_id: UUID, leases: Sequence[Lease]) -> None:
    """Conversations of one organisation. Whatever fails is tried alone, and kept with its conversation then."""
    try:
        with organization_scope(organization_id):
            _answer(organization_id, leases)
    except AWAY:
        raise
    except Exception as failure:  # noqa: BLE001 - whatever a responder does must not stop the lane
        if len(leases) > 1:
            for lease in leases:
                _handle(organization_id, [lease])
        else:
            _fail(leases[0], failure)


def _fail(lease: Lease, failure: Exception) -> None:
    log_event(logger, logging.ERROR, "automation_failed", error=failure, conversation_id=lease.conversation_id)
    delay = RETRY_SECONDS[min(lease.attempts, len(RETRY_SECONDS) - 1)]
    lane.fail(lease, f"Deciding failed: {type(failure).__name__}.", delay)


def _answer(organization_id: UUID, leases: Sequence[Lease]) -> None:
    """Decide, then write what was decided where the lease still stands, and give the conversations back.

    Deciding asks nobody outside and locks nothing. A responder that does ask must be given its own transaction.
    """
    scenes = read_scenes(organization_id, leases)
    decided = [_decide(lease, scenes[lease.conversation_id]) for lease in leases if lease.conversation_id in scenes]
    lock_threads(one.lease.conversation_id for one in decided if any(said.answer for _, said in one.decisions))
    held = lane.hold(leases)
    ours = [one for one in decided if one.lease.conversation_id in held]
    lane.finish(_write(organization_id, ours))
    lane.release((lease, None) for lease in leases)


def _decide(lease: Lease, scene: Scene) -> Decided:
    """Message after message, each in the light of the answers before it."""
    decisions = []
    for heard in scene.heard:
        decision = decide(scene, heard)
        decisions.append((heard, decision))
        if decision.answer is not None:
            scene = replace(scene, recent_answers=scene.recent_answers + 1)
    return Decided(lease=lease, decisions=tuple(decisions))


def _write(organization_id: UUID, decided: Sequence[Decided]) -> list[Finished]:
    """Queue the answers; what may not be sent leaves its sentence as the reason."""
    answers = [
        Wanted(
            conversation_id=one.lease.conversation_id,
            content=decision.answer,
            author_type="flow",
            client_id=f"automation:{heard.id}",
        )
        for one in decided
        for heard, decision in one.decisions
        if decision.answer is not None
    ]
    results = iter(queue_messages(organization_id, answers) if answers else ())
    return [
        Finished(
            lease=one.lease,
            message_id=heard.id,
            decision=decision.name,
            reason=_reason(decision, next(results) if decision.answer is not None else None),
        )
        for one in decided
        for heard, decision in one.decisions
    ]


def _reason(decision: Decision, queued: UUID | HubbubError | None) -> str:
    return queued.sentence if isinstance(queued, HubbubError) else decision.reason
