"""The phone as a page shows it: everybody's conversations, and the files in them."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import PAGE, Player


def test_the_conversations_of_everybody_stand_newest_first(player: Player) -> None:
    player.say("facebook", "first", who="Mali")
    player.say("line", "second", who="Somchai")
    listed = player.get("/conversations")["conversations"]
    assert [(one["platform"], one["name"], one["text"], one["direction"]) for one in listed] == [
        ("line", "Somchai", "second", "in"),
        ("facebook", "Mali", "first", "in"),
    ]
    assert listed[1]["account"] == PAGE


@pytest.mark.parametrize("platform", ["facebook", "instagram", "whatsapp", "line"])
def test_a_picture_can_be_seen_on_every_platform(player: Player, platform: str) -> None:
    player.say(platform, "", type="image")
    (message,) = player.get("/phone", platform=platform, **{"from": "Mali"})["messages"]
    (media,) = message["media"]
    answer = player.http.get(f"/_sandbox/media/{media['id']}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media["mime_type"])
    assert answer.headers["content-disposition"] == "inline"
    assert len(answer.content) == media["size"]


def test_what_a_browser_could_run_is_only_for_saving(player: Player) -> None:
    player.say("facebook", "", type="file", mime_type="image/svg+xml", content_base64="PHN2Zy8+", filename="x.svg")
    (message,) = player.get("/phone", platform="facebook", **{"from": "Mali"})["messages"]
    answer = player.http.get(f"/_sandbox/media/{message['media'][0]['id']}")
    assert answer.headers["content-disposition"] == "attachment"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_an_unknown_file_is_not_found(player: Player) -> None:
    assert player.http.get("/_sandbox/media/1").status_code == 404


def test_a_page_of_another_site_cannot_play_a_customer(player: Player) -> None:
    said = {"platform": "facebook", "from": "Mali", "text": "hi"}
    refused = player.http.post("/_sandbox/say", json=said, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert player.http.post("/_sandbox/say", json=said, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
