"""What customers do on LINE arrives in the documented form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import BOT, Player

Json = dict[str, Any]


def newest(player: Player) -> Json:
    body = player.hub.bodies("/webhooks/line")[-1]
    assert body["destination"] == BOT
    event: Json = body["events"][0]
    return event


def test_every_event_has_the_common_envelope(player: Player) -> None:
    said = player.say("line")
    event = newest(player)
    assert {"type", "mode", "timestamp", "source", "webhookEventId", "deliveryContext", "replyToken"} <= set(event)
    assert event["source"] == {"type": "user", "userId": said["customer_id"]}
    assert len(event["webhookEventId"]) == 26
    assert event["message"]["id"].isdigit()
    assert "markAsReadToken" in event["message"]


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("image", {"contentProvider", "quoteToken"}),
        ("video", {"contentProvider", "quoteToken", "duration"}),
        ("audio", {"contentProvider", "duration"}),
        ("file", {"fileName", "fileSize"}),
        ("location", {"latitude", "longitude"}),
        ("sticker", {"packageId", "stickerId", "stickerResourceType", "quoteToken"}),
    ],
)
def test_messages_of_each_type_have_their_keys(player: Player, kind: str, keys: set[str]) -> None:
    player.act("line", kind)
    message = newest(player)["message"]
    assert keys <= set(message)
    assert ("quoteToken" in message) == ("quoteToken" in keys)


def test_an_album_is_a_set_in_separate_webhooks(player: Player) -> None:
    player.act("line", "image", count=3)
    sets = [body["events"][0]["message"]["imageSet"] for body in player.hub.bodies("/webhooks/line")]
    assert [one["index"] for one in sets] == [1, 2, 3]
    assert {one["total"] for one in sets} == {3}
    assert len({one["id"] for one in sets}) == 1


@pytest.mark.parametrize(
    ("action", "kind", "has_token", "data"),
    [
        ("follow", "follow", True, {}),
        ("unfollow", "unfollow", False, {}),
        ("postback", "postback", True, {"payload": "a=1"}),
        ("video_play_complete", "videoPlayComplete", True, {"tracking_id": "t1"}),
        ("beacon", "beacon", True, {}),
        ("account_link", "accountLink", True, {"nonce": "n"}),
        ("membership", "membership", True, {}),
        ("join", "join", True, {"group": "family"}),
        ("leave", "leave", False, {"group": "family"}),
        ("member_joined", "memberJoined", True, {"group": "family"}),
        ("member_left", "memberLeft", False, {"group": "family"}),
    ],
)
def test_events_have_a_reply_token_or_not(player: Player, action: str, kind: str, has_token: bool, data: Json) -> None:
    player.act("line", action, **data)
    event = newest(player)
    assert event["type"] == kind
    assert ("replyToken" in event) == has_token


def test_a_failed_account_link_has_neither_source_nor_token(player: Player) -> None:
    player.act("line", "account_link", nonce="n", result="failed")
    assert not {"source", "replyToken"} & set(newest(player))


def test_a_group_message_names_the_person_when_they_consented(player: Player) -> None:
    said = player.say("line", group="family")
    assert newest(player)["source"] == {"type": "group", "groupId": said["conversation"], "userId": said["customer_id"]}
    player.say("line", group="family", hide_user=True)
    assert "userId" not in newest(player)["source"]
    player.say("line", room="old")
    assert newest(player)["source"]["type"] == "room"


def test_an_edit_in_a_group_keeps_the_id_and_renews_the_tokens(player: Player) -> None:
    said = player.say("line", group="family")
    first = newest(player)
    player.act("line", "edit", group="family", text="new")
    edited = newest(player)
    assert (edited["type"], edited["message"]["id"], edited["message"]["text"]) == (
        "messageEdited",
        said["message_id"],
        "new",
    )
    assert edited["message"]["quoteToken"] != first["message"]["quoteToken"]
    assert "markAsReadToken" not in edited["message"]
    assert edited["replyToken"] != first["replyToken"]
    answer = player.http.post("/_sandbox/act", json={"platform": "line", "from": "Mali", "action": "edit", "text": "x"})
    assert answer.status_code == 400


def test_an_unsend_names_the_message(player: Player) -> None:
    said = player.say("line")
    player.act("line", "unsend")
    assert newest(player)["unsend"] == {"messageId": said["message_id"]}
    assert "replyToken" not in newest(player)


def test_standby_has_no_reply_token(player: Player) -> None:
    player.say("line", standby=True)
    assert newest(player)["mode"] == "standby"
    assert "replyToken" not in newest(player)


def test_a_tap_does_what_the_button_says(player: Player) -> None:
    who = player.say("line")["customer_id"]
    tap = {"type": "postback", "label": "Buy", "data": "a=buy", "displayText": "I buy"}
    say = {"type": "message", "label": "Hours", "text": "When are you open?"}
    pick = {"type": "datetimepicker", "label": "Date", "data": "d", "mode": "date"}
    template = {"type": "buttons", "text": "Pick", "actions": [tap, say, pick]}
    player.push(who, {"type": "template", "altText": "Menu", "template": template})
    player.act("line", "tap", label="Buy")
    assert newest(player)["postback"] == {"data": "a=buy"}
    assert player.get("/phone", platform="line", **{"from": "Mali"})["messages"][-1]["text"] == "I buy"
    player.act("line", "tap", label="Hours")
    assert newest(player)["message"]["text"] == "When are you open?"
    player.act("line", "tap", label="Date", value="2026-12-24")
    assert newest(player)["postback"] == {"data": "d", "params": {"date": "2026-12-24"}}


def test_two_channels_of_one_provider_share_the_user_id(player: Player) -> None:
    other = "U" + "0c" * 16
    player.put(f"/accounts/line/{other}", {"channel_secret": "s", "access_token": "t2", "provider": "p1"})
    player.put(f"/accounts/line/{BOT}", {"provider": "p1"})
    assert player.say("line", account=other)["customer_id"] == player.say("line", account=BOT)["customer_id"]


def test_a_switched_off_webhook_sends_nothing(player: Player) -> None:
    player.put(f"/accounts/line/{BOT}", {"is_active": False})
    assert player.say("line")["webhook_ids"] == []


def test_an_unfollow_and_a_follow_again_keep_the_user_id(player: Player) -> None:
    who = player.act("line", "follow")["customer_id"]
    player.act("line", "unfollow")
    again = player.act("line", "follow")
    assert again["customer_id"] == who
    assert newest(player)["follow"] == {"isUnblocked": True}
