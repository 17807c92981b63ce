"""People: known, merged, taken apart, exported, erased."""

from __future__ import annotations

import pytest

from hubbub.contacts.models import Contact
from hubbub.conversations.models import Message
from hubbub.inbound.models import Event
from hubbub.organizations.scope import organization_scope
from tests.support.factories import make_tenant
from tests.support.talk import Talk, make_talk
from tests.support.web import Api, api_for

pytestmark = pytest.mark.usefixtures("database")


def _two_people() -> tuple[Talk, Talk, Api]:
    """The same tenant, two channels, one customer on each."""
    first = make_talk("from the first")
    second = make_talk("from the second", tenant=first.tenant)
    return first, second, api_for(first.tenant)


def test_a_customer_is_a_contact_with_an_identity() -> None:
    talk = make_talk("hello")
    contact = api_for(talk.tenant).get(f"/contacts/{talk.contact_id}").body
    assert [identity["external_id"] for identity in contact["identities"]] == [talk.user]
    assert contact["platforms"] == ["line"]


def test_what_the_team_enters_is_kept_and_found() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    body = {
        "name": "Mali Srisai",
        "email": " Mali@Example.com ",
        "phone": "+66 81 234-5678",
        "attributes": {"vip": True},
    }
    contact = api.patch(f"/contacts/{talk.contact_id}", body).body
    assert (contact["email"], contact["phone"], contact["is_name_given"]) == ("mali@example.com", "+66812345678", True)
    assert [row["id"] for row in api.get("/contacts", name_contains="srisai").items] == [str(talk.contact_id)]
    assert api.get("/contacts", name_contains="%").items == []


@pytest.mark.parametrize("body", [{"email": "no address"}, {"phone": "12"}, {"phone": "+66x"}, {"name": "x" * 256}])
def test_a_malformed_address_is_refused(body: dict[str, str]) -> None:
    talk = make_talk("hello")
    assert api_for(talk.tenant).patch(f"/contacts/{talk.contact_id}", body).status == 422


def test_a_shared_verified_number_suggests_a_merge_until_it_is_dismissed() -> None:
    first, second, api = _two_people()
    for talk in (first, second):
        api.patch(f"/contacts/{talk.contact_id}", {"phone": "+66812345678", "is_phone_verified": True})
    [suggestion] = api.get("/contacts/suggestions").items
    assert {suggestion["contact_id"], suggestion["other_id"]} == {str(first.contact_id), str(second.contact_id)}
    assert api.post(f"/contacts/suggestions/{suggestion['id']}/dismiss").status == 200
    assert api.get("/contacts/suggestions").items == []


def test_a_number_that_nobody_verified_suggests_nothing() -> None:
    first, second, api = _two_people()
    for talk in (first, second):
        api.patch(f"/contacts/{talk.contact_id}", {"phone": "+66812345678"})
    assert api.get("/contacts/suggestions").items == []


def test_merged_contacts_share_one_timeline_and_come_apart_again() -> None:
    first, second, api = _two_people()
    one, other = first.contact_id, second.contact_id
    merged = api.post(f"/contacts/{one}/merge", {"contact_id": str(other)}).body
    assert len(merged["identities"]) == 2
    assert [row["id"] for row in merged["merged_from"]] == [str(other)]
    texts = {row["text"] for row in api.get(f"/contacts/{one}/timeline").items}
    assert texts == {"from the first", "from the second"}
    assert [row["id"] for row in api.get("/contacts").items] == [str(one)]
    apart = api.post(f"/contacts/{one}/unmerge", {"contact_id": str(other)}).body
    assert len(apart["identities"]) == 1
    assert [row["text"] for row in api.get(f"/contacts/{other}/timeline").items] == ["from the second"]


def test_two_threads_on_one_channel_become_one_and_come_apart_by_who_wrote() -> None:
    first = make_talk("from the first")
    second = Talk(tenant=first.tenant, channel=first.channel, user=f"{first.user[:-4]}beef")
    one = first.contact_id
    second.says("from the second", second=5)
    other = second.contact_id
    api = api_for(first.tenant)
    assert api.post(f"/contacts/{one}/merge", {"contact_id": str(other)}).status == 200
    [thread] = api.get("/conversations", contact_id=str(one)).items
    assert thread["message_count"] == 2
    assert api.post(f"/contacts/{one}/unmerge", {"contact_id": str(other)}).status == 200
    for contact, text in ((one, "from the first"), (other, "from the second")):
        [thread] = api.get("/conversations", contact_id=str(contact)).items
        assert (thread["message_count"], thread["last_message_text"]) == (1, text)


def test_a_merged_contact_cannot_be_merged_again_or_into_itself() -> None:
    first, second, api = _two_people()
    path = f"/contacts/{first.contact_id}"
    other = {"contact_id": str(second.contact_id)}
    assert api.post(f"{path}/merge", {"contact_id": str(first.contact_id)}).status == 422
    assert api.post(f"{path}/unmerge", other).status == 404
    assert api.post(f"{path}/merge", other).status == 200
    assert api.post(f"{path}/merge", other).status == 409


def test_an_export_has_everything_of_one_person_and_nothing_of_others() -> None:
    first, second, api = _two_people()
    found = api.get(f"/contacts/{first.contact_id}/export").body
    assert [message["text"] for message in found["messages"]] == ["from the first"]
    assert second.user not in str(found)
    assert "from the second" not in str(found)


def test_erasing_leaves_an_empty_contact_and_nothing_that_was_said() -> None:
    talk = make_talk("my secret is 4711")
    api = api_for(talk.tenant)
    contact = talk.contact_id
    api.patch(f"/contacts/{contact}", {"name": "Mali", "email": "mali@example.com"})
    api.post(f"/conversations/{talk.conversation().id}/messages", {"text": "we know about 4711"})
    erased = api.post(f"/contacts/{contact}/erase")
    assert (erased.status, erased.body["email"], erased.body["attributes"]) == (200, None, {"erased": True})
    with organization_scope(talk.tenant.id):
        texts = list(Message.objects.values_list("text", "raw", "content"))
        raws = list(Event.objects.values_list("raw", flat=True))
        assert Contact.objects.get(id=contact).name == "Erased contact"
    everything = f"{texts} {raws} {api.get('/conversations').body} {api.get(f'/contacts/{contact}').body}"
    assert "4711" not in everything
    assert talk.user not in everything
    assert api.post(f"/contacts/{contact}/erase").status == 409


def test_somebody_who_was_erased_and_writes_again_is_somebody_new() -> None:
    talk = make_talk("hello")
    contact = talk.contact_id
    api_for(talk.tenant).post(f"/contacts/{contact}/erase")
    talk.says("hello again", second=60)
    assert talk.contact_id != contact


def test_erasing_one_person_leaves_the_others_alone() -> None:
    first, second, api = _two_people()
    before = api.get(f"/contacts/{second.contact_id}/timeline").body
    api.post(f"/contacts/{first.contact_id}/erase")
    assert api.get(f"/contacts/{second.contact_id}/timeline").body == before


def test_a_list_is_paged_by_who_was_seen_last() -> None:
    tenant = make_tenant()
    for _ in range(3):
        make_talk("hello", tenant=tenant)
    api = api_for(tenant)
    first = api.get("/contacts", limit=2)
    second = api.get("/contacts", limit=2, cursor=first.body["next_cursor"])
    assert len({row["id"] for row in first.items + second.items}) == 3
