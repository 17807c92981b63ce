"""The documented methods: what they send, what they give back, and what they keep."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from facebook_integration.services.facebook_api import FacebookGraphAPI, FacebookMessengerService
from hubbub.kit.errors import Unsendable
from hubbub.outbound.inline import InsideTransaction
from tests.support.outbound import Line, send_all

Json = dict[str, Any]


def sent(line: Line) -> list[Json]:
    """The message objects that the platform accepted, without our own mark."""
    shown = []
    for one in line.platforms.sends(line.channel.external_id):
        message = dict(one["request"].get("message") or {})
        message.pop("metadata", None)
        shown.append(message)
    return shown


def test_a_call_sends_at_once_and_gives_the_platforms_ids(line: Line) -> None:
    api = FacebookGraphAPI(line.channel)
    success, response = api.send_text_message(recipient_id=line.customer_id, text="Hello! How can I help you?")
    assert success
    assert response["recipient_id"] == line.customer_id
    assert response["message_id"].startswith("m_")
    assert sent(line) == [{"text": "Hello! How can I help you?"}]


def test_a_queued_message_is_returned_and_goes_out_with_the_next_sender(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    message = messenger.send_text(recipient_psid=line.customer_id, text="Thank you for your message!")
    assert (message.status, message.external_id) == ("queued", None)
    assert sent(line) == []
    send_all()
    assert sent(line) == [{"text": "Thank you for your message!"}]


def test_with_wait_the_message_is_sent_before_it_is_returned(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    message = messenger.send_text(line.customer_id, "now", wait=10)
    assert message.status == "sent"
    assert message.external_id


def test_inside_a_transaction_a_message_is_queued_and_waiting_is_refused(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    with transaction.atomic():
        message = messenger.send_text(line.customer_id, "later")
        with pytest.raises(InsideTransaction):
            messenger.send_text(line.customer_id, "now", wait=5)
        with pytest.raises(InsideTransaction):
            FacebookGraphAPI(line.channel).send_text_message(line.customer_id, "now")
    assert line.status(message) == "queued"


def test_what_was_queued_before_goes_out_before(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    messenger.send_text(line.customer_id, "first")
    success, _ = FacebookGraphAPI(line.channel).send_text_message(line.customer_id, "second")
    assert success
    assert sent(line) == [{"text": "first"}, {"text": "second"}]


def test_the_message_is_joined_with_its_echo(line: Line) -> None:
    line.platforms.put("/settings", {"callbacks": True})
    message = FacebookMessengerService(line.channel).send_text(line.customer_id, "once", wait=10)
    line.platforms.wait_for_webhook("is_echo")
    line.platforms.apply_webhooks()
    assert line.row("SELECT count(*) AS n FROM message WHERE channel_id = %(channel)s AND direction = 'outbound'") == {
        "n": 1
    }
    assert line.status(message) in ("sent", "delivered")


def test_somebody_who_never_wrote_becomes_a_contact_and_the_platform_decides(line: Line) -> None:
    stranger = line.platforms.put(f"/customers/facebook/{line.channel.external_id}/Somchai", {"wrote_ago": None})[
        "customer_id"
    ]
    success, response = FacebookGraphAPI(line.channel).send_text_message(stranger, "hello")
    assert not success
    error = response["error"]
    assert (error["code"], error["error_subcode"], error["reason"]) == (10, 2018278, "window_closed")
    assert "24 hours" in error["message"]
    known = line.row("SELECT count(*) AS n FROM contact_identity WHERE external_id = %(psid)s", psid=stranger)
    assert known == {"n": 1}


def test_what_the_policy_forbids_is_refused_before_anything_is_stored(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    with pytest.raises(Unsendable, match="2,000"):
        messenger.send_text(line.customer_id, "x" * 2001)
    success, response = FacebookGraphAPI(line.channel).send_text_message(line.customer_id, "")
    assert not success
    assert response["error"]["reason"] == "content_refused"
    assert line.row("SELECT count(*) AS n FROM message WHERE direction = 'outbound' AND channel_id = %(channel)s") == {
        "n": 0
    }
