"""Any permutation and repetition of the same events ends in the same state."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, zip_longest
from typing import Any
from uuid import uuid5

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hubbub.channels.models import Channel
from hubbub.connectors.events import (
    ContactFollowed,
    Content,
    DeliveryStatus,
    DeliveryUpdated,
    InboundEvent,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageType,
    MessageUnsent,
    OptInChanged,
    Party,
    PostbackReceived,
    ReactionChanged,
    ReadUpTo,
    ReferralReceived,
    Thread,
    ThreadControlChanged,
)
from hubbub.conversations.effects import apply_overdue
from hubbub.inbound.batch import Arrival, ChannelRow
from hubbub.inbound.pipeline import apply_arrivals
from hubbub.inbound.routing import find_channels
from hubbub.kit.ids import new_id
from hubbub.organizations.scope import organization_scope
from tests.support.factories import make_tenant, unique_external_id
from tests.support.roles import acting_as
from tests.support.state import final_states

pytestmark = pytest.mark.usefixtures("database")

CASES = int(os.environ.get("PROPERTY_CASES", "500"))
"""`PROPERTY_CASES=10000` for a thorough run."""
SHARDS = max(2, CASES // 500)
GROUP = 25
"""Cases that are tried together; where one fails, the message names it."""
START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
PEOPLE = ("ann", "ben")
OURS = ("o1", "o2")
THEIRS = ("t1", "t2", "t3")
ALL = (*OURS, *THEIRS)
NAMESPACE = new_id()


def person_of(message: str) -> str:
    """A message id belongs to one person, as on a real platform."""
    return PEOPLE[ALL.index(message) % 2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one event of a case is about: whom, which messages, and one of a few choices."""

    n: int
    who: str
    theirs: str
    ours: str
    any_message: str
    choice: int

    @property
    def at(self) -> datetime:
        return START + timedelta(seconds=10 * (self.n + 1))


Fields = dict[str, Any]
"""Of an event, without those that every event has."""


def by(message: str) -> Party:
    return Party(external_id=person_of(message))


def received(plan: Plan) -> Fields:
    theirs = plan.theirs
    text, quoted = f"{theirs} says #hi", "o1" if theirs == "t2" else None
    return {
        "event_key": f"message:{theirs}",
        "occurred_at": START + timedelta(seconds=THEIRS.index(theirs)),
        "sender": Party(external_id=person_of(theirs), name=person_of(theirs).title()),
        "external_id": theirs,
        "content": Content(type=MessageType.TEXT, text=text, reply_to_external_id=quoted),
        "is_standby": theirs == "t3",
    }


def echoed(plan: Plan) -> Fields:
    return {
        "event_key": f"echo:{plan.ours}",
        "occurred_at": START + timedelta(seconds=5 + OURS.index(plan.ours)),
        "recipient": by(plan.ours),
        "external_id": plan.ours,
        "content": Content(type=MessageType.TEXT, text=f"{plan.ours} answers"),
    }


def edited(plan: Plan) -> Fields:
    said = Content(type=MessageType.TEXT, text=f"edited {plan.n}")
    return {
        "sender": by(plan.theirs),
        "external_id": plan.theirs,
        "content": said,
        "edit_number": plan.choice + 1,
    }


def delivered(plan: Plan) -> Fields:
    status = list(DeliveryStatus)[plan.choice]
    error = "content_refused" if status is DeliveryStatus.FAILED else None
    return {"recipient": by(plan.ours), "external_ids": (plan.ours,), "status": status, "error_code": error}


def read_up_to(plan: Plan) -> Fields:
    status = (DeliveryStatus.READ, DeliveryStatus.DELIVERED)[plan.choice % 2]
    return {"recipient": Party(external_id=plan.who), "status": status, "watermark": plan.at}


MAKERS: Mapping[str, tuple[type[InboundEvent], Callable[[Plan], Fields]]] = {
    "received": (MessageReceived, received),
    "echoed": (MessageEchoed, echoed),
    "edited": (MessageEdited, edited),
    "unsent": (MessageUnsent, lambda plan: {"sender": by(plan.theirs), "external_id": plan.theirs}),
    "reacted": (
        ReactionChanged,
        lambda plan: {
            "sender": by(plan.any_message),
            "external_id": plan.any_message,
            "emoji": ("", "x", "y", "z")[plan.choice],
        },
    ),
    "status": (DeliveryUpdated, delivered),
    "read": (ReadUpTo, read_up_to),
    "read_id": (
        ReadUpTo,
        lambda plan: {"recipient": by(plan.ours), "status": DeliveryStatus.READ, "external_id": plan.ours},
    ),
    "handed": (
        ThreadControlChanged,
        lambda plan: {
            "sender": Party(external_id=plan.who),
            "action": ("taken", "passed", "requested", "released")[plan.choice],
        },
    ),
    "postback": (
        PostbackReceived,
        lambda plan: {"sender": Party(external_id=plan.who), "title": "Start", "payload": "GO"},
    ),
    "referred": (
        ReferralReceived,
        lambda plan: {"sender": Party(external_id=plan.who), "source": "SHORTLINK", "ref": f"ref {plan.choice}"},
    ),
    "opted": (
        OptInChanged,
        lambda plan: {"sender": Party(external_id=plan.who), "topic": "news", "is_opted_in": plan.choice > 0},
    ),
    "followed": (ContactFollowed, lambda plan: {"sender": Party(external_id=plan.who), "thread": Thread()}),
}
KINDS = ("received", *MAKERS)
"""As often as they stand here: what is said, twice."""
event_plans = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 1), st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=9
)


def make_event(address: str, n: int, plan: tuple[str, int, int, int]) -> InboundEvent:
    """The n-th event of a case: each has a moment of its own, but what is said has that of its message."""
    kind, who, which, choice = plan
    event, fields = MAKERS[kind]
    about = Plan(
        n=n, who=PEOPLE[who], theirs=THEIRS[which % 3], ours=OURS[which % 2], any_message=ALL[which], choice=choice
    )
    common = {"address": address, "event_key": f"{kind}:{n}", "occurred_at": about.at, "raw": {"n": n}}
    return event(**{**common, **fields(about)})


@dataclass(frozen=True, slots=True)
class Case:
    """Some events, and one of the orders that they may come in."""

    plans: list[tuple[str, int, int, int]]
    order: list[int]
    """Indexes of `plans`; some stand here more than once."""
    sizes: list[int]
    """How many events each body holds, over and over."""

    def in_order(self, channel: ChannelRow) -> list[list[InboundEvent]]:
        """One body that has everything once."""
        return [self._events(channel)]

    def shuffled(self, channel: ChannelRow) -> list[list[InboundEvent]]:
        """The other order, cut into bodies."""
        events = self._events(channel)
        left, bodies, sizes = [events[n] for n in self.order], [], cycle(self.sizes)
        while left:
            size = next(sizes)
            bodies.append(left[:size])
            left = left[size:]
        return bodies

    def _events(self, channel: ChannelRow) -> list[InboundEvent]:
        return [make_event(channel.external_id, n, plan) for n, plan in enumerate(self.plans)]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    plans = draw(event_plans)
    indexes = list(range(len(plans)))
    repeated = indexes + draw(st.lists(st.sampled_from(indexes), max_size=3))
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    return Case(plans=plans, order=draw(st.permutations(repeated)), sizes=sizes)


def apply(talks: Sequence[tuple[ChannelRow, list[list[InboundEvent]]]]) -> None:
    """Apply the first bodies of all channels as one transaction, then the second ones, and so on: channels share
    nothing, so that each sees its own bodies one after the other, and a batch is as mixed as in production."""
    for bodies in zip_longest(*[bodies for _, bodies in talks], fillvalue=[]):
        with transaction.atomic():
            apply_arrivals(
                [arrival(channel, event) for (channel, _), body in zip(talks, bodies, strict=True) for event in body]
            )
    with transaction.atomic():
        apply_overdue()


def arrival(channel: ChannelRow, event: InboundEvent) -> Arrival:
    """One event as it comes out of routing."""
    return Arrival(
        id=new_id(),
        delivery_id=uuid5(NAMESPACE, event.event_key),
        received_at=START,
        position=0,
        event=event,
        channel=channel,
        at=event.occurred_at or START,
    )


def make_channels(count: int) -> Iterator[ChannelRow]:
    """Channels that nothing has happened on yet."""
    tenant = make_tenant("Order")
    with organization_scope(tenant.id):
        channels = Channel.objects.bulk_create(
            Channel(
                organization=tenant.organization,
                project=tenant.project,
                platform="facebook",
                external_id=unique_external_id("facebook"),
                status="connected",
            )
            for _ in range(count)
        )
    with acting_as("inbound"):
        found = find_channels([("facebook", channel.external_id) for channel in channels])
    return iter(found.values())


def differences(found: dict[str, list[Any]], expected: dict[str, list[Any]]) -> list[str]:
    """The rows that only one of two states has."""
    return [
        f"{sign} {name}: {row}"
        for name in found
        for sign, rows, others in (("+", found[name], expected[name]), ("-", expected[name], found[name]))
        for row in rows
        if row not in others
    ]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_order_and_repetition_ends_in_the_same_state(shard: int) -> None:
    """CASES cases in all: each example tries GROUP of them at once, on channels of their own."""
    examples = max(CASES // SHARDS // GROUP, 1)
    channels = make_channels(examples * GROUP * 2)

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
        derandomize=False,
    )
    @given(st.lists(cases(), min_size=GROUP, max_size=GROUP))
    def holds(group: list[Case]) -> None:
        tried.append(len(group))
        alone = [(channel, case.in_order(channel)) for case in group if (channel := next(channels))]
        mixed = [(channel, case.shuffled(channel)) for case in group if (channel := next(channels))]
        apply(alone)
        apply(mixed)
        expected, found = (final_states([channel.id for channel, _ in talks]) for talks in (alone, mixed))
        for case, (one, _), (other, _) in zip(group, alone, mixed, strict=True):
            assert found[other.id] == expected[one.id], (case, differences(found[other.id], expected[one.id]))

    tried: list[int] = []
    with acting_as("inbound"):
        holds()
    assert sum(tried) >= examples * GROUP  # it really tried as many as it says
