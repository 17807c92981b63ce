"""Conversation routing, profiles, history, labels, moderation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import APP, IG, PAGE, Player, error

INBOX = "263902037430900"


@pytest.fixture
def mali(player: Player) -> str:
    return str(player.say("facebook")["customer_id"])


def control(player: Player, what: str, who: str, **more: Any) -> Any:
    return player.graph("POST", f"{PAGE}/{what}_thread_control", {"recipient": {"id": who}, **more})


def test_a_page_answer_from_metas_inbox_takes_the_thread_when_routing_is_on(player: Player, mali: str) -> None:
    player.put(f"/accounts/facebook/{PAGE}", {"uses_routing": True, "default_app": APP})
    assert player.send(mali).status_code == 200
    player.act("facebook", "inbox_reply", text="It is me")
    echo = player.hub.bodies()[-1]["entry"][0]["standby"][0]["message"]
    assert (echo["app_id"], echo["text"]) == (int(INBOX), "It is me")
    assert error(player.send(mali)) == (2018300, None)
    assert (
        player.graph("GET", f"{PAGE}/thread_owner", recipient=mali).json()["data"][0]["thread_owner"]["app_id"] == INBOX
    )
    player.say("facebook", "are you there")
    assert "standby" in player.hub.bodies()[-1]["entry"][0]
    assert control(player, "take", mali).json() == {"success": True}
    assert player.send(mali).status_code == 200


def test_standby_strips_the_payload_of_postbacks(player: Player, mali: str) -> None:
    player.put(f"/accounts/facebook/{PAGE}", {"uses_routing": True, "default_app": APP})
    player.act("facebook", "inbox_reply", text="mine")
    player.act("facebook", "postback", payload="BUY", title="Buy")
    item = player.hub.bodies()[-1]["entry"][0]["standby"][0]
    assert "payload" not in item["postback"]


def test_the_owner_passes_releases_and_extends(player: Player, mali: str) -> None:
    player.put(f"/accounts/facebook/{PAGE}", {"uses_routing": True, "default_app": APP})
    player.send(mali)
    assert control(player, "extend", mali, duration=86400).status_code == 200
    assert error(control(player, "extend", mali, duration=8 * 86400)) == (100, None)
    assert control(player, "pass", mali, target_app_id=INBOX, metadata="help").status_code == 200
    passed = player.wait_for_webhook("handover")
    assert passed["event_ids"][0].startswith("pass_thread_control")
    assert error(control(player, "release", mali)) == (2018300, None)
    assert control(player, "take", mali).status_code == 200
    assert control(player, "release", mali).status_code == 200
    assert player.graph("GET", f"{PAGE}/thread_owner", recipient=mali).json() == {"data": []}


def test_taking_needs_routing_and_the_switch(player: Player, mali: str) -> None:
    assert error(control(player, "take", mali)) == (10, None)
    player.put(f"/accounts/facebook/{PAGE}", {"uses_routing": True, "may_take_control": False})
    assert error(control(player, "take", mali)) == (10, None)


def test_requesting_is_for_pages_without_a_default_app(player: Player, mali: str) -> None:
    assert control(player, "request", mali).status_code == 200
    player.put(f"/accounts/facebook/{PAGE}", {"default_app": APP})
    assert error(control(player, "request", mali)) == (10, None)


def test_instagram_says_not_owner_in_its_own_code(player: Player) -> None:
    player.put(f"/accounts/instagram/{IG}", {"uses_routing": True, "default_app": APP})
    who = player.say("instagram")["customer_id"]
    player.act("instagram", "inbox_reply", text="mine")
    assert error(player.send(who)) == (100, 2534037)


def test_a_profile_is_given_after_consent_only(player: Player, mali: str) -> None:
    found = player.graph("GET", mali).json()
    assert found["name"] == "Mali"
    assert player.http.get(found["profile_pic"]).content.startswith(b"\x89PNG")
    other = player.put(f"/customers/facebook/{PAGE}/Somchai", {})["customer_id"]
    assert player.graph("GET", other).json() == {}
    player.put(f"/apps/{APP}", {"features": ["human_agent"]})
    assert player.graph("GET", mali).json() == {}


def test_profile_extras_need_their_permission(player: Player, mali: str) -> None:
    assert player.graph("GET", mali, fields="name,locale").json()["locale"] == "th_TH"
    player.put("/tokens/page-token", {"scopes": ["pages_messaging"]})
    assert error(player.graph("GET", mali, fields="name,locale")) == (2018247, None)


def test_an_instagram_profile_without_consent_is_an_error(player: Player) -> None:
    comment = player.act("instagram", "comment", text="price?")
    assert error(player.graph("GET", comment["customer_id"])) == (230, None)
    who = player.say("instagram")["customer_id"]
    assert player.graph("GET", who, fields="username,follower_count").json()["username"] == "mali"


def test_history_has_details_for_the_newest_twenty(player: Player) -> None:
    first = player.say("facebook", "number 0")
    for number in range(1, 21):
        player.say("facebook", f"number {number}")
    player.put("/settings", {"limits": False})
    fields = "id,participants,messages{id,message,from}"
    found = player.graph(
        "GET", f"{PAGE}/conversations", platform="messenger", user_id=first["customer_id"], fields=fields
    )
    thread = found.json()["data"][0]
    messages = thread["messages"]["data"]
    assert len(messages) == 21
    assert messages[0]["message"] == "number 20"
    assert "message" not in messages[20]
    assert error(player.graph("GET", first["message_id"])) == (9000001, None)
    assert player.graph("GET", messages[0]["id"], fields="message,from").json()["message"] == "number 20"
    assert player.graph("GET", thread["id"], fields="message_count").json()["message_count"] == 21


def test_conversations_may_be_read_twice_a_second(player: Player, mali: str) -> None:
    player.graph("GET", f"{PAGE}/conversations")
    player.graph("GET", f"{PAGE}/conversations")
    assert error(player.graph("GET", f"{PAGE}/conversations")) == (613, None)


def test_conversations_page_with_cursors(player: Player) -> None:
    player.put("/settings", {"limits": False})
    for name in ("A", "B", "C"):
        player.say("facebook", who=name)
    first = player.graph("GET", f"{PAGE}/conversations", limit="2").json()
    assert len(first["data"]) == 2
    assert "next" in first["paging"]
    rest = player.graph("GET", f"{PAGE}/conversations", limit="2", after=first["paging"]["cursors"]["after"]).json()
    assert len(rest["data"]) == 1
    assert error(player.graph("GET", f"{PAGE}/conversations", after="nonsense")) == (100, None)


def test_labels_are_put_on_people(player: Player, mali: str) -> None:
    label = player.graph("POST", f"{PAGE}/custom_labels", {"page_label_name": "VIP"}).json()["id"]
    assert player.graph("POST", f"{label}/label", {"user": mali}).json() == {"success": True}
    assert player.graph("GET", f"{mali}/custom_labels").json()["data"][0]["page_label_name"] == "VIP"
    assert player.graph("DELETE", f"{label}/label", user=mali).status_code == 200
    assert player.graph("GET", f"{mali}/custom_labels").json() == {"data": []}
    assert player.graph("DELETE", label).status_code == 200
    assert error(player.graph("DELETE", label)) == (100, 33)


def test_moderation_takes_ten_people_and_two_actions(player: Player, mali: str) -> None:
    def moderate(users: int, *actions: str) -> Any:
        body = {"user_ids": [{"id": mali}] * users, "actions": list(actions)}
        return player.graph("POST", f"{PAGE}/moderate_conversations", body)

    assert moderate(1, "block_user", "move_to_spam").json() == {"success": "true"}
    assert error(moderate(11, "block_user")) == (100, None)
    assert error(moderate(1, "block_user", "unblock_user")) == (100, None)
    assert error(moderate(1, "block_user", "move_to_spam", "ban_user")) == (100, None)
