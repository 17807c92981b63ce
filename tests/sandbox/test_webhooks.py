"""How webhooks travel: signatures, retries, order, deadlines, lost subscriptions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs

from sandbox.webhooks.signing import line_bytes, line_signature, meta_bytes, meta_legacy_signature, meta_signature
from tests.sandbox.conftest import APP, BOT, PAGE, SECRET, Player


def test_the_published_signature_of_line_is_reproduced() -> None:
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert line_signature("8c570fa6dd201bb328f1c1eac23a96d8", body) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="
    assert line_bytes({"destination": "U8e742f61d673b39c7fff3cecb7536ef0", "events": []}) == body


def test_the_computed_signature_of_meta_is_reproduced() -> None:
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    want = "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"
    assert meta_signature("test_app_secret", body) == want
    assert meta_legacy_signature("k", b"x").startswith("sha1=")


def test_meta_writes_escapes_in_lowercase_and_escapes_slashes() -> None:
    assert meta_bytes({"text": "ก/❤️😀"}) == rb'{"text":"\u0e01\/\u2764\ufe0f\ud83d\ude00"}'


def test_the_headers_of_metas_webhooks(player: Player) -> None:
    player.say("facebook")
    _, headers, raw = player.hub.received[-1]
    assert headers["x-hub-signature-256"] == meta_signature(SECRET, raw)
    assert headers["x-hub-signature"] == meta_legacy_signature(SECRET, raw)
    assert headers["facebook-api-version"] == "v26.0"
    assert headers["content-type"] == "application/json"


def test_anything_but_200_is_tried_again_with_the_same_bytes(player: Player) -> None:
    player.put("/settings", {"retries": [0.01]})
    player.hub.answers = [500, 204, 301, 403]
    said = player.say("facebook")
    assert (said["acked"], said["attempts"], said["status"]) == (True, 5, 200)
    assert len({raw for _, _, raw in player.hub.received}) == 1
    told = player.get("/webhooks")["webhooks"][-1]
    assert (told["state"], told["attempts"]) == ("acked", 5)


def test_a_webhook_is_given_up_at_last(player: Player) -> None:
    player.put("/settings", {"retries": [0.01], "retry_for": 0.05})
    player.hub.answers = [500] * 50
    assert player.say("facebook")["acked"] is False
    assert [one["state"] for one in player.get("/webhooks", state="given_up")["webhooks"]] == ["given_up"]


def test_one_conversation_waits_for_its_first_while_others_pass(player: Player) -> None:
    player.put("/settings", {"retries": [0.3]})
    player.hub.answers = [500]
    player.say("facebook", "first", wait=False)
    player.hub.wait_for(lambda: player.hub.received)
    player.say("facebook", "second", wait=False)
    player.say("facebook", "other", who="Noi")
    player.quiet()
    texts = [body["entry"][0]["messaging"][0]["message"]["text"] for body in player.hub.bodies()]
    assert texts == ["first", "other", "first", "second"]


def test_order_can_be_given_up(player: Player) -> None:
    player.put("/settings", {"retries": [0.3], "keep_order": False})
    player.hub.answers = [500]
    player.say("facebook", "first", wait=False)
    player.hub.wait_for(lambda: player.hub.received)
    player.say("facebook", "second", wait=False)
    player.quiet()
    texts = [body["entry"][0]["messaging"][0]["message"]["text"] for body in player.hub.bodies()]
    assert texts == ["first", "second", "first"]


def test_an_answer_after_the_deadline_does_not_count(player: Player) -> None:
    player.put("/settings", {"line_timeout": 0.1})
    player.hub.delay = 0.3
    said = player.say("line")
    assert (said["acked"], said["reason"]) == (False, "timeout")
    player.hub.wait_for(lambda: player.hub.received)


def test_an_hour_of_failures_unsubscribes_the_page(player: Player) -> None:
    player.put("/settings", {"retries": [0.05]})
    player.hub.answers = [500] * 2
    player.say("facebook", wait=False)
    player.hub.wait_for(lambda: player.hub.received)
    player.put("/clock", {"advance": 3601})
    player.quiet()
    assert player.graph("GET", f"{PAGE}/subscribed_apps").json() == {"data": []}
    assert player.say("facebook")["reason"].startswith("No app")
    player.graph("POST", f"{PAGE}/subscribed_apps", subscribed_fields="messages")
    assert player.say("facebook")["acked"] is True


def test_acked_ids_are_listed(player: Player) -> None:
    facebook, line = player.say("facebook"), player.say("line")
    acked = player.get("/acked")
    assert acked["messages"] == [facebook["message_id"], line["message_id"]]
    assert line["webhook_event_id"] in acked["events"]
    player.http.delete("/_sandbox/webhooks")
    assert player.get("/acked") == {"events": [], "messages": []}


def test_several_apps_each_get_their_own_signature(player: Player) -> None:
    player.put("/apps/900000000000002", {"app_secret": "second"})
    page = player.world.state.page(PAGE)
    assert page is not None
    page.subscribed["900000000000002"] = {"*"}
    player.say("facebook")
    signed = [(headers["x-hub-signature-256"], raw) for _, headers, raw in player.hub.received]
    assert len(signed) == 2
    for secret in (SECRET, "second"):
        assert any(signature == meta_signature(secret, raw) for signature, raw in signed)


def deliver(player: Player, **data: Any) -> dict[str, Any]:
    return player.post("/deliver", data)


def test_an_arbitrary_body_is_signed_and_posted(player: Player) -> None:
    body = {"object": "page", "entry": []}
    assert deliver(player, platform="facebook", account=PAGE, body=body)["status"] == 200
    path, headers, raw = player.hub.received[-1]
    assert (path, json.loads(raw)) == ("/webhooks/facebook", body)
    assert headers["x-hub-signature-256"] == meta_signature(SECRET, raw)
    deliver(player, platform="line", account=BOT, body_base64="e30=")
    assert player.hub.received[-1][1]["x-line-signature"] == line_signature("line-secret", b"{}")
    deliver(player, platform="facebook", app_id=APP, body=body, url=f"{player.hub.url}/elsewhere")
    assert player.hub.received[-1][0] == "/elsewhere"
    deliver(player, platform="facebook", secret="mine", body=body)
    assert player.hub.received[-1][1]["x-hub-signature-256"] == meta_signature("mine", player.hub.received[-1][2])


def test_several_acts_can_arrive_in_one_body(player: Player) -> None:
    player.put("/accounts/facebook/777", {"name": "Other", "access_token": "other", "app_id": APP})
    acts = [
        {"platform": "facebook", "account": PAGE, "from": "Mali", "text": "one"},
        {"platform": "facebook", "account": "777", "from": "Noi", "text": "two"},
        {"platform": "line", "from": "Mali", "text": "three"},
        {"platform": "line", "from": "Noi", "action": "follow"},
    ]
    done = player.post("/batch", {"acts": acts})
    assert [one["state"] for one in done["webhooks"]] == ["acked", "acked"]
    facebook = player.hub.bodies("/webhooks/facebook")
    assert [[entry["id"] for entry in body["entry"]] for body in facebook] == [[PAGE, "777"]]
    assert [event["type"] for event in player.hub.bodies("/webhooks/line")[0]["events"]] == ["message", "follow"]
    assert set(player.get("/acked")["messages"]) == {one["message_id"] for one in done["acts"][:3]}


def test_a_deletion_request_is_signed_over_its_encoded_payload(player: Player) -> None:
    url = f"{player.hub.url}/deauthorize"
    assert player.post("/signed_request", {"app_id": APP, "user_id": "55", "url": url})["status"] == 200
    signature, _, payload = parse_qs(player.hub.received[-1][2].decode())["signed_request"][0].partition(".")

    def decoded(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    assert decoded(signature) == hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).digest()
    assert json.loads(decoded(payload))["user_id"] == "55"


def test_a_hub_that_is_away_is_reported(player: Player) -> None:
    player.put("/settings", {"retries": []})
    player.put(f"/accounts/line/{BOT}", {"endpoint": "http://127.0.0.1:1/nobody"})
    said = player.say("line")
    assert (said["acked"], said["status"]) == (False, None)
    assert said["reason"]


def test_a_say_without_waiting_answers_before_the_hub_does(player: Player) -> None:
    player.hub.delay = 0.3
    said = player.say("facebook", wait=False)
    assert (said["acked"], said["status"]) == (False, None)
    player.quiet()
    assert player.get("/acked")["messages"] == [said["message_id"]]
