"""When the platform's answer is lost: never two bubbles, or an honest "unknown" (docs/sending.md)."""

from __future__ import annotations

import pytest

from hubbub.organizations.scope import organization_scope
from hubbub.outbound.worker import Sender
from tests.support.outbound import Line, Platforms, connect, send_all
from tests.support.roles import acting_as

RECEIPTS = ("facebook", "instagram", "whatsapp")
"""Platforms that settle a lost answer by an echo or a status."""


def spend_reply_token(line: Line) -> None:
    """The next message goes as a push."""
    with organization_scope(line.tenant.id):
        line.row("DELETE FROM reply_token WHERE conversation_id = %(conversation)s RETURNING id")


def test_a_line_push_is_repeated_under_its_retry_key_and_shown_once(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    spend_reply_token(line)
    line.fault("answer_lost", times=2)
    message = line.queue("once")
    send_all(until=lambda: line.status(message) == "sent")
    assert line.texts() == ["once"]
    assert line.message(message.id).external_id


def test_a_push_that_may_have_arrived_is_never_followed_by_a_free_reply(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    spend_reply_token(line)
    line.fault("answer_lost", times=1)
    message = line.queue("once")
    send_all(until=lambda: len(line.texts()) == 1)
    line.say("one more thing")  # which brings a fresh reply token
    send_all(until=lambda: line.status(message) == "sent")
    assert line.texts() == ["once"]


def test_a_line_reply_is_never_repeated_nor_pushed(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    line.fault("answer_lost", times=1)
    message, after = line.queue("perhaps"), line.queue("after")
    send_all()
    assert (line.status(message), line.code(message)) == ("unknown", "answer_lost")
    assert line.texts() == ["perhaps", "after"]
    assert line.status(after) == "sent"


@pytest.mark.parametrize("platform", RECEIPTS)
def test_the_receipt_settles_what_the_answer_did_not(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    platforms.put("/settings", {"callbacks": True})
    line.fault("answer_lost", times=1)
    message, after = line.queue("told by its receipt"), line.queue("after")
    send_all()
    assert line.status(message) == "sending"
    assert line.status(after) == "queued"
    platforms.wait_for_webhook("statuses" if platform == "whatsapp" else "is_echo")
    platforms.apply_webhooks()
    assert line.status(message) in ("sent", "delivered")
    send_all()
    platforms.apply_webhooks()
    assert line.texts() == ["told by its receipt", "after"]
    count = line.row(
        "SELECT count(*) AS n FROM message WHERE conversation_id = %(conversation)s AND direction = 'outbound'"
    )
    assert count["n"] == 2


@pytest.mark.parametrize("platform", RECEIPTS)
def test_without_a_receipt_it_ends_as_unknown_and_the_next_one_goes_on(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    line.fault("answer_lost", times=1)
    message, after = line.queue("who knows"), line.queue("after")
    send_all()
    send_all(later="119 seconds")
    assert line.status(message) == "sending"
    send_all(later="121 seconds")
    assert (line.status(message), line.code(message)) == ("unknown", "answer_lost")
    assert line.status(after) == "sent"
    assert line.texts() == ["who knows", "after"]


@pytest.mark.parametrize("platform", RECEIPTS)
def test_a_receipt_that_comes_after_unknown_still_counts(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    platforms.put("/settings", {"callbacks": True})
    line.fault("answer_lost", times=1)
    message = line.queue("late news")
    send_all()
    send_all(later="121 seconds")
    assert line.status(message) == "unknown"
    platforms.wait_for_webhook("statuses" if platform == "whatsapp" else "is_echo")
    platforms.apply_webhooks()
    stored = line.message(message.id)
    assert (stored.status in ("sent", "delivered"), stored.error) == (True, None)
    assert line.texts() == ["late news"]


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_an_echo_after_unknown_of_an_answer_that_had_waited_for_hours_is_ours(
    platforms: Platforms, platform: str
) -> None:
    line = connect(platforms, platform)
    platforms.put("/settings", {"callbacks": True})
    line.fault("answer_lost", times=1)
    message = line.queue("at last")
    line.row(
        "UPDATE message SET occurred_at = now() - interval '3 hours' WHERE id = %(id)s RETURNING id", id=message.id
    )
    send_all()
    send_all(later="121 seconds")
    assert line.status(message) == "unknown"
    platforms.wait_for_webhook("is_echo")
    platforms.apply_webhooks()
    stored = line.row(
        "SELECT count(*) AS n, min(status) AS status FROM message"
        " WHERE conversation_id = %(conversation)s AND direction = 'outbound'"
    )
    assert stored["n"] == 1
    assert stored["status"] in ("sent", "delivered")


def test_a_push_that_was_cut_before_it_was_taken_is_made_again(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    spend_reply_token(line)
    line.fault("refuse_before", times=2)
    message = line.queue("again")
    send_all(until=lambda: line.status(message) == "sent")
    assert line.texts() == ["again"]


def test_an_outcome_that_waited_for_the_database_longer_than_a_lease_still_counts(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("503", times=1)
    message = line.queue("refused, then taken")
    sender = Sender()
    with acting_as("outbound"):
        while not sender.in_flight:
            sender.turn()
        sender.wait(20)
    sender.chores_at = 0.0
    send_all(sender=sender, later="61 seconds", until=lambda: line.status(message) != "sending")
    assert line.status(message) == "queued"
    send_all(sender=sender, later="10 minutes", until=lambda: line.status(message) == "sent")
    assert line.texts() == ["refused, then taken"]
