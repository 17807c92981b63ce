"""What a flow wants done for one conversation is done, as the role that does it in production."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from hubbub.automation.effects import apply_effects, lock_for_effects
from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.contacts.models import Contact
from hubbub.conversations.actions.lifecycle import set_tags
from hubbub.conversations.models import Conversation, Fact, RealtimeEvent
from hubbub.desk.actions.teams import create_team, set_member
from hubbub.desk.models import Lead, TeamAssignment
from hubbub.flows.engine import (
    AddTag,
    Assign,
    Count,
    CreateLead,
    Effect,
    HandOver,
    RemoveTag,
    RequestHttp,
    Send,
    SetAttribute,
)
from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue
from hubbub.organizations.models import AuditEntry, Role
from hubbub.organizations.scope import organization_scope
from tests.support.people import make_member, principal_of
from tests.support.roles import acting_as
from tests.support.talk import Talk, make_talk

pytestmark = pytest.mark.usefixtures("database")


class Scene:
    """A customer who wrote, and a flow that acts."""

    def __init__(self) -> None:
        self.talk: Talk = make_talk("hello")
        self.tenant = self.talk.tenant
        self.flow_id = new_id()
        self.boss = principal_of(self.tenant, make_member(self.tenant, Role.MANAGER))

    def apply(self, *effects: Effect) -> tuple[str, ...]:
        conversation_id = self.talk.conversation().id
        with acting_as("automation"), organization_scope(self.tenant.id):
            return apply_effects(self.tenant.id, conversation_id, effects, flow_id=self.flow_id, flow_name="Welcome")

    @property
    def contact(self) -> Contact:
        with organization_scope(self.tenant.id):
            return Contact.objects.get(id=self.talk.contact_id)

    @property
    def conversation(self) -> Conversation:
        return self.talk.conversation()

    def screen_events(self, kind: str) -> int:
        with organization_scope(self.tenant.id):
            return RealtimeEvent.objects.filter(kind=kind).count()


def send(text: str) -> Send:
    return Send(content=OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=text))


def assign(**values: Any) -> Assign:
    return Assign(**{"team": "", "agent": "", "note": "", **values})


def test_what_is_the_caller_s_to_send_count_or_ask_costs_no_statement() -> None:
    scene = Scene()
    count = Count(step="start", what="entered", variant="")
    ask = RequestHttp(
        method="GET", url="https://example.com", headers={}, body=None, timeout_seconds=5, place="start.actions[0]"
    )
    conversation_id = scene.conversation.id
    with acting_as("automation") as wire, organization_scope(scene.tenant.id), CaptureQueriesContext(wire) as queries:
        found = apply_effects(
            scene.tenant.id, conversation_id, [count, send("one"), ask, send("two")], flow_id=scene.flow_id
        )
    assert found == ()
    assert len(queries) == 0


def test_attributes_are_kept_with_the_contact() -> None:
    scene = Scene()
    found = scene.apply(
        SetAttribute(name="size", value="M"),
        SetAttribute(name="size", value="XL"),
        SetAttribute(name="likes", value=["red", 7]),
    )
    assert found == ()
    assert scene.contact.attributes == {"size": "XL", "likes": ["red", 7]}
    assert scene.screen_events("contact.changed") == 1
    scene.apply(SetAttribute(name="size", value=None))
    assert scene.contact.attributes == {"likes": ["red", 7]}


def test_what_a_contact_has_fields_for_goes_there() -> None:
    scene = Scene()
    found = scene.apply(
        SetAttribute(name="email", value="Mali@Example.com"),
        SetAttribute(name="phone", value="+66 81 234 5678"),
        SetAttribute(name="name", value="  Mali   Boonmee "),
        SetAttribute(name="language", value="th"),
        SetAttribute(name="timezone", value="Asia/Bangkok"),
    )
    contact = scene.contact
    assert found == ()
    assert (contact.email, contact.phone, contact.name) == ("mali@example.com", "+66812345678", "Mali Boonmee")
    assert (contact.language, contact.timezone, contact.attributes) == ("th", "Asia/Bangkok", {})


def test_the_same_again_writes_nothing() -> None:
    scene = Scene()
    effects = (SetAttribute(name="size", value="XL"), SetAttribute(name="name", value="Mali"), AddTag(tag="vip"))
    scene.apply(*effects)
    with organization_scope(scene.tenant.id):
        before = AuditEntry.objects.count(), RealtimeEvent.objects.count()
    scene.apply(*effects)
    with organization_scope(scene.tenant.id):
        assert (AuditEntry.objects.count(), RealtimeEvent.objects.count()) == before


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("email", "not an address", "e-mail"),
        ("phone", "call me", "phone number"),
        ("timezone", "../../etc/passwd", "time zone"),
        ("timezone", "Moon/Crater", "time zone"),
        ("name", {"a": 1}, "must be a text"),
        ("erased", True, "cannot be called"),
        ("", "x", "cannot be called"),
        ("x" * 101, "x", "cannot be called"),
        ("essay", "x" * 5000, "longer than"),
    ],
)
def test_an_attribute_that_cannot_be_kept_is_told_and_the_others_are_kept(name: str, value: Any, words: str) -> None:
    scene = Scene()
    found = scene.apply(AddTag(tag="vip"), SetAttribute(name=name, value=value), CreateLead(score=5, fields={}))
    assert len(found) == 1
    assert words in found[0]
    assert scene.conversation.tags == ["vip"]
    assert scene.contact.attributes == {}
    with organization_scope(scene.tenant.id):
        assert Lead.objects.count() == 1


def test_tags_are_added_and_removed_in_order() -> None:
    scene = Scene()
    with organization_scope(scene.tenant.id):
        set_tags(scene.boss, scene.conversation.id, ["old", "kept"])
    scene.apply(AddTag(tag="vip"), RemoveTag(tag="old"), AddTag(tag="new"), RemoveTag(tag="vip"), RemoveTag(tag="no"))
    assert scene.conversation.tags == ["kept", "new"]


def test_a_conversation_is_assigned_to_a_team_s_member_with_a_note() -> None:
    scene = Scene()
    member = make_member(scene.tenant)
    with organization_scope(scene.tenant.id):
        team = create_team(scene.boss, name="Sales")
        set_member(scene.boss, team.id, member.id)
    assert scene.apply(assign(team="sales", note="Wants XL")) == ()
    with organization_scope(scene.tenant.id):
        kept = TeamAssignment.objects.get(team=team)
    assert (scene.conversation.assigned_to_id, kept.note) == (member.id, "Wants XL")


def test_a_conversation_is_assigned_to_a_person() -> None:
    scene = Scene()
    member = make_member(scene.tenant)
    assert scene.apply(assign(agent=member.username)) == ()
    assert scene.conversation.assigned_to_id == member.id


def test_an_unknown_team_or_person_is_told_and_the_rest_is_done() -> None:
    scene = Scene()
    found = scene.apply(assign(team="Nobody\r\n"), assign(agent="Ghost"), AddTag(tag="vip"), send("one"))
    assert found == (
        "Assign to a team: There is no team called 'Nobody'.",
        "Assign to a person: Nobody of the team is called 'Ghost'.",
    )
    assert scene.conversation.tags == ["vip"]


def test_a_handover_leaves_a_note_a_fact_and_an_event() -> None:
    scene = Scene()
    shown = scene.screen_events("conversation.changed")
    assert scene.apply(HandOver(note="Asks for a refund")) == ()
    conversation = scene.conversation
    kept = conversation.metadata["handover"]
    assert (conversation.handover, kept["note"], kept["by"]) == ("human", "Asks for a refund", "flow")
    with organization_scope(scene.tenant.id):
        assert Fact.objects.filter(kind="handed_over", conversation_id=conversation.id).count() == 1
        entry = AuditEntry.objects.get(action="handed_over")
    assert (entry.actor_type, entry.actor_id) == ("flow", scene.flow_id)
    assert scene.screen_events("conversation.changed") == shown + 1


def test_a_lead_is_made_of_what_the_person_told() -> None:
    scene = Scene()
    assert scene.apply(CreateLead(score=80, fields={"budget": 900})) == ()
    with organization_scope(scene.tenant.id):
        lead = Lead.objects.get()
    assert (lead.score, lead.fields, lead.source, lead.flow_id) == (80, {"budget": 900}, "Welcome", scene.flow_id)
    assert (lead.contact_id, lead.conversation_id) == (scene.talk.contact_id, scene.conversation.id)


def test_in_a_group_there_is_nobody_to_know_anything_of() -> None:
    scene = Scene()
    with organization_scope(scene.tenant.id):
        Conversation.objects.filter(id=scene.conversation.id).update(contact=None, type="group", thread_key="G1")
    found = scene.apply(SetAttribute(name="size", value="XL"), CreateLead(score=1, fields={}), AddTag(tag="vip"))
    assert len(found) == 2
    assert all("nobody in particular" in sentence for sentence in found)
    assert scene.conversation.tags == ["vip"]


def test_what_the_caller_takes_back_has_not_happened() -> None:
    scene = Scene()
    conversation_id = scene.conversation.id
    effects: list[Effect] = [AddTag(tag="vip"), SetAttribute(name="size", value="XL"), CreateLead(score=1, fields={})]
    with acting_as("automation"), organization_scope(scene.tenant.id):
        apply_effects(scene.tenant.id, conversation_id, effects, flow_id=scene.flow_id)
        transaction.set_rollback(True)
    assert scene.conversation.tags == []
    assert scene.contact.attributes == {}
    with organization_scope(scene.tenant.id):
        assert not Lead.objects.exists()


def test_locks_are_taken_in_the_one_order() -> None:
    first = Scene()
    second = Talk(tenant=first.tenant, channel=first.talk.channel, user=f"U{new_id().hex}")
    second.says("hello")
    with organization_scope(first.tenant.id):
        ids = list(Conversation.objects.values_list("id", flat=True))
    with acting_as("automation") as wire, organization_scope(first.tenant.id), CaptureQueriesContext(wire) as queries:
        lock_for_effects(first.tenant.id, {one: [CreateLead(score=1, fields={})] for one in ids})
        lock_for_effects(first.tenant.id, {one: [AddTag(tag="vip"), send("one")] for one in ids})
    assert ["FROM contact k" in query["sql"] for query in queries] == [True, False, False]
    assert all("FOR NO KEY UPDATE" in query["sql"] for query in queries)


def test_a_mark_is_the_conversations_satisfaction_and_every_mark_a_fact() -> None:
    scene = Scene()
    scene.apply(SetAttribute(name="csat", value="2"))
    scene.apply(SetAttribute(name="csat", value="5"))
    assert scene.conversation.satisfaction == 5
    assert scene.contact.attributes["csat"] == "5"
    with organization_scope(scene.tenant.id):
        facts = Fact.objects.filter(kind="satisfaction").order_by("at", "id")
        assert [(one.value, one.channel_id) for one in facts] == [
            (2.0, scene.talk.channel.id),
            (5.0, scene.talk.channel.id),
        ]


@pytest.mark.parametrize("value", ["6", "0", "HUMAN", "", "²", None, "9" * 400])
def test_what_is_no_mark_is_only_an_attribute(value: JsonValue) -> None:
    scene = Scene()
    assert scene.apply(SetAttribute(name="csat", value=value)) == ()
    assert scene.conversation.satisfaction is None
