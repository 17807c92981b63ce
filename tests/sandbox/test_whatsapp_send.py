"""WhatsApp's messages endpoint: recipients, content, window, rates, reads, statuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import NUMBER, WA_TOKEN, Player, error

DAY = 86400
Json = dict[str, Any]


@pytest.fixture
def mali(player: Player) -> str:
    return "+" + str(player.say("whatsapp")["customer_id"])


def code(answer: Any) -> int:
    found = answer.json()["error"]
    assert found["error_data"]["messaging_product"] == "whatsapp"
    assert found["message"].startswith(f"(#{found['code']})")
    return int(found["code"])


def values(player: Player) -> list[Json]:
    return [body["entry"][0]["changes"][0]["value"] for body in player.hub.bodies("/webhooks/whatsapp")]


def statuses(player: Player) -> list[Json]:
    return [one["statuses"][0] for one in values(player) if "statuses" in one]


ACCEPTED: dict[str, Json] = {
    "text": {"type": "text", "text": {"body": "x" * 4096, "preview_url": True}},
    "image by link": {"type": "image", "image": {"link": "https://shop.test/a.jpg", "caption": "c" * 1024}},
    "document": {"type": "document", "document": {"link": "https://shop.test/a.pdf", "filename": "a.pdf"}},
    "audio": {"type": "audio", "audio": {"link": "https://shop.test/a.ogg", "voice": True}},
    "location": {"type": "location", "location": {"latitude": "13.7", "longitude": "100.5", "name": "Shop"}},
    "contacts": {"type": "contacts", "contacts": [{"name": {"formatted_name": "B J", "first_name": "B"}}]},
}
REFUSED: dict[str, tuple[Json, int]] = {
    "a long text": ({"type": "text", "text": {"body": "x" * 4097}}, 131009),
    "an empty text": ({"type": "text", "text": {"body": ""}}, 131008),
    "no text": ({"type": "text"}, 131008),
    "an unknown key": ({"type": "text", "text": {"body": "x", "bold": True}}, 100),
    "an unknown type": ({"type": "poll", "poll": {}}, 131051),
    "a long caption": ({"type": "image", "image": {"link": "https://a.test/x", "caption": "c" * 1025}}, 131009),
    "id and link": ({"type": "image", "image": {"link": "https://a.test/x", "id": "1"}}, 131009),
    "neither id nor link": ({"type": "image", "image": {"caption": "x"}}, 131008),
    "a link without TLS": ({"type": "image", "image": {"link": "http://a.test/x"}}, 131009),
    "a foreign media id": ({"type": "image", "image": {"id": "1"}}, 100),
    "a caption on a sticker": ({"type": "sticker", "sticker": {"link": "https://a.test/x", "caption": "x"}}, 100),
    "a caption on audio": ({"type": "audio", "audio": {"link": "https://a.test/x", "caption": "x"}}, 100),
    "a location without place": ({"type": "location", "location": {"name": "x"}}, 131008),
    "258 contacts": (
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "B", "first_name": "B"}}] * 258},
        131009,
    ),
    "a contact without first name": ({"type": "contacts", "contacts": [{"name": {"formatted_name": "B"}}]}, 131008),
    "a reaction that is no emoji": ({"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "ok"}}, 131009),
    "a reaction to no message": ({"type": "reaction", "reaction": {"message_id": "x", "emoji": "👍"}}, 131009),
    "a reaction that replies": (
        {
            "type": "reaction",
            "reaction": {"message_id": "wamid.x", "emoji": "👍"},
            "context": {"message_id": "wamid.y"},
        },
        131009,
    ),
    "long callback data": ({"type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513}, 131009),
    "an unknown top key": ({"type": "text", "text": {"body": "x"}, "priority": 1}, 100),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_this_is_accepted(player: Player, mali: str, name: str) -> None:
    answer = player.whatsapp({"to": mali, **ACCEPTED[name]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["messages"][0]["id"].startswith("wamid.")


@pytest.mark.parametrize("name", REFUSED)
def test_this_is_refused(player: Player, mali: str, name: str) -> None:
    body, expected = REFUSED[name]
    answer = player.whatsapp({"to": mali, **body})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == expected, answer.text
    assert player.sends() == []


def test_the_product_must_be_named(player: Player, mali: str) -> None:
    body = {"to": mali, "type": "text", "text": {"body": "x"}}
    assert error(player.graph("POST", f"{NUMBER}/messages", body, token=WA_TOKEN)) == (100, None)


def text(player: Player, to: str, **more: Any) -> Any:
    return player.whatsapp({"to": to, "type": "text", "text": {"body": "hi"}, **more})


def test_after_24_hours_only_templates_go(player: Player, mali: str) -> None:
    player.put("/clock", {"advance": DAY - 5})
    assert text(player, mali).status_code == 200
    player.put("/clock", {"advance": 10})
    assert code(text(player, mali)) == 131047
    assert code(text(player, "+66899999999")) == 131047


def test_numbers_are_read_as_the_platform_reads_them(player: Player, mali: str) -> None:
    digits = mali.lstrip("+")
    assert text(player, f"+{digits[:2]} {digits[2:5]}-{digits[5:]}").json()["contacts"][0]["wa_id"] == digits
    assert text(player, "0" + digits[2:]).json()["contacts"][0]["wa_id"] == digits
    assert code(text(player, "nobody")) == 131009
    own = player.world.state.number(NUMBER)
    assert own is not None
    assert code(text(player, "+" + own.display_phone_number)) == 131021
    assert code(player.whatsapp({"type": "text", "text": {"body": "x"}})) == 131008


def test_a_business_scoped_user_id_can_be_the_recipient(player: Player, mali: str) -> None:
    user_id = player.put(f"/customers/whatsapp/{NUMBER}/Mali", {"hides_phone": True})["user_id"]
    body = {"recipient": user_id, "type": "text", "text": {"body": "x"}}
    answer = player.whatsapp(body).json()
    assert answer["contacts"] == [{"input": user_id, "user_id": user_id}]
    both = player.whatsapp({**body, "to": mali}).json()["contacts"][0]
    assert both == {"input": mali, "wa_id": mali[1:], "user_id": user_id}
    player.hub.wait_for(lambda: len(statuses(player)) >= 2)
    assert "recipient_id" not in statuses(player)[0]
    assert statuses(player)[0]["recipient_user_id"] == user_id
    assert code(player.whatsapp({**body, "recipient": "TH.unknown"})) == 131026
    assert code(player.whatsapp({**body, "recipient": "nonsense"})) == 131009


def test_somebody_who_hides_the_phone_writes_without_it(player: Player) -> None:
    player.put(f"/customers/whatsapp/{NUMBER}/Noi", {"hides_phone": True, "profile": {"username": "@noi"}})
    player.say("whatsapp", who="Noi")
    value = values(player)[-1]
    assert "from" not in value["messages"][0]
    assert "wa_id" not in value["contacts"][0]
    assert value["messages"][0]["from_user_id"] == value["contacts"][0]["user_id"]
    assert value["contacts"][0]["profile"] == {"name": "Noi", "username": "@noi"}


def test_a_changed_identity_is_137000(player: Player, mali: str) -> None:
    player.put(f"/customers/whatsapp/{NUMBER}/Mali", {"profile": {"identity_key_hash": "new"}})
    assert code(text(player, mali, recipient_identity_key_hash="old")) == 137000
    assert text(player, mali, recipient_identity_key_hash="new").status_code == 200
    player.say("whatsapp")
    assert values(player)[-1]["contacts"][0]["identity_key_hash"] == "new"


def test_an_unregistered_number_cannot_send(player: Player, mali: str) -> None:
    player.put(f"/accounts/whatsapp/{NUMBER}", {"is_registered": False})
    assert code(text(player, mali)) == 133010


def test_a_burst_to_one_person_must_be_paid_back(player: Player, mali: str) -> None:
    other = "+" + player.say("whatsapp", who="Noi")["customer_id"]
    for _ in range(45):
        assert text(player, mali).status_code == 200
    assert code(text(player, mali)) == 131056
    assert text(player, other).status_code == 200
    player.put("/clock", {"advance": 44 * 6})
    assert code(text(player, mali)) == 131056
    player.put("/clock", {"advance": 7})
    assert text(player, mali).status_code == 200


def test_the_throughput_of_a_number_is_limited(player: Player, mali: str) -> None:
    player.put(f"/accounts/whatsapp/{NUMBER}", {"messages_per_second": 1})
    assert text(player, mali).status_code == 200
    assert code(text(player, mali)) == 130429


def test_limits_can_be_switched_off(player: Player, mali: str) -> None:
    player.put(f"/accounts/whatsapp/{NUMBER}", {"messages_per_second": 1})
    player.put("/settings", {"limits": "off"})
    assert [text(player, mali).status_code for _ in range(60)] == [200] * 60


def test_reading_marks_earlier_messages_and_may_show_typing(player: Player) -> None:
    first = player.say("whatsapp")
    last = player.say("whatsapp", "again")
    typing = {"status": "read", "message_id": last["message_id"], "typing_indicator": {"type": "text"}}
    assert player.whatsapp(typing).json() == {"success": True}
    bubbles = player.get("/phone", platform="whatsapp", **{"from": "Mali"})["messages"]
    assert [one["status"] for one in bubbles] == ["read", "read"]
    assert first["message_id"] == bubbles[0]["id"]
    assert code(player.whatsapp({"status": "read", "message_id": "wamid.unknown"})) == 131009
    assert code(player.whatsapp({**typing, "typing_indicator": {"type": "audio"}})) == 131009
    assert player.sends() == []


def test_statuses_come_with_our_data_contacts_and_pricing(player: Player, mali: str) -> None:
    player.put("/settings", {"auto_read": True})
    wamid = text(player, mali, biz_opaque_callback_data="row:1").json()["messages"][0]["id"]
    player.hub.wait_for(lambda: len(statuses(player)) == 3)
    sent, delivered, read = statuses(player)
    assert [one["status"] for one in (sent, delivered, read)] == ["sent", "delivered", "read"]
    assert {one["id"] for one in (sent, delivered, read)} == {wamid}
    assert sent["pricing"]["type"] == "free_customer_service"
    assert "pricing" not in read
    assert sent["timestamp"].isdigit()
    assert "contacts" in values(player)[-1]
    assert "time" not in player.hub.bodies("/webhooks/whatsapp")[-1]["entry"][0]


def test_a_reaction_gets_only_sent_and_one_to_a_lost_message_fails_later(player: Player, mali: str) -> None:
    target = player.say("whatsapp")["message_id"]
    reaction = {"to": mali, "type": "reaction", "reaction": {"message_id": target, "emoji": "👍"}}
    assert player.whatsapp(reaction).status_code == 200
    player.hub.wait_for(lambda: len(statuses(player)) == 1)
    assert player.get("/phone", platform="whatsapp", **{"from": "Mali"})["messages"][1]["reactions"] == {NUMBER: "👍"}
    lost = {**reaction, "reaction": {"message_id": "wamid.lost", "emoji": "👍"}}
    assert player.whatsapp(lost).status_code == 200
    player.hub.wait_for(lambda: len(statuses(player)) == 2)
    failed = statuses(player)[-1]
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131009)
    assert "contacts" not in values(player)[-1]
    player.quiet()
    assert len(statuses(player)) == 2


def test_a_link_that_cannot_be_used_fails_later(player: Player, mali: str) -> None:
    player.hub.files["/a.gif"] = (200, "image/gif", b"GIF89a")
    player.put("/settings", {"origins": {player.hub.url: player.hub.url}})

    def send(name: str) -> None:
        assert (
            player.whatsapp({"to": mali, "type": "image", "image": {"link": f"{player.hub.url}/{name}"}}).status_code
            == 200
        )

    send("missing.jpg")
    player.hub.wait_for(lambda: len(statuses(player)) == 1)
    send("a.gif")
    player.hub.wait_for(lambda: len(statuses(player)) == 2)
    assert [one["errors"][0]["code"] for one in statuses(player)] == [131052, 131053]


def test_a_reply_quotes(player: Player) -> None:
    said = player.say("whatsapp")
    to = "+" + said["customer_id"]
    assert text(player, to, context={"message_id": said["message_id"]}).status_code == 200
    assert (
        player.get("/phone", platform="whatsapp", **{"from": "Mali"})["messages"][-1]["reply_to"] == said["message_id"]
    )
    assert code(text(player, to, context={"message_id": "nonsense"})) == 131009
    assert code(text(player, to, context={})) == 131008
