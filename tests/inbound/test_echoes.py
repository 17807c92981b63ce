"""An echo of our own send is the message that we sent, whenever it comes; any other echo is a message of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.connectors.outcomes import Accepted
from hubbub.conversations.actions.send import queue_message
from hubbub.conversations.models import Message
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.jobs import Leased
from hubbub.outbound.settle import Judged, settle
from hubbub.outbound.verdicts import Fate, Verdict
from tests.inbound.bodies import echo, event, page, said
from tests.inbound.shop import Shop, open_shop
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")

MID = "m_ours"


@pytest.fixture
def shop() -> Shop:
    """A Page that a customer wrote to just now."""
    shop = open_shop("facebook")
    now = run("SELECT (extract(epoch FROM now()) * 1000)::bigint AS now")[0]["now"]
    shop.receive(page(shop.address, {**said(shop.address, "hello"), "timestamp": now}))
    return shop


def send(shop: Shop, text: str = "our answer") -> Message:
    """Queue an answer and hand it to the platform: it is under way now."""
    content = OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=text)
    with organization_scope(shop.tenant.id):
        message = queue_message(shop.conversation(), content, author_type="human")
    with acting_as("outbound"):
        run("UPDATE message SET status = 'sending' WHERE id = %(id)s", id=message.id)
        run("UPDATE outbox SET state = 'sending', sending_at = now() WHERE message_id = %(id)s", id=message.id)
    return message


def answer(shop: Shop, message: Message, mid: str = MID) -> None:
    """The platform answers our call with the id."""
    leased = Leased.__new__(Leased)
    for name, value in {
        "message_id": message.id,
        "organization_id": shop.tenant.id,
        "conversation_id": message.conversation_id,
        "channel_id": shop.channel.id,
        "author_type": "human",
        "outbound": {"kind": "text"},
        "lease_token": None,
    }.items():
        object.__setattr__(leased, name, value)
    verdict = Verdict(fate=Fate.SENT, accepted=Accepted(external_ids=(mid,)))
    with acting_as("outbound"):
        settle([Judged(leased=leased, verdict=verdict, attempts=0)])


def echoed(shop: Shop, message: Message | None = None, mid: str = MID) -> None:
    """The platform echoes; with our message's id in it where we put it there."""
    more: dict[str, Any] = {"metadata": str(message.id)} if message else {}
    now = run("SELECT (extract(epoch FROM now()) * 1000)::bigint AS now")[0]["now"]
    shop.receive(page(shop.address, {**echo(shop.address, "our answer", mid=mid, **more), "timestamp": now}))


def bubble(shop: Shop) -> tuple[UUID, str, str | None]:
    """Our one message: its id, status and the platform's id."""
    (ours,) = [one for one in shop.messages() if one.direction == "outbound"]
    conversation = shop.conversation()
    assert (conversation.message_count, conversation.outbound_count) == (2, 1)
    with organization_scope(shop.tenant.id):
        assert not run("SELECT FROM outbox WHERE message_id = %(id)s", id=ours.id)
    return ours.id, ours.status, ours.external_id


def test_an_echo_after_the_answer_is_our_message(shop: Shop) -> None:
    message = send(shop)
    answer(shop, message)
    echoed(shop, message)
    assert bubble(shop) == (message.id, "sent", MID)


def test_an_echo_before_the_answer_settles_our_message(shop: Shop) -> None:
    message = send(shop)
    echoed(shop, message)
    assert bubble(shop) == (message.id, "sent", MID)
    answer(shop, message)
    assert bubble(shop) == (message.id, "sent", MID)


def test_an_echo_without_our_mark_is_recognised_by_its_words_or_by_its_id_later(shop: Shop) -> None:
    message = send(shop)
    echoed(shop)
    assert bubble(shop) == (message.id, "sent", MID)
    answer(shop, message)
    echoed(shop)
    assert bubble(shop) == (message.id, "sent", MID)


def test_an_echo_without_our_mark_is_recognised_after_hours_in_the_queue(shop: Shop) -> None:
    message = send(shop)
    with acting_as("outbound"):
        run("UPDATE message SET occurred_at = now() - interval '23 hours' WHERE id = %(id)s", id=message.id)
    echoed(shop)
    assert bubble(shop) == (message.id, "sent", MID)


def test_the_same_words_in_the_platforms_inbox_long_after_our_call_are_a_message_of_their_own(shop: Shop) -> None:
    message = send(shop)
    with acting_as("outbound"):
        run("UPDATE outbox SET sending_at = now() - interval '11 minutes' WHERE message_id = %(id)s", id=message.id)
    echoed(shop)
    assert [one.external_id for one in shop.messages() if one.direction == "outbound"] == [None, MID]


def test_an_echo_that_was_stored_on_its_own_is_folded_into_ours_by_the_answer(shop: Shop) -> None:
    message = send(shop, "Our  answer, formatted by the platform")
    echoed(shop)
    assert len(shop.messages()) == 3
    reaction = {"mid": MID, "action": "react", "reaction": "love", "emoji": "❤"}
    shop.receive(page(shop.address, event(shop.address, second=9, reaction=reaction)))
    answer(shop, message)
    assert bubble(shop) == (message.id, "sent", MID)
    assert len(shop.rows("SELECT FROM reaction WHERE message_id = %(id)s", id=message.id)) == 1


def test_an_unknown_send_is_settled_by_its_echo(shop: Shop) -> None:
    message = send(shop)
    with acting_as("outbound"):
        run("UPDATE message SET status = 'unknown' WHERE id = %(id)s", id=message.id)
        run("DELETE FROM outbox WHERE message_id = %(id)s", id=message.id)
    echoed(shop, message)
    assert bubble(shop) == (message.id, "sent", MID)


def test_somebody_who_answers_in_the_platforms_inbox_is_a_message_of_its_own(shop: Shop) -> None:
    shop.receive(page(shop.address, echo(shop.address, "from the inbox", mid="m_inbox", second=3)))
    other = shop.messages()[0]
    assert (other.direction, other.author_type, other.status) == ("outbound", "human", "sent")
    assert shop.conversation().unread_count == 1


def test_an_echo_with_the_id_of_another_channels_message_does_not_touch_that(shop: Shop) -> None:
    message = send(shop)
    thief = open_shop("facebook")
    thief.receive(page(thief.address, echo(thief.address, "ha", mid="m_x", metadata=str(message.id))))
    assert thief.texts() == ["ha"]
    with organization_scope(shop.tenant.id):
        assert Message.objects.get(id=message.id).status == "sending"
