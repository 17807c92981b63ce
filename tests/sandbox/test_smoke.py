"""The main path on each platform: a customer writes, the hub answers, the receipts come."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import httpx
import pytest

from tests.sandbox.conftest import BOT, IG, NUMBER, PAGE, SECRET, Player


def test_a_messenger_customer_writes_and_gets_an_answer(player: Player) -> None:
    said = player.say("facebook", "สวัสดี / hello")
    assert said["status"] == 200
    path, headers, raw = player.hub.received[-1]
    assert path == "/webhooks/facebook"
    want = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] == want
    assert rb"\u0e2a" in raw
    assert rb"\/" in raw
    item = json.loads(raw)["entry"][0]["messaging"][0]
    assert item["message"] == {"mid": said["message_id"], "text": "สวัสดี / hello"}
    answer = player.send(said["customer_id"], "hi", message={"text": "hi", "metadata": "row-1"})
    assert answer.status_code == 200
    sent = player.sends()[-1]
    assert (sent["metadata"], sent["token_place"], sent["answered"]) == ("row-1", "header", True)
    echo = player.wait_for_webhook("echo")
    assert echo["message_ids"] == [answer.json()["message_id"]]


def test_an_instagram_customer_writes_and_gets_an_answer_through_the_page(player: Player) -> None:
    said = player.say("instagram")
    body = player.hub.bodies("/webhooks/instagram")[-1]
    assert body["object"] == "instagram"
    assert body["entry"][0]["id"] == IG
    answer = player.send(said["customer_id"])
    assert answer.status_code == 200
    player.wait_for_webhook("echo")
    echo = player.hub.bodies("/webhooks/instagram")[-1]["entry"][0]["messaging"][0]
    assert echo["message"] == {"mid": answer.json()["message_id"], "text": "hi", "is_echo": True}
    assert echo["sender"] == {"id": IG}


def test_a_whatsapp_customer_writes_and_gets_an_answer_with_statuses(player: Player) -> None:
    said = player.say("whatsapp")
    change = player.hub.bodies("/webhooks/whatsapp")[-1]["entry"][0]["changes"][0]
    assert change["value"]["messages"][0]["text"] == {"body": "hello"}
    answer = player.whatsapp(
        {"to": "+" + said["customer_id"], "type": "text", "text": {"body": "hi"}, "biz_opaque_callback_data": "row:1"}
    )
    assert answer.json()["contacts"] == [{"input": "+" + said["customer_id"], "wa_id": said["customer_id"]}]
    player.hub.wait_for(lambda: len(player.hub.bodies("/webhooks/whatsapp")) == 3)
    statuses = [
        body["entry"][0]["changes"][0]["value"]["statuses"][0] for body in player.hub.bodies("/webhooks/whatsapp")[1:]
    ]
    assert [one["status"] for one in statuses] == ["sent", "delivered"]
    assert {one["biz_opaque_callback_data"] for one in statuses} == {"row:1"}
    assert player.sends()[-1]["account"] == NUMBER


def test_a_line_customer_writes_and_gets_a_free_reply_once(player: Player) -> None:
    said = player.say("line")
    path, headers, raw = player.hub.received[-1]
    assert path == "/webhooks/line"
    digest = hmac.new(b"line-secret", raw, hashlib.sha256).digest()
    assert headers["x-line-signature"] == base64.b64encode(digest).decode()
    body = json.loads(raw)
    assert body["destination"] == BOT
    reply = {"replyToken": body["events"][0]["replyToken"], "messages": [{"type": "text", "text": "hi"}]}
    answer = player.line("POST", "/v2/bot/message/reply", reply)
    assert answer.status_code == 200
    assert answer.json()["sentMessages"][0]["quoteToken"]
    again = player.line("POST", "/v2/bot/message/reply", reply)
    assert (again.status_code, again.json()) == (400, {"message": "Invalid reply token"})
    assert [one["kind"] for one in player.sends()] == ["reply"]
    bubbles = player.get("/phone", platform="line", **{"from": "Mali"})["messages"]
    assert [one["direction"] for one in bubbles] == ["in", "out"]
    assert said["reply_token"] == reply["replyToken"]


def test_an_answer_can_be_lost_after_the_send_was_accepted(player: Player) -> None:
    said = player.say("facebook")
    player.put("/faults", [{"match": {"sends": True, "times": 1}, "fault": "answer_lost"}])
    with pytest.raises(httpx.HTTPError):
        player.send(said["customer_id"])
    assert [one["answered"] for one in player.sends()] == [False]
    assert player.send(said["customer_id"]).status_code == 200
    assert player.sends()[-1]["account"] == PAGE
