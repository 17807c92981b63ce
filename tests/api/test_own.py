"""Saved views and canned replies: the team's, and one's own."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.contacts.models import Contact
from hubbub.desk.rendering import render
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from tests.support.factories import make_tenant
from tests.support.talk import make_talk
from tests.support.web import api_for, signed_in

pytestmark = pytest.mark.usefixtures("database")
NOUNS: dict[str, dict[str, Any]] = {
    "/views": {"name": "Urgent ones"},
    "/canned-replies": {"shortcut": "hi", "text": "Hello"},
}


@pytest.mark.parametrize("noun", NOUNS)
def test_one_s_own_is_for_nobody_else(noun: str) -> None:
    tenant = make_tenant()
    (ann, _), (boss, _) = signed_in(tenant), signed_in(tenant, Role.OWNER)
    own = ann.post(noun, NOUNS[noun])
    assert (own.status, own.body["is_shared"]) == (201, False)
    assert [row["id"] for row in ann.get(noun).items] == [own.body["id"]]
    assert boss.get(noun).items == []
    assert boss.delete(f"{noun}/{own.body['id']}").status == 404
    assert ann.delete(f"{noun}/{own.body['id']}").status == 200
    assert ann.get(noun).items == []


@pytest.mark.parametrize("noun", NOUNS)
def test_the_team_s_is_a_manager_s_to_change(noun: str) -> None:
    tenant = make_tenant()
    (ann, _), (boss, _) = signed_in(tenant), signed_in(tenant, Role.MANAGER)
    assert ann.post(noun, {**NOUNS[noun], "is_shared": True}).status == 403
    shared = boss.post(noun, {**NOUNS[noun], "is_shared": True}).body
    assert [row["id"] for row in ann.get(noun).items] == [shared["id"]]
    assert ann.patch(f"{noun}/{shared['id']}", {"is_shared": False}).status == 403
    assert ann.delete(f"{noun}/{shared['id']}").status == 403
    assert boss.patch(f"{noun}/{shared['id']}", {"is_shared": False}).body["is_shared"] is False
    assert ann.get(noun).items == []


@pytest.mark.parametrize("noun", NOUNS)
def test_a_key_has_nothing_of_its_own(noun: str) -> None:
    api = api_for(make_tenant())
    assert api.post(noun, NOUNS[noun]).code == "needs_person"
    assert api.post(noun, {**NOUNS[noun], "is_shared": True}).status == 201


def test_a_view_keeps_filters_and_is_counted() -> None:
    talk = make_talk("hello")
    make_talk("hello", tenant=talk.tenant)
    ann, _ = signed_in(talk.tenant)
    filters = {"status": "active", "channel_id": str(talk.channel.id), "sort": "waiting", "assigned_to": "me"}
    view = ann.post("/views", {"name": "Here", "filters": filters}).body
    assert view["filters"] == filters
    assert ann.get("/conversations/counts").body["saved_views"] == {view["id"]: 0}
    ann.patch(f"/views/{view['id']}", {"filters": {"channel_id": str(talk.channel.id)}})
    assert ann.get("/conversations/counts").body["saved_views"] == {view["id"]: 1}


@pytest.mark.parametrize("filters", [{"colour": "red"}, {"status": "gone"}, {"cursor": "x"}, {"limit": 3}])
def test_a_view_refuses_what_the_list_refuses(filters: dict[str, Any]) -> None:
    ann, _ = signed_in(make_tenant())
    assert ann.post("/views", {"name": "x", "filters": filters}).status == 422


def test_a_shortcut_is_taken_once_in_the_team_and_once_by_each_person() -> None:
    tenant = make_tenant()
    (ann, _), (boss, _) = signed_in(tenant), signed_in(tenant, Role.MANAGER)
    assert boss.post("/canned-replies", {"shortcut": "/hi", "text": "a", "is_shared": True}).body["shortcut"] == "hi"
    assert boss.post("/canned-replies", {"shortcut": "HI", "text": "b", "is_shared": True}).code == "shortcut_exists"
    assert ann.post("/canned-replies", {"shortcut": "hi", "text": "c"}).status == 201
    assert ann.post("/canned-replies", {"shortcut": "hi there", "text": "c"}).code == "invalid_input"
    assert [row["text"] for row in ann.get("/canned-replies").items] == ["c", "a"]


def test_a_reply_is_filled_with_what_is_known() -> None:
    talk = make_talk("hello")
    ann, _ = signed_in(talk.tenant, first_name="Ann", last_name="Lee")
    with organization_scope(talk.tenant.id):
        Contact.objects.filter(id=talk.contact_id).update(name="Mali Boonmee", attributes={"size": "{{agent.name}}"})
    text = "Hi {{contact.first_name}} ({{ contact.size }}), {{agent.first_name}} of {{contact.firm|your firm}}"
    text += "{{contact.vat}}"
    reply = ann.post("/canned-replies", {"shortcut": "hi", "text": text}).body
    answer = ann.post(f"/canned-replies/{reply['id']}/render", {"conversation_id": str(talk.conversation().id)})
    assert answer.body == {"text": "Hi Mali ({{agent.name}}), Ann of your firm", "missing": ["contact.vat"]}


@pytest.mark.parametrize(
    "text", ["{{", "{{}}", "{{x}}", "{{contact.}}", "{{CONTACT.NAME}}", "{contact.name}", "{{a.b|{c}}}"]
)
def test_what_is_no_variable_stays(text: str) -> None:
    assert render(text, {"contact.name": "x"}) == (text, [])
