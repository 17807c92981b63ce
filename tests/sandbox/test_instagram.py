"""Instagram's differences: bytes, hosts, tokens, files, reactions, missing features."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import APP, IG, PAGE, PAGE_TOKEN, Player, error

LOGIN_IG, LOGIN_TOKEN = "17840000000000002", "ig-user-token"
IMAGE = {"type": "image", "payload": {"url": "https://shop.test/a.jpg"}}
DAY = 86400


@pytest.fixture
def mali(player: Player) -> str:
    return str(player.say("instagram", account=IG)["customer_id"])


@pytest.fixture
def login(player: Player) -> str:
    """An account of the flavour with Instagram Login, and its customer."""
    body = {"name": "IG", "access_token": LOGIN_TOKEN, "app_id": APP, "flavour": "login", "username": "shop2"}
    player.put(f"/accounts/instagram/{LOGIN_IG}", body)
    return str(player.say("instagram", account=LOGIN_IG)["customer_id"])


def test_text_is_counted_in_bytes(player: Player, mali: str) -> None:
    assert player.send_message(mali, {"text": "ก" * 333}).status_code == 200
    assert error(player.send_message(mali, {"text": "ก" * 334})) == (100, 2534015)


ACCEPTED: dict[str, Any] = {
    "ten images": {"attachments": [IMAGE] * 10},
    "a heart": {"attachment": {"type": "like_heart"}},
    "a post of our own": {"attachment": {"type": "MEDIA_SHARE", "payload": {"id": "1"}}},
    "a long quick reply title (cut off by the app)": {
        "text": "x",
        "quick_replies": [{"content_type": "text", "title": "x" * 30, "payload": "P"}],
    },
}
REFUSED: dict[str, Any] = {
    "eleven images": {"attachments": [IMAGE] * 11},
    "a quick reply with an image": {
        "text": "x",
        "quick_replies": [{"content_type": "text", "title": "a", "payload": "P", "image_url": "https://a.test/i"}],
    },
    "a sticker": {"sticker_id": 767226160478561},
    "nothing": {},
    "a utility template": {"template": {"name": "x", "language": {"code": "en"}}},
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_this_is_accepted(player: Player, mali: str, name: str) -> None:
    answer = player.send_message(mali, ACCEPTED[name])
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", REFUSED)
def test_this_is_refused(player: Player, mali: str, name: str) -> None:
    assert error(player.send_message(mali, REFUSED[name])) == (100, 2534015)


@pytest.mark.parametrize("name", ["persona_id", "notification_type"])
def test_messengers_options_are_refused(player: Player, mali: str, name: str) -> None:
    assert error(player.send(mali, **{name: "REGULAR"})) == (100, None)


def test_outside_the_window_it_is_2534022(player: Player, mali: str) -> None:
    player.put("/clock", {"advance": 2 * DAY})
    assert error(player.send(mali)) == (10, 2534022)
    assert player.send(mali, messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT").status_code == 200
    assert error(player.send(mali, messaging_type="MESSAGE_TAG", tag="CUSTOMER_FEEDBACK")) == (100, None)


def test_the_owner_can_switch_access_off(player: Player, mali: str) -> None:
    player.put(f"/accounts/instagram/{IG}", {"allows_access": False})
    assert error(player.send(mali)) == (200, 2534041)


def test_reactions_are_love_or_an_emoji(player: Player, mali: str) -> None:
    def react(reaction: str) -> Any:
        target = player.get("/phone", platform="instagram", **{"from": "Mali"})["messages"][0]["id"]
        body = {
            "recipient": {"id": mali},
            "sender_action": "react",
            "payload": {"message_id": target, "reaction": reaction},
        }
        return player.graph("POST", f"{PAGE}/messages", body)

    assert react("love").status_code == 200
    assert react("😀").status_code == 200
    assert error(react("smile")) == (100, None)


def test_files_of_other_types_are_refused(player: Player, mali: str) -> None:
    player.hub.files["/a.webp"] = (200, "image/webp", b"RIFF")
    player.hub.files["/a.docx"] = (200, "application/msword", b"x")
    player.hub.files["/a.pdf"] = (200, "application/pdf", b"%PDF")

    def send(kind: str, name: str) -> Any:
        payload = {"url": f"{player.hub.url}/{name}"}
        return player.send_message(mali, {"attachment": {"type": kind, "payload": payload}})

    assert error(send("image", "a.webp")) == (100, 2018047)
    assert error(send("file", "a.docx")) == (100, 2018047)
    assert send("file", "a.pdf").status_code == 200


def test_an_upload_names_the_platform_and_belongs_to_the_instagram_account(player: Player, mali: str) -> None:
    payload = {"url": "https://shop.test/a.jpg", "is_reusable": True}
    body = {"platform": "instagram", "message": {"attachment": {"type": "image", "payload": payload}}}
    attachment_id = player.graph("POST", f"{PAGE}/message_attachments", body).json()["attachment_id"]
    message = {"attachment": {"type": "image", "payload": {"attachment_id": attachment_id}}}
    assert player.send_message(mali, message).status_code == 200
    on_page = player.say("facebook")["customer_id"]
    assert error(player.send_message(on_page, message)) == (100, 2018074)


def test_receipts_are_an_echo_in_messages_and_a_seen_with_the_mid(player: Player, mali: str) -> None:
    player.put("/settings", {"auto_read": True})
    sent = player.send(mali).json()["message_id"]
    player.hub.wait_for(lambda: len(player.hub.received) == 3)
    echo, seen = [body["entry"][0]["messaging"][0] for body in player.hub.bodies()[1:]]
    assert echo["message"] == {"mid": sent, "text": "hi", "is_echo": True}
    assert seen["read"] == {"mid": sent}


def test_the_login_flavour_lives_on_its_own_host_with_its_own_token(player: Player, login: str) -> None:
    body = {"recipient": {"id": login}, "message": {"text": "hi"}}
    answer = player.graph("POST", f"{LOGIN_IG}/messages", body, token=LOGIN_TOKEN, host="instagram")
    assert answer.json()["recipient_id"] == login
    assert player.graph("POST", "me/messages", body, token=LOGIN_TOKEN, host="instagram").status_code == 200
    assert error(player.graph("POST", f"{LOGIN_IG}/messages", body, token=LOGIN_TOKEN)) == (190, None)
    assert error(player.graph("POST", f"{IG}/messages", body, token=PAGE_TOKEN, host="instagram")) == (190, None)
    me = player.graph("GET", "me", token=LOGIN_TOKEN, host="instagram", fields="user_id,username").json()
    assert (me["user_id"], me["username"]) == (LOGIN_IG, "shop2")
    assert me["id"] != LOGIN_IG
    found = player.graph("GET", "me/conversations", token=LOGIN_TOKEN, host="instagram", platform="instagram")
    assert found.json()["data"][0]["id"] == f"t_{login}"


def test_the_login_flavour_sends_a_hundred_a_second(player: Player, login: str) -> None:
    now = player.world.clock.now()
    for _ in range(100):
        assert player.world.limits.take(f"send:text:instagram:{LOGIN_IG}", 100.0, now + 3600)
    player.put("/clock", {"advance": 3600 - 1})
    body = {"recipient": {"id": login}, "message": {"text": "hi"}}
    assert error(player.graph("POST", "me/messages", body, token=LOGIN_TOKEN, host="instagram")) == (613, 2534040)


def test_subscriptions_of_the_login_flavour(player: Player, login: str) -> None:
    path = f"{LOGIN_IG}/subscribed_apps"
    assert player.graph("DELETE", path, token=LOGIN_TOKEN, host="instagram").status_code == 200
    assert player.say("instagram", account=LOGIN_IG)["reason"].startswith("No app")
    answer = player.graph("POST", path, token=LOGIN_TOKEN, host="instagram", subscribed_fields="comments")
    assert answer.json() == {"success": True}
    assert player.say("instagram", account=LOGIN_IG)["acked"] is True
    answer = player.graph("POST", path, token=LOGIN_TOKEN, host="instagram", subscribed_fields="message_reads")
    assert error(answer) == (100, None)


def test_through_a_page_the_pages_subscription_counts(player: Player, mali: str) -> None:
    assert player.graph("DELETE", f"{PAGE}/subscribed_apps").status_code == 200
    assert player.say("instagram", account=IG)["status"] is None
    player.graph("POST", f"{PAGE}/subscribed_apps", subscribed_fields="feed")
    assert player.say("instagram", account=IG)["status"] == 200


def test_an_instagram_code_becomes_a_short_then_a_long_then_a_fresh_token(player: Player, login: str) -> None:
    uri = "https://hub.test/back"
    code = player.post(
        "/codes", {"kind": "instagram", "app_id": APP, "redirect_uri": uri, "accounts": [LOGIN_IG], "scopes": None}
    )["code"]
    form = {"client_id": APP, "client_secret": "app-secret", "grant_type": "authorization_code", "redirect_uri": uri}
    short = player.http.post("/instagram-api/oauth/access_token", data={**form, "code": f"{code}#_"})
    assert short.status_code == 200, short.text
    again = player.http.post("/instagram-api/oauth/access_token", data={**form, "code": code})
    assert again.status_code == 400
    query = {
        "grant_type": "ig_exchange_token",
        "client_secret": "app-secret",
        "access_token": short.json()["access_token"],
    }
    long = player.http.get("/instagram/access_token", params=query).json()
    assert long["expires_in"] == 60 * DAY
    refresh = {"grant_type": "ig_refresh_token", "access_token": long["access_token"]}
    assert error(player.http.get("/instagram/refresh_access_token", params=refresh)) == (190, None)
    player.put("/clock", {"advance": DAY + 1})
    assert player.http.get("/instagram/refresh_access_token", params=refresh).json()["expires_in"] == 60 * DAY
    player.put("/clock", {"advance": 60 * DAY})
    assert error(player.http.get("/instagram/refresh_access_token", params=refresh)) == (190, 463)


def test_the_login_page_redirects_with_a_code(player: Player, login: str) -> None:
    query = {"client_id": APP, "redirect_uri": "https://hub.test/back", "response_type": "code", "state": "s1"}
    answer = player.http.get("/instagram-www/oauth/authorize", params=query)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://hub.test/back?state=s1&code=")
    assert answer.headers["location"].endswith("#_")
