"""Sending in the caller's thread keeps the promises of a sender: once, in order, and honest about what is not known."""

from __future__ import annotations

import logging
from threading import Thread

import pytest
from django.db import connections

from facebook_integration.services.facebook_api import FacebookGraphAPI, FacebookMessengerService
from hubbub.channels.models import Channel
from hubbub.conversations.actions.addressing import database_now
from hubbub.kit.ids import new_id
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.channels import ChannelBook
from hubbub.outbound.plan import take_head
from tests.facebook_integration.services.seen import messages
from tests.support.outbound import Line, connect, send_all


def test_an_answer_that_is_lost_is_settled_by_the_echo(line: Line) -> None:
    line.platforms.put("/settings", {"callbacks": True})
    line.fault("answer_lost", times=1)
    message = FacebookMessengerService(line.channel).send_text(line.customer_id, "once", wait=0.5)
    assert line.status(message) == "sending"
    line.platforms.wait_for_webhook("is_echo")
    line.platforms.apply_webhooks()
    assert line.status(message) in ("sent", "delivered")
    assert messages(line) == [{"text": "once"}]


def test_a_call_whose_answer_is_lost_says_that_nobody_knows(line: Line) -> None:
    line.fault("answer_lost", times=1)
    success, response = FacebookGraphAPI(line.channel, wait=0.5).send_text_message(line.customer_id, "once")
    assert (success, response["error"]["reason"]) == (False, "answer_lost")
    assert messages(line) == [{"text": "once"}]


def test_a_refusal_that_may_pass_is_tried_again_while_there_is_time(line: Line) -> None:
    line.fault("500", times=1)
    success, _ = FacebookGraphAPI(line.channel, wait=15).send_text_message(line.customer_id, "hello")
    assert success
    assert messages(line) == [{"text": "hello"}]


def test_a_call_that_cannot_go_out_in_time_is_taken_back_and_never_sent_later(line: Line) -> None:
    line.fault("429")
    success, response = FacebookGraphAPI(line.channel, wait=0.5).send_text_message(line.customer_id, "hello")
    assert (success, response["error"]["reason"]) == (False, "throttled")
    line.platforms.reset()
    send_all(later="2 hours")
    assert messages(line) == []


def test_a_message_that_cannot_go_out_in_time_stays_queued(line: Line) -> None:
    line.fault("429", times=1)
    message = FacebookMessengerService(line.channel).send_text(line.customer_id, "hello", wait=0.5)
    assert line.status(message) == "queued"
    send_all(later="2 hours")
    assert line.status(message) == "sent"
    assert messages(line) == [{"text": "hello"}]


def test_without_time_to_wait_one_try_is_made(line: Line) -> None:
    message = FacebookMessengerService(line.channel).send_text(line.customer_id, "now or later", wait=0)
    assert line.status(message) == "sent"


def test_a_caller_that_was_stopped_after_it_took_the_lane_leaves_the_message_to_the_senders(line: Line) -> None:
    message = FacebookMessengerService(line.channel).send_text(line.customer_id, "hello")
    with organization_scope(line.tenant.id):
        book, now = ChannelBook(), database_now()
        taken = take_head(book, line.channel.id, line.conversation_id, now, new_id())
        assert [one.message_id for one in taken.leased] == [message.id]
    send_all()
    assert line.status(message) == "queued", "it is held under the caller's lease"
    send_all(later="2 minutes", until=lambda: line.status(message) == "sent")
    assert messages(line) == [{"text": "hello"}]


def test_a_limit_of_the_app_holds_its_pages_in_every_organisation(line: Line) -> None:
    other = connect(line.platforms, "facebook")
    for one in (line, other):
        with_app_id(one)
    line.fault("error:4", times=1)
    success, response = FacebookGraphAPI(line.channel, wait=0.5).send_text_message(line.customer_id, "hello")
    assert (success, response["error"]["reason"]) == (False, "throttled")
    success, response = FacebookGraphAPI(other.channel, wait=0.5).send_text_message(other.customer_id, "hello")
    assert (success, response["error"]["reason"]) == (False, "throttled")
    assert messages(other) == []


def with_app_id(line: Line) -> None:
    """The channel belongs to an app that no other test uses (its secret is the same)."""
    with organization_scope(line.tenant.id):
        channel = Channel.objects.get(id=line.channel.id)
        channel.credentials = {**(channel.credentials or {}), "app_id": "900000000000042"}
        channel.save(update_fields=["credentials", "updated_at"])


def test_two_callers_and_a_sender_at_once_send_everything_once_and_in_order(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    before = [messenger.send_text(line.customer_id, f"queued {number}") for number in range(3)]
    answers: list[bool] = []

    def send(name: str) -> None:
        api = FacebookGraphAPI(line.channel)
        answers.extend(api.send_text_message(line.customer_id, f"{name} {number}")[0] for number in range(5))
        connections.close_all()

    callers = [Thread(target=send, args=(name,)) for name in ("one", "two")]
    for caller in callers:
        caller.start()
    send_all(until=lambda: not any(caller.is_alive() for caller in callers), seconds=60)
    assert answers == [True] * 10
    texts = line.texts()
    assert texts[:3] == [f"queued {number}" for number in range(3)]
    assert sorted(texts) == sorted(
        [f"queued {number}" for number in range(3)] + [f"{name} {n}" for name in ("one", "two") for n in range(5)]
    )
    for name in ("one", "two"):
        assert [text for text in texts if text.startswith(name)] == [f"{name} {number}" for number in range(5)]
    assert {line.status(message) for message in before} == {"sent"}


def test_the_logger_tells_what_happened_without_words_or_secrets(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="facebook_integration"):
        FacebookGraphAPI(line.channel).send_text_message(line.customer_id, "my secret words")
        FacebookMessengerService(line.channel).send_text(line.customer_id, "my secret words", wait=10)
        FacebookGraphAPI(line.channel).get_user_profile("999")
    told = [record.getMessage() for record in caplog.records if record.name == "facebook_integration"]
    text = "\n".join(told)
    assert "POST /{page-id}/messages answered 200: accepted" in text
    assert f"Page {line.channel.external_id}" in text
    assert "100/33" in text
    assert "secret words" not in text
    assert f"token-{line.channel.external_id}" not in text
    assert "app-secret" not in text
