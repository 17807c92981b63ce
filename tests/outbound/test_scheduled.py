"""Messages for later, leases of the dead, and cancelling what a sender holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubbub.conversations.actions.resending import cancel_message, retry_message
from hubbub.kit import clock
from hubbub.kit.errors import Conflict
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.worker import Sender
from tests.outbound.test_media import JPEG, picture, stored
from tests.support.outbound import Platforms, connect, send_all
from tests.support.roles import acting_as


def test_a_scheduled_message_takes_its_place_when_its_time_comes(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    at = clock.now() + timedelta(hours=1)
    later = line.queue("later", at=at)
    line.queue("later still", at=at + timedelta(seconds=1))
    line.queue("now")
    send_all()
    assert (line.texts(), line.status(later)) == (["now"], "queued")
    send_all(later="61 minutes")
    assert line.texts() == ["now", "later", "later still"]


def test_a_message_that_a_sender_holds_can_be_cancelled_until_it_is_on_its_way(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("slow:0.3", sends=False, path_contains="message_attachments", times=1)
    message = line.queue(content=picture(stored(JPEG + b"cancelled")))
    sender = Sender()
    with acting_as("outbound"):
        while not sender.in_flight:
            sender.turn()
    with organization_scope(line.tenant.id):
        cancel_message(line.message(message.id))
    send_all(sender=sender)
    sends = platforms.sends(line.channel.external_id)
    assert (sends, line.status(message), line.code(message)) == ([], "failed", "cancelled")


def test_a_message_on_its_way_cannot_be_cancelled(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    platforms.put("/settings", {"latency_ms": 300})
    message = line.queue("too late")
    sender = Sender()
    with acting_as("outbound"):
        while not sender.in_flight:
            sender.turn()
    with pytest.raises(Conflict), organization_scope(line.tenant.id):
        cancel_message(line.message(message.id))
    send_all(sender=sender)
    assert line.texts() == ["too late"]


def test_an_unknown_message_is_sent_again_when_a_person_says_so(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    line.fault("refuse_before", times=1)
    message = line.queue("second try")
    send_all()
    assert line.status(message) == "unknown"
    with organization_scope(line.tenant.id):
        retry_message(line.message(message.id))
    send_all()
    assert (line.status(message), line.texts()) == ("sent", ["second try"])


def test_two_senders_share_the_work_and_send_nothing_twice(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    for number in range(6):
        line.queue(str(number))
    first, second = Sender(), Sender()
    with acting_as("outbound"):
        for _ in range(400):
            if not first.turn() + second.turn() and first.is_idle and second.is_idle:
                break
            first.wait(0.005)
            second.wait(0.005)
    assert line.texts() == [str(number) for number in range(6)]


def test_a_lane_without_a_head_gets_one_again(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    line.queue("first")
    line.queue("second")
    line.row("UPDATE outbox SET is_head = false WHERE conversation_id = %(conversation)s RETURNING message_id")
    send_all()
    assert line.texts() == ["first", "second"]
