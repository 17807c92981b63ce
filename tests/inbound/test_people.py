"""Who an event is about: one contact a person, whatever ids the platform uses for them."""

from __future__ import annotations

import pytest

from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.inbound.bodies import changes, event, page, said, whatsapp, whatsapp_text
from tests.inbound.shop import Shop, open_shop
from tests.support import line
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")

BSUID, PHONE = "TH.13491208655302741918", "66812345678"


def whatsapp_says(shop: Shop, text: str, *, ids: dict[str, str], sender: str, second: int) -> None:
    """A text whose `contacts` element has these ids."""
    contact = {"profile": {"name": "Mali"}, **ids}
    more = {"from_user_id": ids["user_id"]} if "user_id" in ids else {}
    text_message = whatsapp_text(text, sender=sender, second=second, **more)
    shop.receive(whatsapp(shop.address, contacts=[contact], messages=[text_message]))


def test_a_number_and_a_user_id_turn_out_to_be_one_person_with_one_open_conversation() -> None:
    shop = open_shop("whatsapp")
    whatsapp_says(shop, "by number", ids={"wa_id": PHONE}, sender=PHONE, second=1)
    whatsapp_says(shop, "by user id", ids={"user_id": BSUID}, sender=BSUID, second=2)
    assert len(shop.conversations()) == 2
    whatsapp_says(shop, "by both", ids={"wa_id": PHONE, "user_id": BSUID}, sender=PHONE, second=3)
    conversation = shop.conversation()
    assert len(shop.contacts()) == 1
    assert {identity.contact_id for identity in shop.identities()} == {conversation.contact_id}
    assert shop.texts() == ["by number", "by user id", "by both"]
    assert (conversation.message_count, conversation.inbound_count, conversation.unread_count) == (3, 3, 3)
    assert conversation.last_message_text == "by both"
    rows = shop.rows("SELECT conversation_id FROM automation_item WHERE organization_id = %(organization)s")
    assert [row["conversation_id"] for row in rows] == [conversation.id] * 3


def test_an_open_and_a_closed_conversation_stay_two_when_their_people_become_one() -> None:
    shop = open_shop("whatsapp")
    whatsapp_says(shop, "by number", ids={"wa_id": PHONE}, sender=PHONE, second=1)
    shop.change(status="closed", closed_at=line.START)
    whatsapp_says(shop, "by user id", ids={"user_id": BSUID}, sender=BSUID, second=2)
    whatsapp_says(shop, "by both", ids={"wa_id": PHONE, "user_id": BSUID}, sender=PHONE, second=3)
    assert [(one.status, one.message_count) for one in shop.conversations()] == [("closed", 1), ("active", 2)]
    assert len({one.contact_id for one in shop.conversations()}) == 1


def test_the_same_id_on_another_channel_is_another_person() -> None:
    one = open_shop("facebook")
    other = open_shop("facebook", tenant=one.tenant)
    for shop in (one, other):
        shop.receive(page(shop.address, said(shop.address, "hello")))
    assert len(one.contacts()) == 2


def test_our_own_account_never_becomes_a_contact() -> None:
    shop = open_shop("facebook")
    shop.receive(page(shop.address, said(shop.address, "hello", mid="m_1")))
    reaction = {"mid": "m_1", "action": "react", "reaction": "love", "emoji": "❤"}
    shop.receive(page(shop.address, event(shop.address, user=shop.address, second=4, reaction=reaction)))
    assert [identity.external_id for identity in shop.identities()] == ["7001"]
    assert [
        row["actor"] for row in shop.rows("SELECT actor FROM reaction WHERE organization_id = %(organization)s")
    ] == ["us"]


def test_a_visitor_of_a_plugin_is_kept_but_nobody_is_asked_who_that_is() -> None:
    shop = open_shop("facebook")
    optin = {"ref": "shop", "user_ref": "visit-77"}
    body = event(shop.address, optin=optin)
    del body["sender"]
    shop.receive(page(shop.address, body, said(shop.address, "hello", user="7009")))
    states = {identity.external_id: identity.profile_state for identity in shop.identities()}
    assert states == {"7009": "wanted", "user_ref:visit-77": "none"}
    assert profile_jobs(shop) == [
        {"external_id": "7009", "thread_type": "private", "thread_key": ""},
    ]


def test_who_writes_in_a_group_is_asked_for_by_the_group() -> None:
    shop = open_shop()
    source = {"type": "group", "groupId": "C77", "userId": "Ua"}
    shop.receive(line.body(shop.address, line.text("hi", source=source)))
    assert profile_jobs(shop) == [{"external_id": "Ua", "thread_type": "group", "thread_key": "C77"}]


def profile_jobs(shop: Shop) -> list[dict[str, str]]:
    """Whom the jobs were asked to look up."""
    known = {str(identity.id): identity.external_id for identity in shop.identities()}
    with acting_as("jobs"):
        jobs = run(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'contacts.fetch_profile'"
            " AND args ->> 'organization_id' = %(id)s ORDER BY id",
            id=str(shop.tenant.id),
        )
    return [
        {
            "external_id": known[job["args"]["identity_id"]],
            "thread_type": job["args"]["thread_type"],
            "thread_key": job["args"]["thread_key"],
        }
        for job in jobs
    ]


def test_ids_of_thirty_digits_stay_as_they_are() -> None:
    shop = open_shop("facebook")
    long_id = "123456789012345678901234567890"
    body = page(shop.address, said(shop.address, "hello", user=long_id))
    shop.receive(body, page(shop.address, said(shop.address, "again", user=long_id[:-1] + "1", second=1)))
    assert [identity.external_id for identity in shop.identities()] == [long_id, long_id[:-1] + "1"]
    assert len(shop.conversations()) == 2


def test_the_newest_name_is_shown_unless_somebody_typed_one() -> None:
    shop = open_shop("whatsapp")
    for second, name in ((5, "Mali"), (3, "Old"), (9, "Mali B.")):
        contact = {"profile": {"name": name}, "wa_id": PHONE}
        shop.receive(
            whatsapp(shop.address, contacts=[contact], messages=[whatsapp_text(name, sender=PHONE, second=second)])
        )
    (person,) = shop.contacts()
    assert person.name == "Mali B."
    with organization_scope(shop.tenant.id):
        type(person).objects.filter(id=person.id).update(name="Our Mali", is_name_given=True)
    contact = {"profile": {"name": "Other"}, "wa_id": PHONE}
    shop.receive(whatsapp(shop.address, contacts=[contact], messages=[whatsapp_text("x", sender=PHONE, second=20)]))
    assert shop.contacts()[0].name == "Our Mali"


def test_a_comment_does_not_open_the_reply_window_and_a_message_does() -> None:
    shop = open_shop("facebook")
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": "p_10",
        "post_id": f"{shop.address}_1",
        "parent_id": f"{shop.address}_1",
        "from": {"id": "7001", "name": "Mali"},
        "message": "how much?",
        "created_time": int(line.START.timestamp()),
    }
    shop.receive(changes(shop.address, ("feed", value)))
    assert shop.identity().window_opened_at is None
    shop.receive(page(shop.address, said(shop.address, "hello", second=2)))
    assert shop.identity().window_opened_at is not None
