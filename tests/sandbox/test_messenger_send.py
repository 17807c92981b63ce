"""The Send API of Messenger: content, windows, tags, recipients, files, reactions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.conftest import APP, PAGE, PAGE_TOKEN, Player, error, proof

IMAGE = {"type": "image", "payload": {"url": "https://shop.test/a.jpg"}}
DAY = 86400


@pytest.fixture
def mali(player: Player) -> str:
    return str(player.say("facebook")["customer_id"])


ACCEPTED: dict[str, Any] = {
    "text": {"text": "x" * 2000},
    "metadata": {"text": "x", "metadata": "m" * 1000},
    "quick replies": {"text": "Pick", "quick_replies": [{"content_type": "text", "title": "Red", "payload": "P"}] * 13},
    "quick reply with an image and no payload": {
        "text": "Pick",
        "quick_replies": [{"content_type": "text", "title": "Red", "payload": "", "image_url": "https://a.test/i.png"}],
    },
    "phone and email": {
        "text": "?",
        "quick_replies": [{"content_type": "user_phone_number"}, {"content_type": "user_email"}],
    },
    "image": {"attachment": IMAGE},
    "image with quick replies": {
        "attachment": IMAGE,
        "quick_replies": [{"content_type": "text", "title": "Red", "payload": "P"}],
    },
    "stack of images": {"attachments": [IMAGE, IMAGE]},
    "sticker": {"sticker_id": 767226160478561},
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_this_content_is_accepted(player: Player, mali: str, name: str) -> None:
    answer = player.send_message(mali, ACCEPTED[name])
    assert answer.status_code == 200, answer.text
    assert answer.json()["recipient_id"] == mali
    assert answer.json()["message_id"].startswith("m_")


REFUSED: dict[str, tuple[Any, tuple[int, int | None]]] = {
    "empty": ({}, (100, 2018034)),
    "only metadata": ({"metadata": "x"}, (100, 2018034)),
    "2,001 characters": ({"text": "x" * 2001}, (100, None)),
    "empty text": ({"text": ""}, (100, None)),
    "a number as text": ({"text": 5}, (100, None)),
    "1,001 characters of metadata": ({"text": "x", "metadata": "m" * 1001}, (100, None)),
    "text and attachment": ({"text": "x", "attachment": IMAGE}, (100, None)),
    "an unknown key": ({"text": "x", "colour": "red"}, (100, None)),
    "14 quick replies": (
        {"text": "x", "quick_replies": [{"content_type": "text", "title": "a", "payload": "P"}] * 14},
        (100, None),
    ),
    "a long quick reply": (
        {"text": "x", "quick_replies": [{"content_type": "text", "title": "x" * 21, "payload": "P"}]},
        (100, None),
    ),
    "a quick reply without payload": (
        {"text": "x", "quick_replies": [{"content_type": "text", "title": "x", "payload": ""}]},
        (100, None),
    ),
    "a location quick reply": ({"text": "x", "quick_replies": [{"content_type": "location"}]}, (100, None)),
    "an attachment without payload": ({"attachment": {"type": "image"}}, (100, None)),
    "a payload with url and id": (
        {"attachment": {"type": "image", "payload": {"url": "https://a.test/x", "attachment_id": "1"}}},
        (100, None),
    ),
    "an unknown attachment id": ({"attachment": {"type": "image", "payload": {"attachment_id": "1"}}}, (100, 2018074)),
    "a stack of videos": ({"attachments": [{"type": "video", "payload": {"url": "https://a.test/x"}}]}, (100, None)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_this_content_is_refused(player: Player, mali: str, name: str) -> None:
    message, expected = REFUSED[name]
    assert error(player.send_message(mali, message)) == expected
    assert player.sends() == []


def test_message_and_sender_action_do_not_go_together(player: Player, mali: str) -> None:
    assert error(player.send(mali, sender_action="typing_on")) == (100, 2018014)


@pytest.mark.parametrize("action", ["typing_on", "typing_off", "mark_seen"])
def test_sender_actions_answer_with_the_recipient_only(player: Player, mali: str, action: str) -> None:
    body = {"recipient": {"id": mali}, "sender_action": action}
    assert player.graph("POST", "me/messages", body).json() == {"recipient_id": mali}
    assert player.sends() == []


def test_an_unknown_sender_action_is_refused(player: Player, mali: str) -> None:
    body = {"recipient": {"id": mali}, "sender_action": "wave"}
    assert error(player.graph("POST", "me/messages", body)) == (100, None)


def test_a_reaction_shows_on_the_phone_and_can_be_taken_back(player: Player, mali: str) -> None:
    said = player.say("facebook")
    payload = {"message_id": said["message_id"], "reaction": "😊"}
    body = {"recipient": {"id": mali}, "sender_action": "react", "payload": payload}
    assert player.graph("POST", f"{PAGE}/messages", body).status_code == 200
    bubbles = player.get("/phone", platform="facebook", **{"from": "Mali"})["messages"]
    assert bubbles[-1]["reactions"] == {PAGE: "😊"}
    assert player.sends()[-1]["kind"] == "reaction"
    body = {"recipient": {"id": mali}, "sender_action": "unreact", "payload": {"message_id": said["message_id"]}}
    assert player.graph("POST", f"{PAGE}/messages", body).status_code == 200
    bubbles = player.get("/phone", platform="facebook", **{"from": "Mali"})["messages"]
    assert "reactions" not in bubbles[-1]


def test_a_reaction_to_an_unknown_message_is_refused(player: Player, mali: str) -> None:
    body = {"recipient": {"id": mali}, "sender_action": "react", "payload": {"message_id": "m_x", "reaction": "😊"}}
    assert error(player.graph("POST", f"{PAGE}/messages", body)) == (100, None)


def test_a_reply_quotes_and_its_echo_says_so(player: Player) -> None:
    said = player.say("facebook")
    answer = player.send(said["customer_id"], reply_to={"mid": said["message_id"]})
    assert answer.status_code == 200
    player.wait_for_webhook("echo")
    echo = next(b for b in player.hub.bodies() if "is_echo" in b["entry"][0]["messaging"][0].get("message", {}))
    message = echo["entry"][0]["messaging"][0]["message"]
    assert message["reply_to"] == {"mid": said["message_id"], "is_self_reply": False}
    assert error(player.send(said["customer_id"], reply_to={"mid": "m_unknown"})) == (100, None)


def test_a_stranger_and_another_pages_customer_do_not_exist(player: Player) -> None:
    assert error(player.send("1234567890123456")) == (100, 2018001)
    player.put("/accounts/facebook/777", {"name": "Other", "access_token": "other", "app_id": APP})
    other = player.say("facebook", account="777")
    assert error(player.send(other["customer_id"])) == (100, 2018001)


@pytest.mark.parametrize(
    "recipient",
    [
        {"user_ref": "x"},
        {"notification_messages_token": "x"},
        {"one_time_notif_token": "x"},
        {"phone_number": "+1"},
        {},
    ],
)
def test_dead_forms_of_recipients_are_refused(player: Player, recipient: dict[str, str]) -> None:
    answer = player.graph("POST", f"{PAGE}/messages", {"recipient": recipient, "message": {"text": "x"}})
    assert error(answer) == (100, None)


def test_after_24_hours_only_the_human_agent_may_write_and_after_7_days_nobody(player: Player, mali: str) -> None:
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    player.put("/clock", {"advance": DAY - 5})
    assert player.send(mali).status_code == 200
    player.put("/clock", {"advance": 10})
    assert error(player.send(mali)) == (10, 2018278)
    assert error(player.send(mali, messaging_type="UPDATE")) == (10, 2018278)
    assert player.send(mali, **tagged).status_code == 200
    player.put("/clock", {"advance": 6 * DAY})
    assert error(player.send(mali, **tagged)) == (10, 2018278)


def test_a_reaction_of_the_customer_opens_the_window_again(player: Player, mali: str) -> None:
    player.send(mali)
    player.put("/clock", {"advance": 2 * DAY})
    assert error(player.send(mali)) == (10, 2018278)
    player.act("facebook", "react")
    assert player.send(mali).status_code == 200


def test_an_ad_can_open_a_longer_window(player: Player) -> None:
    who = player.say("facebook", window_seconds=7 * DAY)["customer_id"]
    player.put("/clock", {"advance": 6 * DAY})
    assert player.send(who).status_code == 200


def test_the_human_agent_tag_needs_the_feature(player: Player, mali: str) -> None:
    player.put(f"/apps/{APP}", {"features": []})
    assert error(player.send(mali, messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")) == (10, None)


@pytest.mark.parametrize("tag", ["CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE", "SHIPPING_UPDATE"])
def test_dead_tags_are_code_100(player: Player, mali: str, tag: str) -> None:
    assert error(player.send(mali, messaging_type="MESSAGE_TAG", tag=tag)) == (100, None)


def test_a_tag_needs_its_type_and_a_type_must_exist(player: Player, mali: str) -> None:
    assert error(player.send(mali, messaging_type="RESPONSE", tag="HUMAN_AGENT")) == (100, None)
    assert error(player.send(mali, messaging_type="PROMOTION")) == (100, None)
    assert error(player.send(mali, messaging_type="MESSAGE_TAG", tag="CUSTOMER_FEEDBACK")) == (100, None)


def test_somebody_who_blocked_the_page_is_not_available(player: Player, mali: str) -> None:
    player.act("facebook", "block")
    assert error(player.send(mali)) == (551, 1545041)
    player.act("facebook", "unblock")
    assert player.send(mali).status_code == 200


def test_a_restricted_page_cannot_send(player: Player, mali: str) -> None:
    player.act("facebook", "policy", kind="block")
    assert error(player.send(mali)) == (10, 1893063)


def test_a_file_by_url_is_fetched_and_judged(player: Player, mali: str) -> None:
    player.hub.files["/a.jpg"] = (200, "image/jpeg", b"\xff\xd8" + b"x" * 100)
    player.hub.files["/big.jpg"] = (200, "image/jpeg", b"x" * (8 * 1024 * 1024 + 1))
    player.hub.files["/page"] = (200, "text/html", b"<html>")

    def send(name: str, kind: str = "image") -> Any:
        payload = {"url": f"{player.hub.url}/{name}"}
        return player.send_message(mali, {"attachment": {"type": kind, "payload": payload}})

    assert send("a.jpg").status_code == 200
    assert error(send("missing.jpg")) == (100, 2018008)
    assert error(send("big.jpg")) == (100, 2018109)
    assert error(send("page")) == (100, 2018047)
    assert error(send("a.jpg", "audio")) == (100, 2018047)


def test_what_a_public_url_would_answer_can_be_told(player: Player, mali: str) -> None:
    url = "https://cdn.shop.test/huge.mp4"
    message = {"attachment": {"type": "video", "payload": {"url": url}}}
    assert player.send_message(mali, message).status_code == 200
    player.put("/urls", {url: {"content_type": "video/mp4", "size": 26 * 1024 * 1024}})
    assert error(player.send_message(mali, message)) == (100, 2018109)
    player.put("/urls", {url: {"status": 0}})
    assert error(player.send_message(mali, message)) == (100, 2018294)


def upload(player: Player, kind: str, mime: str, content: bytes, **more: str) -> Any:
    message = {"attachment": {"type": kind, "payload": {"is_reusable": True}}}
    headers = {"authorization": f"Bearer {PAGE_TOKEN}"}
    return player.http.post(
        f"/graph/v26.0/{PAGE}/message_attachments",
        params={"appsecret_proof": proof(PAGE_TOKEN)},
        data={"message": json.dumps(message), **more},
        files={"filedata": ("a.bin", content, mime)},
        headers=headers,
    )


def test_an_uploaded_file_gets_an_id_that_lives_90_days_on_this_page(player: Player, mali: str) -> None:
    attachment_id = upload(player, "image", "image/png", b"\x89PNG").json()["attachment_id"]

    def send(kind: str = "image") -> Any:
        return player.send_message(mali, {"attachment": {"type": kind, "payload": {"attachment_id": attachment_id}}})

    assert send().status_code == 200
    assert error(send("video")) == (100, 2018074)
    bubble = player.get("/phone", platform="facebook", **{"from": "Mali"})["messages"][-1]
    url = bubble["body"]["attachment"]["payload"]["url"]
    assert player.http.get(url).content == b"\x89PNG"
    player.put("/clock", {"advance": 91 * DAY})
    player.say("facebook")
    assert error(send()) == (100, 2018074)


def test_an_upload_of_the_wrong_type_or_size_is_refused(player: Player) -> None:
    assert error(upload(player, "image", "audio/mpeg", b"x")) == (100, 2018047)
    assert error(upload(player, "audio", "audio/mpeg", b"x" * (25 * 1024 * 1024 + 1))) == (100, 2018109)


def test_a_file_can_come_with_the_send(player: Player, mali: str) -> None:
    form = {
        "recipient": json.dumps({"id": mali}),
        "message": json.dumps({"attachment": {"type": "image", "payload": {}}}),
    }
    answer = player.http.post(
        f"/graph/v26.0/{PAGE}/messages",
        params={"appsecret_proof": proof(PAGE_TOKEN)},
        data=form,
        files={"filedata": ("a.png", b"\x89PNG", "image/png")},
        headers={"authorization": f"Bearer {PAGE_TOKEN}"},
    )
    assert answer.status_code == 200, answer.text


def test_a_reusable_file_by_url_answers_with_its_id(player: Player, mali: str) -> None:
    payload = {"url": "https://shop.test/a.jpg", "is_reusable": True}
    answer = player.send_message(mali, {"attachment": {"type": "image", "payload": payload}})
    assert answer.json()["attachment_id"].isdigit()


def test_a_persona_must_be_the_pages_own(player: Player, mali: str) -> None:
    body = {"name": "Ann", "profile_picture_url": "https://shop.test/ann.png"}
    persona = player.graph("POST", f"{PAGE}/personas", body).json()["id"]
    assert player.send(mali, persona_id=persona).status_code == 200
    assert error(player.send(mali, persona_id="42")) == (100, None)
    assert player.graph("GET", f"{PAGE}/personas").json()["data"][0]["name"] == "Ann"
    assert player.graph("GET", persona).json()["name"] == "Ann"
    assert player.graph("DELETE", persona).json() == {"success": True}
    assert error(player.send(mali, persona_id=persona)) == (100, None)
    assert error(player.graph("POST", f"{PAGE}/personas", {**body, "name": "x" * 51})) == (100, None)


def test_a_utility_template_goes_outside_the_window(player: Player, mali: str) -> None:
    components = [{"type": "BODY", "text": "Hello, your order {{1}} is now on its way to you."}]
    create = {"name": "order_update", "language": "en", "category": "UTILITY", "components": components}
    assert player.graph("POST", f"{PAGE}/message_templates", create).json()["status"] == "APPROVED"
    player.put("/clock", {"advance": 30 * DAY})
    template = {"name": "order_update", "language": {"code": "en"}}
    filled = [{"type": "body", "parameters": [{"type": "text", "text": "566701"}]}]

    def send(message: Any) -> Any:
        return player.send_message(mali, message, messaging_type="UTILITY")

    assert send({"template": {**template, "components": filled}}).status_code == 200
    assert error(send({"template": template})) == (100, None)
    assert error(send({"template": {**template, "name": "missing"}})) == (100, None)
    assert error(send({"text": "x"})) == (100, None)
    assert error(player.send_message(mali, {"template": {**template, "components": filled}})) == (100, None)


@pytest.mark.parametrize("text", ["{{1}} is on its way", "Your order is {{1}}"])
def test_a_utility_template_that_begins_or_ends_with_a_parameter_is_rejected(player: Player, text: str) -> None:
    create = {"name": "bad", "language": "en", "category": "UTILITY", "components": [{"type": "BODY", "text": text}]}
    assert player.graph("POST", f"{PAGE}/message_templates", create).json()["status"] == "REJECTED"


def test_receipts_follow_a_send_echo_then_delivery_then_read(player: Player, mali: str) -> None:
    player.put("/settings", {"auto_read": True})
    sent = player.send(mali, message={"text": "hi", "metadata": "row-1"}).json()["message_id"]
    player.hub.wait_for(lambda: len(player.hub.received) == 4)
    echo, delivery, read = [body["entry"][0]["messaging"][0] for body in player.hub.bodies()[1:]]
    assert echo["message"] == {"mid": sent, "is_echo": True, "app_id": int(APP), "metadata": "row-1", "text": "hi"}
    assert (echo["sender"], echo["recipient"]) == ({"id": PAGE}, {"id": mali})
    assert delivery["delivery"]["mids"] == [sent]
    assert "timestamp" not in delivery
    assert read["read"]["watermark"] >= echo["timestamp"]
