"""What may happen to a conversation in each of its states. One table; the tests walk every pair of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hubbub.conversations.models import ConversationStatus
from hubbub.kit.errors import Conflict

ACTIVE, CLOSED, ARCHIVED = ConversationStatus.ACTIVE, ConversationStatus.CLOSED, ConversationStatus.ARCHIVED


class LifecycleEvent(StrEnum):
    CUSTOMER_WROTE = "customer_wrote"
    CUSTOMER_WROTE_LATE = "customer_wrote_late"
    """After the reopening time of a closed conversation."""
    WE_WROTE_ELSEWHERE = "we_wrote_elsewhere"
    """An echo: somebody answered in the platform's own inbox."""
    WE_WROTE = "we_wrote"
    CLOSE = "close"
    ARCHIVE = "archive"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Stay:
    """Nothing changes; the event belongs to this conversation."""


@dataclass(frozen=True, slots=True)
class Become:
    """The conversation takes this status."""

    status: ConversationStatus


@dataclass(frozen=True, slots=True)
class BeginAnother:
    """The conversation is left as it is; a new one is opened."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Not possible; the sentence says why and what to do."""

    sentence: str


Transition = Stay | Become | BeginAnother | Refuse

TRANSITIONS: dict[tuple[ConversationStatus, LifecycleEvent], Transition] = {
    (ACTIVE, LifecycleEvent.CUSTOMER_WROTE): Stay(),
    (ACTIVE, LifecycleEvent.CUSTOMER_WROTE_LATE): Stay(),
    (ACTIVE, LifecycleEvent.WE_WROTE_ELSEWHERE): Stay(),
    (ACTIVE, LifecycleEvent.WE_WROTE): Stay(),
    (ACTIVE, LifecycleEvent.CLOSE): Become(CLOSED),
    (ACTIVE, LifecycleEvent.ARCHIVE): Become(ARCHIVED),
    (ACTIVE, LifecycleEvent.REOPEN): Stay(),
    (CLOSED, LifecycleEvent.CUSTOMER_WROTE): Become(ACTIVE),
    (CLOSED, LifecycleEvent.CUSTOMER_WROTE_LATE): BeginAnother(),
    (CLOSED, LifecycleEvent.WE_WROTE_ELSEWHERE): Stay(),
    (CLOSED, LifecycleEvent.WE_WROTE): Become(ACTIVE),
    (CLOSED, LifecycleEvent.CLOSE): Stay(),
    (CLOSED, LifecycleEvent.ARCHIVE): Become(ARCHIVED),
    (CLOSED, LifecycleEvent.REOPEN): Become(ACTIVE),
    (ARCHIVED, LifecycleEvent.CUSTOMER_WROTE): BeginAnother(),
    (ARCHIVED, LifecycleEvent.CUSTOMER_WROTE_LATE): BeginAnother(),
    (ARCHIVED, LifecycleEvent.WE_WROTE_ELSEWHERE): Stay(),
    (ARCHIVED, LifecycleEvent.WE_WROTE): Refuse("This conversation is archived. Reopen it before you answer."),
    (ARCHIVED, LifecycleEvent.CLOSE): Refuse("This conversation is archived. Reopen it before you close it."),
    (ARCHIVED, LifecycleEvent.ARCHIVE): Stay(),
    (ARCHIVED, LifecycleEvent.REOPEN): Become(ACTIVE),
}
"""Becoming active while another conversation of that contact and channel is open is a Conflict that names it."""


def transition(status: str, event: LifecycleEvent) -> Transition:
    """What follows. Raises Conflict with the sentence where the table refuses."""
    found = TRANSITIONS[ConversationStatus(status), event]
    if isinstance(found, Refuse):
        raise Conflict(found.sentence, code=f"conversation_{status}")
    return found


def customer_wrote(closed_at: datetime | None, at: datetime, reopen_hours: int) -> LifecycleEvent:
    """Whether a message comes in time to reopen what was closed at `closed_at`."""
    late = closed_at is not None and at - closed_at > timedelta(hours=reopen_hours)
    return LifecycleEvent.CUSTOMER_WROTE_LATE if late else LifecycleEvent.CUSTOMER_WROTE
