"""People are found by any part of their name, by an index beside the contact."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection

from hubbub.contacts.models import Contact
from hubbub.contacts.queries import contacts_named, list_contacts
from hubbub.conversations.listing import Wanted, list_conversations
from hubbub.kit import clock
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant, make_tenant
from tests.support.people import make_member
from tests.support.talk import Talk, make_talk

pytestmark = pytest.mark.usefixtures("database")


def person(tenant: Tenant, name: str) -> UUID:
    with organization_scope(tenant.id):
        return Contact.objects.create(organization_id=tenant.id, name=name, last_seen_at=clock.now()).id


def named(tenant: Tenant, part: str) -> list[UUID] | None:
    with organization_scope(tenant.id):
        found = contacts_named(part)
    return None if found is None else sorted(found)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Mali Srisai", "li sri"),
        ("Mali Srisai", "SRISAI"),
        ("田中 太郎", "田中"),
        ("田中 太郎", "郎"),
        ("สมชาย ใจดี", "ใจ"),
        ("O'Brien 7", "7"),
        ("100 % Mali_Tester", "% mali_"),
        ("👩‍🚀 Nok", "👩"),
    ],
)
def test_any_part_finds_them_in_any_case(name: str, part: str) -> None:
    tenant = make_tenant()
    ids = person(tenant, name)
    person(tenant, "Somebody Else")
    assert named(tenant, part) == [ids]


def test_pairs_that_stand_apart_are_not_a_part() -> None:
    tenant = make_tenant()
    person(tenant, "abba cab")
    assert named(tenant, "bbca") == []
    assert named(tenant, "abab") == []


def test_a_single_letter_is_looked_for_by_walking() -> None:
    tenant = make_tenant()
    person(tenant, "Mali")
    assert named(tenant, "m") is None
    assert named(tenant, " ") is None


def test_a_part_that_many_have_is_looked_for_by_walking() -> None:
    tenant = make_tenant()
    for number in range(20):
        person(tenant, f"Customer {number}")
    assert named(tenant, "customer") is None
    assert len(named(tenant, "19") or []) == 1
    with organization_scope(tenant.id):
        page = list_contacts(tenant.id, limit=50, cursor=None, filters={"name_contains": "customer"})
    assert len(page.rows) == 20


def test_a_new_name_is_found_and_the_old_one_is_not() -> None:
    tenant = make_tenant()
    ids = person(tenant, "Mali")
    with organization_scope(tenant.id):
        Contact.objects.filter(id=ids).update(name="Ploy")
    assert (named(tenant, "mali"), named(tenant, "plo")) == ([], [ids])
    with organization_scope(tenant.id):
        Contact.objects.filter(id=ids).update(name="")
    assert named(tenant, "plo") == []
    with organization_scope(tenant.id):
        Contact.objects.get(id=ids).delete()
    assert named(tenant, "plo") == []


def test_another_organisations_people_are_never_found() -> None:
    ours, theirs = make_tenant(), make_tenant()
    person(theirs, "Mali Unique")
    assert named(ours, "unique") == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT contacts_named('unique', 10)")
        assert cursor.fetchone() == ([],)


def test_a_conversation_is_found_by_its_persons_name_in_every_order() -> None:
    talk = make_talk("hello")
    other = make_talk("hello", tenant=talk.tenant)
    make_member(talk.tenant)
    rename(talk, "田中 太郎")
    rename(other, "佐藤 花子")
    for sort in ("recent", "waiting", "priority"):
        for filters in ({}, {"status": "active", "is_assigned": False}, {"platform": "line", "is_unread": True}):
            with organization_scope(talk.tenant.id):
                found = list_conversations(
                    Wanted(organization_id=talk.tenant.id, sort=sort, filters={**filters, "name_contains": "田中"})
                )
            assert [row["contact_name"] for row in found.rows] == ["田中 太郎"]


def rename(talk: Talk, name: str) -> None:
    with organization_scope(talk.tenant.id):
        Contact.objects.filter(id=talk.contact_id).update(name=name)
