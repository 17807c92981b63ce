"""Which conversation a message belongs to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubbub.settings.environment import environment
from tests.inbound.bodies import changes, echo, page, said
from tests.inbound.shop import Shop, open_shop
from tests.support import line

pytestmark = pytest.mark.usefixtures("database")

HOURS = environment().reopen_hours


def close(shop: Shop, second: float) -> None:
    """Closed so many seconds after the start of the talk."""
    shop.change(status="closed", closed_at=line.START + timedelta(seconds=second))


def say(shop: Shop, text: str, second: float) -> None:
    shop.receive(line.body(shop.address, line.text(text, second=second)))


def test_a_closed_conversation_is_reopened_within_the_set_time() -> None:
    shop = open_shop()
    say(shop, "one", 0)
    close(shop, 10)
    say(shop, "two", 10 + HOURS * 3600)
    conversation = shop.conversation()
    assert (conversation.status, conversation.closed_at, conversation.message_count) == ("active", None, 2)


def test_a_message_after_that_time_begins_another() -> None:
    shop = open_shop()
    say(shop, "one", 0)
    close(shop, 10)
    say(shop, "two", 11 + HOURS * 3600)
    assert [(one.status, one.message_count) for one in shop.conversations()] == [("closed", 1), ("active", 1)]
    say(shop, "three", 12 + HOURS * 3600)
    assert [one.message_count for one in shop.conversations()] == [1, 2]


def test_an_archived_conversation_stays_archived_and_another_begins() -> None:
    shop = open_shop()
    say(shop, "one", 0)
    shop.change(status="archived")
    say(shop, "two", 5)
    assert [(one.status, one.message_count) for one in shop.conversations()] == [("archived", 1), ("active", 1)]


@pytest.mark.parametrize("status", ["closed", "archived"])
def test_an_answer_in_the_platforms_own_inbox_does_not_reopen(status: str) -> None:
    shop = open_shop("facebook")
    shop.receive(page(shop.address, said(shop.address, "hello")))
    shop.change(status=status, closed_at=line.START)
    shop.receive(page(shop.address, echo(shop.address, "bye", mid="m_bye", second=60)))
    assert (shop.conversation().status, shop.conversation().message_count) == (status, 2)


def test_what_is_no_message_opens_no_conversation_that_people_see() -> None:
    shop = open_shop()
    shop.receive(line.body(shop.address, line.event("unfollow")))
    assert shop.conversations() == []
    shop.receive(line.body(shop.address, line.event("follow", follow={"isUnblocked": False})))
    assert shop.conversation().last_message_at is None, "begun for automation; no list shows it"
    assert shop.identity().is_reachable


@pytest.mark.parametrize(("kind", "id_name"), [("group", "groupId"), ("room", "roomId")])
def test_a_group_is_one_conversation_of_many_people(kind: str, id_name: str) -> None:
    shop = open_shop()
    for user, text in (("Ua", "hi from a"), ("Ub", "hi from b")):
        source = {"type": kind, id_name: "C77", "userId": user}
        shop.receive(line.body(shop.address, line.text(text, source=source)))
    shop.receive(line.body(shop.address, line.text("privately", user="Ua")))
    group, private = shop.conversations()
    assert (group.type, group.thread_key, group.contact_id, group.message_count) == ("group", "C77", None, 2)
    assert (private.type, private.message_count) == ("private", 1)
    assert len({message.contact_id for message in shop.messages()}) == 2


def test_who_joins_and_leaves_a_group_is_noted() -> None:
    shop = open_shop()
    source = {"type": "group", "groupId": "C77", "userId": "Ua"}
    members = {"members": [{"type": "user", "userId": "Ub"}]}
    there = {"type": "group", "groupId": "C77"}
    shop.receive(
        line.body(
            shop.address,
            line.text("hi", source=source),
            line.event("memberJoined", source=there, joined=members, second=1),
            line.event("memberLeft", source=there, left=members, second=9),
        )
    )
    rows = shop.rows(
        "SELECT i.external_id, p.joined_at, p.left_at FROM participant p JOIN contact_identity i"
        " ON i.contact_id = p.contact_id WHERE i.channel_id = %(channel)s AND p.left_at IS NOT NULL"
    )
    assert [(row["external_id"], (row["left_at"] - row["joined_at"]).seconds) for row in rows] == [("Ub", 8)]


def comment(shop: Shop, text: str, *, number: int, parent: str = "p_1", by: str = "7001", verb: str = "add") -> object:
    value = {
        "item": "comment",
        "verb": verb,
        "comment_id": f"p_{number}",
        "post_id": f"{shop.address}_1",
        "parent_id": parent,
        "from": {"id": by, "name": "Mali"},
        "message": text,
        "created_time": int(line.START.timestamp()) + number,
    }
    return changes(shop.address, ("feed", value), second=number + (0 if verb == "add" else 60))


def test_comments_below_one_another_are_one_public_conversation() -> None:
    shop = open_shop("facebook")
    first = f"{shop.address}_1"
    shop.receive(comment(shop, "how much?", number=10, parent=first), comment(shop, "same", number=11, parent="p_10"))
    shop.receive(comment(shop, "another", number=12, parent=first, by="7002"))
    thread, other = shop.conversations()
    assert (thread.type, thread.message_count, other.message_count) == ("public", 2, 1)
    assert thread.thread_key.endswith("p_10")


def test_our_own_comment_is_ours_and_makes_no_contact() -> None:
    shop = open_shop("facebook")
    first = f"{shop.address}_1"
    shop.receive(comment(shop, "how much?", number=10, parent=first))
    shop.receive(comment(shop, "ten", number=11, parent="p_10", by=shop.address))
    ours = shop.messages()[1]
    assert (ours.text, ours.direction, ours.contact_id) == ("ten", "outbound", None)
    assert [identity.external_id for identity in shop.identities()] == ["7001"]
    assert shop.conversation().unread_count == 1


def test_a_comment_that_was_edited_or_removed_is_changed() -> None:
    shop = open_shop("facebook")
    first = f"{shop.address}_1"
    shop.receive(comment(shop, "how mcuh?", number=10, parent=first))
    shop.receive(comment(shop, "how much?", number=10, parent=first, verb="edited"))
    assert shop.texts() == ["how much?"]
    shop.receive(comment(shop, "", number=10, parent=first, verb="remove"))
    assert [(one.text, one.visibility) for one in shop.messages()] == [("", "deleted")]


def test_of_messages_in_the_same_second_the_list_shows_the_one_that_ends_the_thread() -> None:
    shop = open_shop()
    shop.receive(*(line.body(shop.address, line.text(text, second=5)) for text in ("one", "two", "three")))
    assert shop.conversation().last_message_text == "three"
    say(shop, "four", 5)
    assert shop.conversation().last_message_text == "four"
