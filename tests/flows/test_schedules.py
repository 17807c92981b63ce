"""Flows that start at a time of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hubbub.conversations.models import AutomationLane, Conversation
from hubbub.flows.matching import Trigger
from hubbub.flows.models import Flow, FlowRun, FlowTrigger
from hubbub.flows.runs import live_runs
from hubbub.flows.schedules import is_due, start_due
from hubbub.kit import clock
from hubbub.organizations.scope import organization_scope
from tests.flows.documents import hello
from tests.flows.test_actions import make
from tests.flows.test_models import make_run
from tests.support.roles import acting_as
from tests.support.talk import Talk, make_talk

pytestmark = pytest.mark.usefixtures("database")

NINE: dict[str, Any] = {"at": "09:00", "time_zone": "Asia/Bangkok", "days": ["mon", "tue"]}


@pytest.mark.parametrize(
    ("day", "hour", "minute", "fired_hours_ago", "expected"),
    [
        (23, 2, 0, 24, True),
        (23, 2, 59, None, True),
        (23, 1, 59, 24, False),
        (23, 3, 1, 24, False),
        (23, 2, 30, 0.4, False),
        (25, 2, 0, 24, False),
    ],
)
def test_a_schedule_is_due_once_within_an_hour_of_its_time(
    day: int, hour: int, minute: int, fired_hours_ago: float | None, expected: bool
) -> None:
    now = datetime(2026, 11, day, hour, minute, tzinfo=UTC)
    fired_at = None if fired_hours_ago is None else now - timedelta(hours=fired_hours_ago)
    assert is_due(settings=NINE, fired_at=fired_at, now=now) is expected


def test_shortly_after_midnight_the_evening_before_still_counts() -> None:
    now = datetime(2026, 11, 24, 0, 10, tzinfo=UTC)
    assert is_due(settings={"at": "23:50", "days": ["mon"]}, fired_at=None, now=now)
    assert not is_due(settings={"at": "23:50", "days": ["tue"]}, fired_at=None, now=now)


def scheduled(talk: Talk, tag: str = "") -> Flow:
    """A flow whose time was a minute ago."""
    at = f"{clock.now() - timedelta(minutes=1):%H:%M}"
    settings = {"at": at, "tag": tag} if tag else {"at": at}
    flow = make(
        talk.tenant, "News", definition=hello(), is_active=True, triggers=[Trigger(type="schedule", settings=settings)]
    )
    with organization_scope(talk.tenant.id):
        FlowTrigger.objects.filter(flow=flow).update(fired_at=clock.now() - timedelta(days=1))
        AutomationLane.objects.update(due_at=None)
        Conversation.objects.update(last_inbound_at=clock.now())
    return flow


def start(talk: Talk) -> int:
    with acting_as("automation"):
        start_due()
    with organization_scope(talk.tenant.id):
        return FlowRun.objects.filter(status="delayed").count()


def test_a_schedule_begins_runs_and_wakes_their_conversations_once() -> None:
    talk = make_talk("hello")
    flow = scheduled(talk)
    assert start(talk) == 1
    assert start(talk) == 1
    conversation = talk.conversation().id
    with organization_scope(talk.tenant.id):
        run = live_runs([conversation])[conversation]
        assert AutomationLane.objects.get(conversation_id=conversation).due_at is not None
    assert (run.flow_id, run.state, run.status) == (flow.id, {}, "delayed")


def test_a_schedule_leaves_those_alone_who_are_with_a_person_in_a_flow_or_long_gone() -> None:
    changes = (
        {"handover": "human"},
        {"is_auto_reply_enabled": False},
        {"status": "closed"},
        {"last_inbound_at": clock.now() - timedelta(hours=25)},
    )
    for change in changes:
        talk = make_talk("hello")
        scheduled(talk)
        with organization_scope(talk.tenant.id):
            Conversation.objects.update(**change)
        assert start(talk) == 0, change
    talk = make_talk("hello")
    flow = scheduled(talk)
    with organization_scope(talk.tenant.id):
        make_run(flow, talk.conversation().id)
    assert start(talk) == 0


def test_a_schedule_can_be_for_a_tag() -> None:
    talk = make_talk("hello")
    scheduled(talk, tag="vip")
    assert start(talk) == 0
    with organization_scope(talk.tenant.id):
        Conversation.objects.update(tags=["vip"])
        FlowTrigger.objects.update(fired_at=clock.now() - timedelta(days=1))
    assert start(talk) == 1


def test_what_was_before_a_schedule_was_saved_is_not_made_up_for() -> None:
    talk = make_talk("hello")
    at = f"{clock.now() - timedelta(minutes=1):%H:%M}"
    make(talk.tenant, "News", is_active=True, triggers=[Trigger(type="schedule", settings={"at": at})])
    assert start(talk) == 0
