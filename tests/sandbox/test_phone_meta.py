"""What customers do on Messenger and Instagram arrives in the documented form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import IG, PAGE, Player

Json = dict[str, Any]


def newest(player: Player) -> Json:
    item: Json = player.hub.bodies()[-1]["entry"][0]["messaging"][0]
    return item


def test_the_envelope_names_both_sides_and_milliseconds(player: Player) -> None:
    said = player.say("facebook")
    body = player.hub.bodies()[-1]
    item = newest(player)
    assert body["object"] == "page"
    assert body["entry"][0]["id"] == PAGE
    assert (item["sender"], item["recipient"]) == ({"id": said["customer_id"]}, {"id": PAGE})
    assert item["timestamp"] > 10**12


def test_mali_is_the_same_person_every_time_and_another_elsewhere(player: Player) -> None:
    first = player.say("facebook")["customer_id"]
    assert player.say("facebook")["customer_id"] == first
    assert player.say("facebook", who=first)["customer_id"] == first
    assert player.say("instagram")["customer_id"] != first


@pytest.mark.parametrize("kind", ["image", "audio", "video", "file"])
def test_a_file_lies_behind_a_link_that_expires(player: Player, kind: str) -> None:
    player.say("facebook", type=kind)
    attachment = newest(player)["message"]["attachments"][0]
    assert attachment["type"] == kind
    url = attachment["payload"]["url"]
    assert player.http.get(url).status_code == 200
    player.put("/clock", {"advance": 15 * 86400})
    assert player.http.get(url).status_code == 403


def test_given_bytes_are_what_is_served(player: Player) -> None:
    player.act("facebook", "image", content_base64="aGVsbG8=", mime_type="image/png", count=2)
    attachments = newest(player)["message"]["attachments"]
    assert len(attachments) == 2
    served = player.http.get(attachments[0]["payload"]["url"])
    assert (served.content, served.headers["content-type"]) == (b"hello", "image/png")


ATTACHMENTS: dict[str, tuple[Json, Json]] = {
    "sticker": ({}, {"type": "sticker", "payload": {"sticker_id": 369239263222822}}),
    "location": (
        {"latitude": 1.5, "longitude": 2.5},
        {"type": "location", "payload": {"coordinates": {"lat": 1.5, "long": 2.5}}},
    ),
    "fallback": (
        {"url": "https://a.test", "title": "T"},
        {"type": "fallback", "payload": {"url": "https://a.test", "title": "T"}},
    ),
    "reel": ({"reel_video_id": "7", "title": "R"}, {"type": "reel", "payload": {"reel_video_id": "7", "title": "R"}}),
    "post": ({"id": "9"}, {"type": "post", "payload": {"id": "9"}}),
    "appointment_booking": (
        {"status": "confirmed"},
        {"type": "appointment_booking", "payload": {"status": "confirmed"}},
    ),
    "product": ({}, {"type": "template"}),
}


@pytest.mark.parametrize("kind", ATTACHMENTS)
def test_other_attachments_have_their_payload(player: Player, kind: str) -> None:
    data, expected = ATTACHMENTS[kind]
    player.say("facebook", type=kind, **data)
    attachment = newest(player)["message"]["attachments"][0]
    assert attachment["type"] == expected["type"]
    assert expected.get("payload", {}).items() <= attachment["payload"].items()


def test_quick_reply_postback_and_reaction(player: Player) -> None:
    player.act("facebook", "quick_reply", payload="P", text="Red")
    assert newest(player)["message"]["quick_reply"] == {"payload": "P"}
    assert newest(player)["message"]["text"] == "Red"
    acted = player.act("facebook", "postback", payload="GET_STARTED", title="Start", referral={"ref": "abc"})
    assert newest(player)["postback"] == {
        "mid": acted["message_id"],
        "title": "Start",
        "payload": "GET_STARTED",
        "referral": {"ref": "abc"},
    }
    sent = player.send(acted["customer_id"]).json()["message_id"]
    player.quiet()
    player.act("facebook", "react", emoji="❤️")
    assert newest(player)["reaction"] == {"mid": sent, "action": "react", "reaction": "love", "emoji": "❤️"}
    player.act("facebook", "unreact")
    assert newest(player)["reaction"] == {"mid": sent, "action": "unreact"}


def test_edits_count_up_to_five(player: Player) -> None:
    said = player.say("facebook")
    player.act("facebook", "edit", text="hello!")
    assert newest(player)["message_edit"] == {"mid": said["message_id"], "text": "hello!", "num_edit": 1}
    for _ in range(4):
        player.act("facebook", "edit", text="again")
    answer = player.http.post(
        "/_sandbox/act", json={"platform": "facebook", "from": "Mali", "action": "edit", "text": "x"}
    )
    assert answer.status_code == 400


def test_unsending_is_told_on_instagram_only(player: Player) -> None:
    player.say("facebook")
    assert player.act("facebook", "unsend")["webhook_ids"] == []
    said = player.say("instagram")
    player.act("instagram", "unsend")
    assert newest(player)["message"] == {"mid": said["message_id"], "is_deleted": True}


def test_stories_on_instagram(player: Player) -> None:
    player.act("instagram", "story_reply", text="wow")
    message = newest(player)["message"]
    assert message["text"] == "wow"
    assert set(message["reply_to"]["story"]) == {"id", "url"}
    player.act("instagram", "story_mention")
    assert newest(player)["message"]["attachments"][0]["type"] == "story_mention"


def test_instagram_fields_have_their_own_spelling(player: Player) -> None:
    player.say("instagram")
    player.act("instagram", "edit", text="x")
    assert newest(player)["message_edit"]["num_edit"] == 1
    player.act("instagram", "referral", ref="summer")
    assert newest(player)["referral"] == {"ref": "summer", "source": "SHORTLINKS", "type": "OPEN_THREAD"}
    player.say("instagram", type="unsupported")
    assert newest(player)["message"]["is_unsupported"] is True
    player.say("instagram", type="ephemeral")
    assert newest(player)["message"]["attachments"] == [{"type": "ephemeral"}]
    assert player.hub.bodies()[-1]["entry"][0]["id"] == IG


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("opt_in", "optin"),
        ("feedback", "messaging_feedback"),
        ("response_feedback", "response_feedback"),
        ("order", "order"),
        ("account_link", "account_linking"),
        ("customer_information", "messaging_customer_information"),
        ("form", "form"),
        ("referral", "referral"),
        ("pass_thread", "pass_thread_control"),
        ("take_thread", "take_thread_control"),
        ("request_thread", "request_thread_control"),
        ("policy", "policy_enforcement"),
    ],
)
def test_rarer_events_stand_under_their_key(player: Player, action: str, key: str) -> None:
    player.act("facebook", action)
    assert key in newest(player)


def test_a_policy_event_has_no_sender(player: Player) -> None:
    player.act("facebook", "policy", kind="warning", reason="Spam")
    assert "sender" not in newest(player)
    assert newest(player)["policy_enforcement"] == {"action": "warning", "reason": "Spam"}


def test_reading_gives_a_watermark(player: Player) -> None:
    said = player.say("facebook")
    player.send(said["customer_id"])
    player.quiet()
    player.act("facebook", "read")
    assert newest(player)["read"]["watermark"] > 10**12
    bubbles = player.get("/phone", platform="facebook", **{"from": "Mali"})["messages"]
    assert [one["status"] for one in bubbles if one["direction"] == "out"] == ["read"]


def test_any_other_field_can_be_played(player: Player) -> None:
    player.act("facebook", "field", field="inbox_labels", value={"action": "add", "user": {"id": "1"}})
    change = player.hub.bodies()[-1]["entry"][0]["changes"][0]
    assert change == {"field": "inbox_labels", "value": {"action": "add", "user": {"id": "1"}}}


def test_an_old_message_can_be_said(player: Player) -> None:
    said = player.say("facebook", ago=2 * 86400)
    assert player.send(said["customer_id"]).status_code == 400
    assert newest(player)["timestamp"] < player.world.clock.ms() - 86400_000
