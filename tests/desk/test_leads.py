"""Leads: who may buy, with what they told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from hubbub.conversations.actions.people import merge
from hubbub.conversations.models import Fact, RealtimeEvent
from hubbub.desk.actions.leads import LONGEST_FIELDS, MOST_FIELDS, change_lead, create_lead
from hubbub.desk.models import Lead
from hubbub.kit.errors import Conflict, InvalidInput, NotFound
from hubbub.kit.ids import new_id
from hubbub.organizations.access import Principal
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from tests.support.factories import make_tenant
from tests.support.talk import Talk, make_talk
from tests.support.web import api_for

pytestmark = pytest.mark.usefixtures("database")


class Shop:
    """One customer, and a flow that makes leads."""

    def __init__(self) -> None:
        self.talk: Talk = make_talk("hello")
        self.tenant = self.talk.tenant
        self.flow_id = new_id()
        self.principal = Principal(
            organization_id=self.tenant.id, role=Role.AGENT, actor_type="flow", actor_id=self.flow_id
        )

    def lead(self, **values: Any) -> Lead:
        values.setdefault("flow_id", self.flow_id)
        with organization_scope(self.tenant.id):
            return create_lead(
                self.principal, self.talk.contact_id, conversation_id=self.talk.conversation().id, **values
            )

    def leads(self) -> list[Lead]:
        with organization_scope(self.tenant.id):
            return list(Lead.objects.order_by("created_at"))


def test_a_lead_is_kept_shown_and_counted() -> None:
    shop = Shop()
    lead = shop.lead(score=70, fields={"email": "mali@example.com"}, source="Lead flow")
    with organization_scope(shop.tenant.id):
        fact = Fact.objects.get(kind="lead_created")
        event = RealtimeEvent.objects.get(kind="lead.changed")
    assert (fact.value, fact.contact_id, fact.data) == (70, shop.talk.contact_id, {"flow_id": str(shop.flow_id)})
    assert (event.subject_id, event.data) == (lead.id, {"contact_id": str(shop.talk.contact_id)})
    assert (lead.status, lead.source, lead.fields) == ("new", "Lead flow", {"email": "mali@example.com"})


def test_the_same_flow_again_brings_its_open_lead_up_to_date() -> None:
    shop = Shop()
    shop.lead(score=10, fields={"name": "Mali", "budget": 100})
    shop.lead(score=60, fields={"budget": 900})
    (lead,) = shop.leads()
    assert (lead.score, lead.fields) == (60, {"name": "Mali", "budget": 900})
    with organization_scope(shop.tenant.id):
        assert Fact.objects.filter(kind="lead_created").count() == 1


def test_the_same_flow_twice_at_once_makes_one_lead() -> None:
    shop = Shop()

    def make(score: int) -> None:
        try:
            shop.lead(score=score, fields={str(score): score})
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))
    (lead,) = shop.leads()
    assert lead.fields == {str(score): score for score in range(4)}


def test_after_a_merge_the_open_lead_of_the_other_goes_on() -> None:
    shop = Shop()
    other = make_talk("hello", tenant=shop.tenant)
    with organization_scope(shop.tenant.id):
        create_lead(shop.principal, other.contact_id, score=10, flow_id=shop.flow_id)
        merge(shop.principal, shop.talk.contact_id, other.contact_id)
    shop.lead(score=60)
    assert [lead.score for lead in shop.leads()] == [60]


def test_a_settled_lead_is_left_alone_and_another_flow_makes_its_own() -> None:
    shop = Shop()
    first = shop.lead(score=10)
    with organization_scope(shop.tenant.id):
        change_lead(shop.principal, first.id, {"status": "converted"})
    shop.lead(score=20)
    shop.lead(score=30, flow_id=new_id())
    assert sorted((lead.status, lead.score) for lead in shop.leads()) == [("converted", 10), ("new", 20), ("new", 30)]
    with organization_scope(shop.tenant.id), pytest.raises(Conflict, match="another open lead"):
        change_lead(shop.principal, first.id, {"status": "qualified"})


@pytest.mark.parametrize(("given", "kept"), [(-5, 0), (0, 0), (55.6, 56), (100, 100), (1e9, 100)])
def test_a_score_stays_within_its_range(given: float, kept: int) -> None:
    shop = Shop()
    assert shop.lead(score=given).score == kept


def test_fields_have_limits() -> None:
    shop = Shop()
    with pytest.raises(InvalidInput, match="at most"):
        shop.lead(fields={str(number): number for number in range(MOST_FIELDS + 1)})
    with pytest.raises(InvalidInput, match="at most"):
        shop.lead(fields={"text": "ก" * LONGEST_FIELDS})
    assert shop.leads() == []


def test_a_lead_needs_a_contact_of_the_organisation() -> None:
    shop, other = Shop(), Shop()
    with organization_scope(shop.tenant.id), pytest.raises(NotFound):
        create_lead(shop.principal, other.talk.contact_id)


def test_over_the_api_leads_are_made_listed_and_changed() -> None:
    tenant = make_tenant()
    talk = make_talk("hello", tenant=tenant)
    other = make_talk("hello", tenant=tenant)
    api = api_for(tenant, Role.AGENT)
    made = api.post(
        "/leads",
        {
            "contact_id": str(talk.contact_id),
            "conversation_id": str(talk.conversation().id),
            "score": 40,
            "fields": {"size": "XL"},
            "source": "Fair",
        },
    ).body
    api.post("/leads", {"contact_id": str(other.contact_id), "score": 90})
    assert (made["status"], made["score"], made["fields"], made["source"]) == ("new", 40, {"size": "XL"}, "Fair")
    assert [one["score"] for one in api.get("/leads").items] == [90, 40]
    for filters, scores in (
        ({"min_score": 50}, [90]),
        ({"contact_id": str(talk.contact_id)}, [40]),
        ({"conversation_id": str(talk.conversation().id)}, [40]),
        ({"status": "lost"}, []),
        ({"flow_id": str(new_id())}, []),
    ):
        assert [one["score"] for one in api.get("/leads", **filters).items] == scores
    first = api.get("/leads", limit=1).body
    assert [one["score"] for one in api.get("/leads", limit=1, cursor=first["next_cursor"]).items] == [40]
    path = f"/leads/{made['id']}"
    changed = api.patch(path, {"status": "qualified", "fields": {"size": "M"}}).body
    assert (changed["status"], changed["fields"], changed["score"]) == ("qualified", {"size": "M"}, 40)
    assert api.patch(path, {"status": "maybe"}).status == 422
    assert api.patch(path, {"score": 101}).status == 422


def test_a_lead_cannot_name_somebody_else_s_conversation() -> None:
    tenant = make_tenant()
    talk, other = make_talk("hello", tenant=tenant), make_talk("hello", tenant=tenant)
    body = {"contact_id": str(talk.contact_id), "conversation_id": str(other.conversation().id)}
    assert api_for(tenant, Role.AGENT).post("/leads", body).status == 422


def test_leads_of_a_merged_contact_are_found_with_the_survivor() -> None:
    tenant = make_tenant()
    talk, other = make_talk("hello", tenant=tenant), make_talk("hello", tenant=tenant)
    api = api_for(tenant)
    api.post("/leads", {"contact_id": str(other.contact_id), "score": 7})
    api.post(f"/contacts/{talk.contact_id}/merge", {"contact_id": str(other.contact_id)})
    assert [one["score"] for one in api.get("/leads", contact_id=str(talk.contact_id)).items] == [7]


def test_what_is_exported_of_a_person_has_their_leads_and_erasing_removes_them() -> None:
    tenant = make_tenant()
    talk = make_talk("hello", tenant=tenant)
    api = api_for(tenant, Role.OWNER)
    api.post("/leads", {"contact_id": str(talk.contact_id), "fields": {"email": "mali@example.com"}})
    exported = api.get(f"/contacts/{talk.contact_id}/export").body
    assert [lead["fields"] for lead in exported["leads"]] == [{"email": "mali@example.com"}]
    assert api.post(f"/contacts/{talk.contact_id}/erase").status == 200
    assert api.get("/leads").items == []
