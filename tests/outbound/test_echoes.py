"""The echo of our own send comes before, during or after the answer, twice or never: one bubble (and it is ours)."""

from __future__ import annotations

import pytest

from hubbub.conversations.models import Attachment, Message, Reaction
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.worker import Sender
from tests.support.outbound import Line, Platforms, connect, send_all
from tests.support.roles import acting_as

PLATFORMS = ("facebook", "instagram")


def ours(line: Line) -> list[Message]:
    with organization_scope(line.tenant.id):
        return list(Message.objects.filter(channel=line.channel, direction="outbound"))


def queue(line: Line) -> Message:
    line.platforms.put("/settings", {"callbacks": True})
    return line.queue("one bubble")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_echo_comes_after_the_answer(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    message = queue(line)
    send_all()
    platforms.wait_for_webhook("is_echo")
    platforms.apply_webhooks()
    (only,) = ours(line)
    assert (only.id, only.author_type) == (message.id, "human")
    assert only.status in ("sent", "delivered")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_echo_is_applied_while_the_answer_is_on_its_way(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    message = queue(line)
    platforms.put("/settings", {"latency_ms": 700})
    sender = Sender()
    with acting_as("outbound"):
        while not sender.in_flight:
            sender.turn()
    platforms.wait_for_webhook("is_echo")
    platforms.apply_webhooks()
    assert line.status(message) in ("sent", "delivered")
    send_all(sender=sender)
    (only,) = ours(line)
    assert only.id == message.id
    assert line.texts() == ["one bubble"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_echo_that_was_stored_as_a_message_of_its_own_is_folded_in(platforms: Platforms, platform: str) -> None:
    """The platform lost our mark, or the words differ, so nobody could tell before the answer came with the id."""
    line = connect(platforms, platform)
    message = queue(line)
    platforms.put("/settings", {"latency_ms": 700})
    sender = Sender()
    with acting_as("outbound"):
        while not sender.in_flight:
            sender.turn()
    platforms.wait_for_webhook("is_echo")
    for number, (path, headers, body) in enumerate(platforms.hub.received):
        changed = body.replace(str(message.id).encode(), b"lost").replace(b"one bubble", b"other words")
        platforms.hub.received[number] = (path, headers, changed)
    platforms.apply_webhooks()
    assert len(ours(line)) == 2
    with acting_as("inbound"):
        echo = Message.objects.exclude(id=message.id).get(channel=line.channel, direction="outbound")
        Reaction.objects.create(
            organization_id=line.tenant.id, message=echo, actor="mali", emoji="❤", reacted_at=echo.occurred_at
        )
        Attachment.objects.create(organization_id=line.tenant.id, message=echo, type="image")
    send_all(sender=sender)
    (only,) = ours(line)
    assert (only.id, only.text) == (message.id, "one bubble")
    assert only.external_id
    with organization_scope(line.tenant.id):
        assert Reaction.objects.get(message=only).emoji == "❤"
        conversation = line.conversation()
    assert (conversation.outbound_count, conversation.last_message_id) == (1, message.id)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_echo_that_comes_twice_changes_nothing(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    message = queue(line)
    send_all()
    platforms.wait_for_webhook("is_echo")
    platforms.hub.received *= 2
    platforms.apply_webhooks()
    assert [one.id for one in ours(line)] == [message.id]


def test_receipts_that_came_before_the_answer_are_applied_with_it(platforms: Platforms) -> None:
    line = connect(platforms, "whatsapp")
    message = queue(line)
    platforms.put("/settings", {"latency_ms": 700})
    sender = Sender()
    with acting_as("outbound"):
        while not sender.in_flight:
            sender.turn()
    platforms.wait_for_webhook("delivered")
    for number, (path, headers, body) in enumerate(platforms.hub.received):
        platforms.hub.received[number] = (path, headers, body.replace(str(message.id).encode(), b"lost"))
    platforms.apply_webhooks()
    assert line.status(message) == "sending"
    send_all(sender=sender)
    assert line.status(message) == "delivered"
