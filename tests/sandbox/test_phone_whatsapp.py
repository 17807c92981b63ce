"""What customers do on WhatsApp arrives in the documented form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import NUMBER, WABA, Player

Json = dict[str, Any]


def value(player: Player) -> Json:
    body = player.hub.bodies("/webhooks/whatsapp")[-1]
    assert body["object"] == "whatsapp_business_account"
    assert body["entry"][0]["id"] == WABA
    found: Json = body["entry"][0]["changes"][0]["value"]
    return found


def message(player: Player) -> Json:
    found: Json = value(player)["messages"][0]
    return found


def test_the_envelope_names_number_person_and_seconds(player: Player) -> None:
    said = player.say("whatsapp")
    assert value(player)["metadata"]["phone_number_id"] == NUMBER
    contact = value(player)["contacts"][0]
    assert (contact["wa_id"], contact["profile"]["name"]) == (said["customer_id"], "Mali")
    assert contact["user_id"].startswith("TH.")
    assert message(player)["from"] == said["customer_id"]
    assert message(player)["timestamp"].isdigit()
    assert message(player)["id"] == said["message_id"]


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
def test_media_have_id_type_digest_and_url(player: Player, kind: str) -> None:
    player.act("whatsapp", kind, voice=True, caption="c")
    media = message(player)[kind]
    assert {"id", "mime_type", "sha256", "url"} <= set(media)
    assert ("filename" in media) == (kind == "document")
    assert media.get("voice") is (True if kind == "audio" else None)


def test_places_cards_and_carts(player: Player) -> None:
    player.act("whatsapp", "location", latitude=1.5, longitude=2.5, name="Shop")
    assert message(player)["location"] == {"latitude": 1.5, "longitude": 2.5, "name": "Shop"}
    player.act("whatsapp", "contacts")
    assert message(player)["contacts"][0]["name"]["formatted_name"] == "Somchai J"
    player.act("whatsapp", "order", text="please")
    assert message(player)["order"]["product_items"][0]["currency"] == "THB"


def test_a_reaction_is_removed_by_a_missing_emoji(player: Player) -> None:
    who = player.say("whatsapp")["customer_id"]
    sent = player.whatsapp({"to": "+" + who, "type": "text", "text": {"body": "x"}}).json()["messages"][0]["id"]
    player.quiet()
    player.act("whatsapp", "react", emoji="👍")
    assert message(player)["reaction"] == {"message_id": sent, "emoji": "👍"}
    player.act("whatsapp", "unreact")
    assert message(player)["reaction"] == {"message_id": sent}


def test_edits_and_deletes_are_told_to_coexistence_numbers_only(player: Player) -> None:
    said = player.say("whatsapp")
    player.act("whatsapp", "edit", text="hello!")
    assert message(player)["unsupported"] == {"type": "edit"}
    assert message(player)["errors"][0]["code"] == 131051
    assert player.act("whatsapp", "unsend", message_id=said["message_id"])["webhook_ids"] == []
    player.put(f"/accounts/whatsapp/{NUMBER}", {"is_coexistence": True})
    player.act("whatsapp", "edit", text="hello!!", message_id=said["message_id"])
    assert message(player)["edit"]["original_message_id"] == said["message_id"]
    player.act("whatsapp", "unsend", message_id=said["message_id"])
    assert message(player)["revoke"] == {"original_message_id": said["message_id"]}
    player.act("whatsapp", "app_echo", text="from the app")
    assert value(player)["message_echoes"][0]["text"] == {"body": "from the app"}


def test_a_tap_on_a_template_is_a_button(player: Player) -> None:
    who = player.say("whatsapp")["customer_id"]
    sent = player.whatsapp({"to": "+" + who, "type": "text", "text": {"body": "x"}}).json()["messages"][0]["id"]
    player.quiet()
    player.act("whatsapp", "postback", payload="PAY", text="Yes")
    assert message(player)["button"] == {"payload": "PAY", "text": "Yes"}
    assert message(player)["context"]["id"] == sent
    player.act("whatsapp", "quick_reply", payload="r1", title="Row", list=True)
    assert message(player)["interactive"]["list_reply"] == {"id": "r1", "title": "Row"}


def test_the_phone_shows_all_of_a_template_and_its_quick_replies_are_pressed(player: Player) -> None:
    who = player.say("whatsapp")["customer_id"]
    components = [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
        {"type": "BODY", "text": "It is on its way."},
        {"type": "FOOTER", "text": "The shop"},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "QUICK_REPLY", "text": "Thanks"}, {"type": "QUICK_REPLY", "text": "Ask"}],
        },
    ]
    template = {"name": "gone", "language": "en", "components": components}
    player.put(f"/accounts/whatsapp/{NUMBER}", {"templates": [template]})
    parameter = {"type": "payload", "payload": "Q"}
    button = {"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": [parameter]}
    header = {"type": "header", "parameters": [{"type": "text", "text": "A-7"}]}
    use = {"name": "gone", "language": {"code": "en"}, "components": [header, button]}
    assert player.whatsapp({"to": "+" + who, "type": "template", "template": use}).status_code == 200
    shown = player.get("/phone", platform="whatsapp", **{"from": who})["messages"][-1]["body"]
    assert (shown["header"], shown["text"], shown["footer"]) == ("Order A-7", "It is on its way.", "The shop")
    player.quiet()
    player.act("whatsapp", "tap", label="Ask")
    assert message(player)["button"] == {"payload": "Q", "text": "Ask"}
    player.act("whatsapp", "tap", label="Thanks")
    assert message(player)["button"] == {"payload": "Thanks", "text": "Thanks"}


def test_a_changed_number_is_a_system_message_without_contacts(player: Player) -> None:
    old = player.say("whatsapp")["customer_id"]
    changed = player.act("whatsapp", "change_number", to="66899998888")
    system = message(player)
    assert (system["type"], system["from"]) == ("system", old)
    assert system["system"]["wa_id"] == "66899998888"
    assert system["system"]["previous_user_id"] != system["system"]["user_id"]
    assert "contacts" not in value(player)
    assert changed["new_customer_id"] == "66899998888"


def test_a_changed_user_id_has_no_phone(player: Player) -> None:
    player.say("whatsapp")
    player.act("whatsapp", "change_user_id", user_id="TH.99")
    system = message(player)
    assert "from" not in system
    assert "wa_id" not in system["system"]
    assert (system["system"]["type"], system["system"]["user_id"]) == ("user_changed_user_id", "TH.99")


def test_receipts_can_be_played_by_hand(player: Player) -> None:
    player.put("/settings", {"auto_deliver": False})
    who = player.say("whatsapp")["customer_id"]
    player.whatsapp({"to": "+" + who, "type": "text", "text": {"body": "x"}})
    player.quiet()
    for action, status in (("deliver", "delivered"), ("read", "read"), ("play", "played")):
        player.act("whatsapp", action)
        assert value(player)["statuses"][0]["status"] == status
    player.whatsapp({"to": "+" + who, "type": "text", "text": {"body": "x"}})
    player.quiet()
    player.act("whatsapp", "fail", code=131049)
    assert value(player)["statuses"][0]["errors"][0]["code"] == 131049


def test_context_and_referral_ride_along(player: Player) -> None:
    player.say("whatsapp", context={"forwarded": True}, referral={"source_type": "ad", "source_id": "1"})
    assert message(player)["context"] == {"forwarded": True}
    assert message(player)["referral"]["source_id"] == "1"


def test_account_fields_carry_a_time(player: Player) -> None:
    player.act("whatsapp", "field", field="account_update", value={"event": "ACCOUNT_DELETED"})
    entry = player.hub.bodies("/webhooks/whatsapp")[-1]["entry"][0]
    assert entry["changes"][0] == {"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}}
    assert entry["time"] > 10**9
