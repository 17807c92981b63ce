"""Any permutation and repetition of the same events ends in the same state."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
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
    Content,
    DeliveryStatus,
    DeliveryUpdated,
    InboundEvent,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageType,
    MessageUnsent,
    Party,
    PostbackReceived,
    ReactionChanged,
    ReadUpTo,
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
KINDS = (
    "received",
    "received",
    "echoed",
    "edited",
    "unsent",
    "reacted",
    "status",
    "read",
    "postback",
    "read_id",
    "handed",
)
NAMESPACE = new_id()

event_plans = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 1), st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=9
)


def person_of(message: str) -> str:
    """A message id belongs to one person, as on a real platform."""
    return PEOPLE[ALL.index(message) % 2]


def make_event(address: str, n: int, plan: tuple[str, int, int, int]) -> InboundEvent:
    """The n-th event of a case: each has a moment of its own."""
    kind, who, which, choice = plan
    at = START + timedelta(seconds=10 * (n + 1))
    theirs, ours, any_message = THEIRS[which % 3], OURS[which % 2], ALL[which]
    common: dict[str, Any] = {"address": address, "event_key": f"{kind}:{n}", "occurred_at": at, "raw": {"n": n}}
    match kind:
        case "received":
            common["event_key"] = f"message:{theirs}"
            common["occurred_at"] = START + timedelta(seconds=THEIRS.index(theirs))
            said = Content(
                type=MessageType.TEXT, text=f"{theirs} says #hi", reply_to_external_id="o1" if theirs == "t2" else None
            )
            sender = Party(external_id=person_of(theirs), name=person_of(theirs).title())
            return MessageReceived(**common, sender=sender, external_id=theirs, content=said, is_standby=theirs == "t3")
        case "echoed":
            common["event_key"] = f"echo:{ours}"
            common["occurred_at"] = START + timedelta(seconds=5 + OURS.index(ours))
            said = Content(type=MessageType.TEXT, text=f"{ours} answers")
            return MessageEchoed(**common, recipient=Party(external_id=person_of(ours)), external_id=ours, content=said)
        case "edited":
            said = Content(type=MessageType.TEXT, text=f"edited {n}")
            return MessageEdited(
                **common,
                sender=Party(external_id=person_of(theirs)),
                external_id=theirs,
                content=said,
                edit_number=choice + 1,
            )
        case "unsent":
            return MessageUnsent(**common, sender=Party(external_id=person_of(theirs)), external_id=theirs)
        case "reacted":
            sender = Party(external_id=person_of(any_message))
            return ReactionChanged(**common, sender=sender, external_id=any_message, emoji=("", "x", "y", "z")[choice])
        case "status":
            status = list(DeliveryStatus)[choice]
            error = "content_refused" if status is DeliveryStatus.FAILED else None
            return DeliveryUpdated(
                **common,
                recipient=Party(external_id=person_of(ours)),
                external_ids=(ours,),
                status=status,
                error_code=error,
            )
        case "read":
            status = (DeliveryStatus.READ, DeliveryStatus.DELIVERED)[choice % 2]
            return ReadUpTo(**common, recipient=Party(external_id=PEOPLE[who]), status=status, watermark=at)
        case "handed":
            action = ("taken", "passed", "requested", "released")[choice]
            return ThreadControlChanged(**common, sender=Party(external_id=PEOPLE[who]), action=action)
        case "read_id":
            return ReadUpTo(
                **common, recipient=Party(external_id=person_of(ours)), status=DeliveryStatus.READ, external_id=ours
            )
    return PostbackReceived(**common, sender=Party(external_id=PEOPLE[who]), title="Start", payload="GO")


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
