"""Comments: told by webhook, answered publicly or once in private, hidden, deleted."""

from __future__ import annotations

from typing import Any

from tests.sandbox.conftest import IG, PAGE, Player, error


def private_reply(player: Player, comment_id: str, text: str = "hello") -> Any:
    return player.graph(
        "POST", f"{PAGE}/messages", {"recipient": {"comment_id": comment_id}, "message": {"text": text}}
    )


def test_a_comment_under_a_page_post_arrives_in_changes(player: Player) -> None:
    comment = player.act("facebook", "comment", text="price?", post_id="5000")
    entry = player.hub.bodies("/webhooks/facebook")[-1]["entry"][0]
    change = entry["changes"][0]
    assert change["field"] == "feed"
    assert change["value"]["comment_id"] == comment["message_id"]
    assert change["value"]["parent_id"] == change["value"]["post_id"] == f"{PAGE}_5000"
    assert entry["time"] < 10**11


def test_a_comment_gives_one_private_reply_within_seven_days(player: Player) -> None:
    comment = player.act("facebook", "comment", text="price?")
    assert error(player.send(comment["customer_id"])) == (10, 2018278)
    answer = private_reply(player, comment["message_id"])
    assert answer.json()["recipient_id"] == comment["customer_id"]
    assert player.sends()[-1]["kind"] == "private_reply"
    assert error(private_reply(player, comment["message_id"])) == (10900, None)
    assert error(player.send(comment["customer_id"])) == (10, 2018278)
    late = player.act("facebook", "comment", text="still?")
    player.put("/clock", {"advance": 7 * 86400 + 1})
    assert error(private_reply(player, late["message_id"])) == (10903, None)
    assert error(private_reply(player, "1_2")) == (10903, None)


def test_instagram_comments_and_their_private_reply(player: Player) -> None:
    comment = player.act("instagram", "comment", text="price?")
    change = player.hub.bodies("/webhooks/instagram")[-1]["entry"][0]["changes"][0]
    assert (change["field"], change["value"]["id"]) == ("comments", comment["message_id"])
    assert private_reply(player, comment["message_id"]).status_code == 200
    assert error(private_reply(player, comment["message_id"])) == (10900, None)
    other = player.act("instagram", "comment", text="and this?")
    body = {
        "recipient": {"comment_id": other["message_id"]},
        "message": {"attachment": {"type": "like_heart"}},
    }
    assert error(player.graph("POST", f"{PAGE}/messages", body)) == (100, 2534025)


def test_a_public_answer_comes_back_by_webhook_as_our_own_comment(player: Player) -> None:
    comment = player.act("facebook", "comment", text="price?")
    answer = player.graph("POST", f"{comment['message_id']}/comments", {"message": "30"})
    assert answer.status_code == 200
    assert player.sends()[-1]["kind"] == "comment_reply"
    player.hub.wait_for(lambda: len(player.hub.received) == 2)
    value = player.hub.bodies()[-1]["entry"][0]["changes"][0]["value"]
    assert (value["from"]["id"], value["comment_id"]) == (PAGE, answer.json()["id"])


def test_instagram_answers_with_replies_and_hides_with_hide(player: Player) -> None:
    comment = player.act("instagram", "comment", text="price?")["message_id"]
    assert player.graph("POST", f"{comment}/replies", {"message": "30"}).status_code == 200
    assert player.graph("POST", comment, {"hide": True}).json() == {"success": True}
    assert player.graph("GET", comment, fields="hidden").json()["hidden"] is True
    assert error(player.graph("POST", comment, {"is_hidden": True})) == (100, None)


def test_a_page_hides_with_is_hidden_and_deletes(player: Player) -> None:
    comment = player.act("facebook", "comment", text="spam")["message_id"]
    assert player.graph("POST", comment, {"is_hidden": True}).status_code == 200
    assert player.graph("GET", comment, fields="is_hidden").json()["is_hidden"] is True
    assert player.graph("DELETE", comment).status_code == 200
    assert error(player.graph("GET", comment)) == (100, 33)
    assert error(private_reply(player, comment)) == (10903, None)


def test_the_751st_private_reply_in_an_hour_is_refused(player: Player) -> None:
    first, second = (player.act("facebook", "comment", text="x")["message_id"] for _ in range(2))
    now = player.world.clock.now()
    for _ in range(749):
        player.world.limits.count(f"private_replies:facebook:{PAGE}", 750, 3600.0, now)
    assert private_reply(player, first).status_code == 200
    assert error(private_reply(player, second)) == (613, None)
    player.put("/clock", {"advance": 3601})
    assert private_reply(player, second).status_code == 200


def test_an_edited_and_a_removed_comment_are_told(player: Player) -> None:
    comment = player.act("facebook", "comment", text="price?")["message_id"]
    player.act("facebook", "comment_edit", comment_id=comment, text="prices?")
    assert player.hub.bodies()[-1]["entry"][0]["changes"][0]["value"]["verb"] == "edited"
    player.act("facebook", "comment_remove", comment_id=comment)
    assert player.hub.bodies()[-1]["entry"][0]["changes"][0]["value"]["verb"] == "remove"


def test_instagrams_account_is_named_in_its_webhooks(player: Player) -> None:
    player.act("instagram", "comment", text="x")
    assert player.hub.bodies("/webhooks/instagram")[-1]["entry"][0]["id"] == IG
