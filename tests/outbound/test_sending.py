"""A reply reaches the platform, once and in order, on each platform."""

from __future__ import annotations

import pytest

from tests.support.outbound import Platforms, connect, send_all

ALL = ("facebook", "instagram", "whatsapp", "line")


@pytest.mark.parametrize("platform", ALL)
def test_a_reply_reaches_the_customer(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    message = line.queue("good morning")
    assert line.status(message) == "queued"
    send_all()
    stored = line.message(message.id)
    assert (stored.status, stored.error) == ("sent", None)
    assert stored.external_id
    assert stored.sent_at is not None
    assert line.texts() == ["good morning"]
    assert line.row("SELECT count(*) AS n FROM outbox WHERE channel_id = %(channel)s")["n"] == 0


@pytest.mark.parametrize("platform", ALL)
def test_messages_of_a_conversation_arrive_in_order(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    for number in range(6):
        line.queue(f"number {number}")
    send_all()
    assert line.texts() == [f"number {number}" for number in range(6)]
