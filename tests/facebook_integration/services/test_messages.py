"""The documented methods: what they send, what they give back, and what they keep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from facebook_integration.services.facebook_api import (
    FacebookGraphAPI,
    FacebookMessengerService,
    create_quick_reply,
)
from hubbub.contacts.models import ContactIdentity
from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput, Unsendable
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.inline import InsideTransaction
from tests.facebook_integration.services.seen import calls, messages
from tests.support.outbound import Line, send_all
from tests.support.people import make_member


def test_a_call_sends_at_once_and_gives_the_platforms_ids(line: Line) -> None:
    api = FacebookGraphAPI(line.channel)
    success, response = api.send_text_message(recipient_id=line.customer_id, text="Hello! How can I help you?")
    assert success
    assert response["recipient_id"] == line.customer_id
    assert response["message_id"].startswith("m_")
    assert messages(line) == [{"text": "Hello! How can I help you?"}]


def test_a_queued_message_is_returned_and_goes_out_with_the_next_sender(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    message = messenger.send_text(recipient_psid=line.customer_id, text="Thank you for your message!")
    assert line.status(message) == "queued"
    assert messages(line) == []
    send_all()
    assert messages(line) == [{"text": "Thank you for your message!"}]


def test_with_wait_the_message_is_sent_before_it_is_returned(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    message = messenger.send_text(line.customer_id, "now", wait=10)
    assert line.status(message) == "sent"
    assert line.message(message.id).external_id


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
    assert messages(line) == [{"text": "first"}, {"text": "second"}]


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
    made = len(calls(line, "messages"))
    success, response = FacebookGraphAPI(line.channel).send_text_message(stranger, "hello again")
    assert (success, response["error"]["reason"]) == (False, "window_closed")
    assert len(calls(line, "messages")) == made, "what the platform said is believed, and not asked again"


def test_somebody_who_never_wrote_to_the_hub_but_to_the_page_gets_the_message(line: Line) -> None:
    known = line.platforms.put(f"/customers/facebook/{line.channel.external_id}/Ploy", {"wrote_ago": 60})
    message = FacebookMessengerService(line.channel).send_text(known["customer_id"], "hello", wait=10)
    assert line.status(message) == "sent"


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


@pytest.mark.parametrize(
    ("method", "argument", "kind"),
    [
        ("send_image", "image_url", "image"),
        ("send_video", "video_url", "video"),
        ("send_audio", "audio_url", "audio"),
        ("send_file", "file_url", "file"),
    ],
)
def test_a_file_goes_out_by_its_address(line: Line, method: str, argument: str, kind: str) -> None:
    url = f"https://example.com/a-{kind}"
    line.platforms.put("/urls", {url: {"content_type": f"{kind}/x" if kind != "file" else "application/pdf"}})
    messenger = FacebookMessengerService(line.channel)
    message = getattr(messenger, method)(recipient_psid=line.customer_id, **{argument: url}, wait=10)
    stored = line.message(message.id)
    assert (stored.status, stored.type) == ("sent", kind)
    assert messages(line) == [{"attachment": {"type": kind, "payload": {"url": url}}}]


def test_a_file_needs_an_address_or_an_id_and_not_both(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    with pytest.raises(InvalidInput, match="either"):
        messenger.send_image(line.customer_id)
    with pytest.raises(InvalidInput, match="either"):
        messenger.send_image(line.customer_id, "https://example.com/a.jpg", attachment_id="1")


def test_a_reusable_file_is_uploaded_once_and_sent_by_its_id(line: Line) -> None:
    url = "https://example.com/brochure.pdf"
    messenger = FacebookMessengerService(line.channel)
    for _ in range(2):
        message = messenger.send_file(line.customer_id, url, is_reusable=True, wait=10)
        assert line.status(message) == "sent"
    ids = [one["attachment"]["payload"]["attachment_id"] for one in messages(line)]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert len(calls(line, "message_attachments")) == 1


def test_a_reusable_file_that_the_platform_forgot_is_uploaded_again(line: Line) -> None:
    url = "https://example.com/price-list.pdf"
    messenger = FacebookMessengerService(line.channel)
    messenger.send_file(line.customer_id, url, is_reusable=True, wait=10)
    line.fault("error:100/2018074", path_contains="messages", times=1)
    message = messenger.send_file(line.customer_id, url, is_reusable=True, wait=15)
    assert line.status(message) == "sent"
    assert len(calls(line, "message_attachments")) == 2


def test_quick_replies_are_sent_as_documented(line: Line) -> None:
    FacebookMessengerService(line.channel).send_quick_reply(
        recipient_psid=line.customer_id,
        text="How can we help you today?",
        quick_replies=[
            create_quick_reply("Support", "SUPPORT", image_url="https://example.com/icon.png"),
            {"content_type": "text", "title": "Sales", "payload": "SALES"},
            {"content_type": "user_email"},
        ],
        wait=10,
    )
    assert messages(line) == [
        {
            "text": "How can we help you today?",
            "quick_replies": [
                {
                    "content_type": "text",
                    "title": "Support",
                    "payload": "SUPPORT",
                    "image_url": "https://example.com/icon.png",
                },
                {"content_type": "text", "title": "Sales", "payload": "SALES"},
                {"content_type": "user_email"},
            ],
        }
    ]


def test_a_message_may_carry_a_persona_answer_another_and_be_silent(line: Line) -> None:
    api = FacebookGraphAPI(line.channel)
    _, persona = api.create_persona("Nok", "https://example.com/nok.png")
    asked = line.say("are you there?")
    FacebookMessengerService(line.channel).send_text(
        line.customer_id, "yes", persona_id=persona["id"], reply_to=asked["message_id"], is_silent=True, wait=10
    )
    request = line.platforms.sends(line.channel.external_id)[-1]["request"]
    assert (request["persona_id"], request["reply_to"], request["notification_type"]) == (
        persona["id"],
        {"mid": asked["message_id"]},
        "SILENT_PUSH",
    )


def test_a_reaction_is_shown_on_the_persons_message(line: Line) -> None:
    asked = line.say("thank you")
    success, response = FacebookGraphAPI(line.channel).send_reaction(line.customer_id, asked["message_id"], "❤")
    assert (success, response) == (True, {"recipient_id": line.customer_id})
    kept = line.row("SELECT emoji FROM reaction WHERE actor = 'us' ORDER BY reacted_at DESC LIMIT 1")
    assert kept == {"emoji": "❤"}


def test_the_same_client_id_is_the_same_message(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    first = messenger.send_text(line.customer_id, "once", client_id="order-77", wait=10)
    second = messenger.send_text(line.customer_id, "once", client_id="order-77", wait=10)
    assert first.id == second.id
    assert messages(line) == [{"text": "once"}]


def test_a_person_of_the_team_may_answer_after_the_window(line: Line) -> None:
    with organization_scope(line.tenant.id):
        ContactIdentity.objects.filter(external_id=line.customer_id).update(
            window_opened_at=clock.now() - timedelta(days=3)
        )
    agent = make_member(line.tenant)
    line.platforms.put(f"/customers/facebook/{line.channel.external_id}/{line.who}", {"wrote_ago": 3 * 86400})
    with pytest.raises(Unsendable, match="24 hours"):
        FacebookMessengerService(line.channel).send_text(line.customer_id, "from the program")
    success, _ = FacebookGraphAPI(line.channel, author=agent).send_text_message(line.customer_id, "from a person")
    assert success
    assert line.platforms.sends(line.channel.external_id)[0]["request"]["tag"] == "HUMAN_AGENT"
