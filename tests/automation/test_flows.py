"""Flows answer customers: in order, once, on the version that they began, and out of people's way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hubbub.automation.responders import MOST_REPEATS_PER_MINUTE
from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.conversations.actions.lifecycle import change_status, set_handover
from hubbub.conversations.actions.send import queue_message
from hubbub.conversations.lifecycle import LifecycleEvent
from hubbub.conversations.models import Conversation
from hubbub.flows.actions import NewFlow, create_flow, new_version
from hubbub.flows.matching import Trigger
from hubbub.flows.models import Flow, FlowRun, FlowStepCount, FlowTrigger
from hubbub.kit import clock
from hubbub.organizations.database import run
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from tests.flows.documents import LEADS, hello
from tests.inbound.bodies import echo, page, said
from tests.inbound.shop import open_shop
from tests.support.automation import automate, work_once
from tests.support.people import make_member, principal_of
from tests.support.roles import acting_as
from tests.support.talk import Talk, make_talk

pytestmark = pytest.mark.usefixtures("database")


def begins_with(talk: Talk, definition: dict[str, Any], *words: str, **fields: Any) -> Flow:
    """A flow of the shop that these words start; none: any message does."""
    trigger = Trigger(type="keyword", value=",".join(words)) if words else Trigger(type="any_message")
    with organization_scope(talk.tenant.id):
        new = NewFlow(name="Flow", definition=definition, triggers=[trigger], is_active=True, **fields)
        return create_flow(None, talk.tenant.id, new)


def answers(talk: Talk) -> list[str]:
    return [message.text for message in talk.messages() if message.direction == "outbound"]


def runs(talk: Talk) -> list[FlowRun]:
    with organization_scope(talk.tenant.id):
        return list(FlowRun.objects.order_by("started_at", "id"))


def later(seconds: int) -> None:
    """Work the lane off as if so much time had passed."""
    with acting_as("automation") as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('hubbub.clock_shift', %s, false)", [f"{seconds} seconds"])
        while work_once():
            pass


def test_the_documented_flow_asks_waits_stores_and_thanks() -> None:
    talk = make_talk()
    begins_with(talk, LEADS, "interested", "demo", "pricing")
    talk.says("I want a demo")
    automate()
    assert answers(talk) == ["Great! I'd love to learn more about your needs.", "What's your name?"]
    talk.says("Mali", second=10)
    automate()
    assert answers(talk)[2:] == ["Nice to meet you, Mali!", "Thank you for your interest! 🚀"]
    (done,) = runs(talk)
    assert (done.status, done.state["variables"]["lead_name"]) == ("completed", "Mali")


def test_messages_that_came_together_are_answered_in_order() -> None:
    talk = make_talk()
    begins_with(talk, LEADS, "demo")
    talk.says("demo", "Mali")
    automate()
    assert answers(talk)[1:3] == ["What's your name?", "Nice to meet you, Mali!"]


def test_a_run_finishes_on_the_version_that_it_began() -> None:
    talk = make_talk()
    flow = begins_with(talk, LEADS, "demo")
    talk.says("demo")
    automate()
    with organization_scope(talk.tenant.id):
        new_version(None, talk.tenant.id, flow.id, hello("This is new."))
    talk.says("Mali", second=5)
    automate()
    assert answers(talk)[-1] == "Thank you for your interest! 🚀"
    talk.says("demo", second=9)
    automate()
    assert answers(talk)[-1] == "This is new."


def test_a_person_who_answers_pauses_the_run_at_once() -> None:
    talk = make_talk()
    begins_with(talk, LEADS, "demo")
    talk.says("demo")
    automate()
    with organization_scope(talk.tenant.id):
        text = OutboundMessage(message_id="", kind=OutboundKind.TEXT, text="Hello, this is Ann.")
        queue_message(talk.conversation(), text, author_type="human", author_user=make_member(talk.tenant))
    talk.says("Mali", second=5)
    automate()
    assert answers(talk)[-1] == "Hello, this is Ann."
    assert [one.status for one in runs(talk)] == ["waiting"]


def test_what_a_program_writes_with_a_key_silences_no_flow() -> None:
    talk = make_talk()
    begins_with(talk, LEADS, "demo")
    talk.says("demo")
    automate()
    with organization_scope(talk.tenant.id):
        text = OutboundMessage(message_id="", kind=OutboundKind.TEXT, text="Your parcel is on its way.")
        queue_message(talk.conversation(), text, author_type="human")
    talk.says("Mali", second=5)
    automate()
    assert answers(talk)[-1] != "Your parcel is on its way."


@pytest.mark.parametrize(("app_id", "status"), [("263902037430900", "human"), ("42", "flow"), (None, "flow")])
def test_who_answers_in_the_platform_s_own_inbox_silences_machines_too(app_id: str | None, status: str) -> None:
    shop = open_shop("facebook")
    more: dict[str, Any] = {"app_id": int(app_id)} if app_id else {}
    shop.receive(page(shop.address, said(shop.address, "hi"), echo(shop.address, "Hello", mid="m_1", second=1, **more)))
    assert shop.conversation().handover == status


def test_a_closed_conversation_is_the_machines_again() -> None:
    talk = make_talk("hi")
    boss = principal_of(talk.tenant, make_member(talk.tenant, Role.MANAGER))
    with organization_scope(talk.tenant.id):
        set_handover(boss, talk.conversation().id, "human")
        change_status(boss, talk.conversation().id, LifecycleEvent.CLOSE)
    assert talk.conversation().handover == "flow"


@pytest.mark.parametrize(("word", "status", "handover"), [("human", "ended", "human"), ("stop", "ended", "flow")])
def test_the_way_out_is_open_at_every_step(word: str, status: str, handover: str) -> None:
    talk = make_talk()
    begins_with(talk, LEADS, "demo")
    talk.says("demo", word)
    automate()
    assert [one.status for one in runs(talk)] == [status]
    assert talk.conversation().handover == handover
    assert len(answers(talk)) == 2


def test_a_delay_goes_on_by_itself_when_its_time_has_come() -> None:
    talk = make_talk()
    said = [{"type": "send_text", "text": text} for text in ("One moment.", "Here it is.")]
    slow = {"start": {"actions": [said[0], {"type": "delay", "for": "60s"}, said[1]]}}
    begins_with(talk, slow)
    talk.says("hello")
    automate()
    later(50)
    assert answers(talk) == ["One moment."]
    later(70)
    assert answers(talk) == ["One moment.", "Here it is."]


@pytest.mark.parametrize("change", [{"is_standby": True}, {"is_auto_reply_enabled": False}, {"handover": "human"}])
def test_a_delay_that_ends_where_machines_are_silent_says_nothing(change: dict[str, object]) -> None:
    talk = make_talk()
    said = [{"type": "send_text", "text": text} for text in ("One moment.", "Here it is.")]
    begins_with(talk, {"start": {"actions": [said[0], {"type": "delay", "for": "60s"}, said[1]]}})
    talk.says("hello")
    automate()
    with organization_scope(talk.tenant.id):
        Conversation.objects.update(**change)
    later(70)
    assert answers(talk) == ["One moment."]
    assert [one.status for one in runs(talk)] == ["delayed"]


def test_a_flow_that_breaks_is_visible_and_holds_nobody_up() -> None:
    talk = make_talk()
    flow = begins_with(talk, LEADS, "demo")
    talk.says("demo")
    automate()
    with organization_scope(talk.tenant.id):
        FlowRun.objects.update(state={"odd": True})
    talk.says("Mali", second=5)
    neighbour = Talk(tenant=talk.tenant, channel=talk.channel, user="Uneighbour")
    neighbour.says("demo", second=6)
    automate()
    broken, other = runs(talk)
    assert (broken.status, other.status) == ("failed", "waiting")
    assert broken.error.startswith("collect_name")
    assert broken.flow_id == flow.id
    assert [message.text for message in talk.messages() if message.text == "Mali"] == ["Mali"]


def test_a_flow_that_another_bot_answers_is_stopped() -> None:
    talk = make_talk()
    begins_with(talk, hello("Hi! How can I help?"))
    for n in range(15):
        talk.says(f"I am a bot, too: message {n}", second=n)
        automate()
    assert answers(talk) == ["Hi! How can I help?"] * MOST_REPEATS_PER_MINUTE
    with organization_scope(talk.tenant.id):
        rows = run("SELECT decision, reason FROM automation_log WHERE organization_id = %(id)s", id=talk.tenant.id)
    assert [row["decision"] for row in rows].count("none") == 15 - MOST_REPEATS_PER_MINUTE
    assert "another bot" in rows[-1]["reason"]


@pytest.mark.parametrize(
    ("definition", "error"),
    [
        ({"a": {"actions": [], "next": "b"}, "b": {"actions": [], "next": "a"}}, "without waiting"),
        ({"a": {"actions": [{"type": "sub_flow", "flow": "flow"}]}}, "levels deep"),
        ({"a": {"actions": [{"type": "send_text", "text": "Hi"}] * 40}}, "messages at once"),
    ],
)
def test_a_flow_that_runs_away_fails_visibly_and_the_next_message_is_heard(
    definition: dict[str, Any], error: str
) -> None:
    talk = make_talk()
    begins_with(talk, definition, "go", key="flow")
    talk.says("go", "hello")
    automate()
    (failed,) = runs(talk)
    assert failed.status == "failed"
    assert error in failed.error
    assert len(answers(talk)) <= 30
    with organization_scope(talk.tenant.id):
        rows = run("SELECT decision FROM automation_log WHERE organization_id = %(id)s ORDER BY id", id=talk.tenant.id)
    assert [row["decision"] for row in rows] == ["flow", "none"]


def test_steps_are_counted_once_for_many_people() -> None:
    talk = make_talk()
    begins_with(talk, LEADS, "demo")
    for n in range(3):
        Talk(tenant=talk.tenant, channel=talk.channel, user=f"Uperson{n}").says("demo", second=n)
    automate()
    with organization_scope(talk.tenant.id):
        counted = {one.step: one.entered for one in FlowStepCount.objects.all()}
    assert counted["start"] == 3


def test_what_a_flow_may_not_send_is_the_reason_in_the_log() -> None:
    talk = make_talk()
    begins_with(talk, hello())
    talk.says("hello")
    with organization_scope(talk.tenant.id):
        talk.channel.status = "disconnected"
        talk.channel.save(update_fields=["status"])
    automate()
    with organization_scope(talk.tenant.id):
        (row,) = run("SELECT decision, reason FROM automation_log WHERE organization_id = %(id)s", id=talk.tenant.id)
    assert row["decision"] == "flow"
    assert "disconnected" in row["reason"]


def test_a_schedule_begins_its_flow() -> None:
    talk = make_talk("hello")
    automate()
    at = f"{clock.now() - timedelta(minutes=1):%H:%M}"
    with organization_scope(talk.tenant.id):
        trigger = Trigger(type="schedule", settings={"at": at})
        flow = create_flow(
            None,
            talk.tenant.id,
            NewFlow(name="News", definition=hello("Good morning!"), triggers=[trigger], is_active=True),
        )
        FlowTrigger.objects.filter(flow=flow).update(fired_at=clock.now() - timedelta(days=1))
        Conversation.objects.update(last_inbound_at=clock.now())
    automate()
    assert answers(talk) == ["Good morning!"]
