"""WhatsApp's interactive messages with their limits, and the answers to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Player

Json = dict[str, Any]


def button(number: int = 0, title: str = "") -> Json:
    return {"type": "reply", "reply": {"id": f"b{number}", "title": title or f"Yes {number}"}}


def buttons(*items: Json, **more: Any) -> Json:
    return {"type": "button", "body": {"text": "Pick"}, "action": {"buttons": list(items)}, **more}


def rows(count: int, start: int = 0) -> list[Json]:
    return [{"id": f"r{start + number}", "title": f"Row {start + number}"} for number in range(count)]


def listed(*sections: Json, **more: Any) -> Json:
    return {"type": "list", "body": {"text": "Pick"}, "action": {"button": "Open", "sections": list(sections)}, **more}


CTA: Json = {"name": "cta_url", "parameters": {"display_text": "Go", "url": "https://shop.test"}}
FLOW: Json = {"flow_message_version": "3", "flow_token": "t", "flow_id": "1", "flow_cta": "Open"}


def flow(**changes: Any) -> Json:
    parameters = {name: value for name, value in {**FLOW, **changes}.items() if value is not None}
    return {"type": "flow", "body": {"text": "b"}, "action": {"name": "flow", "parameters": parameters}}


def card(index: int, **changes: Any) -> Json:
    one = {"card_index": index, "type": "cta_url", "header": {"type": "image", "image": {"link": "https://a.test/x"}}}
    return {**one, "body": {"text": "c"}, "action": CTA, **changes}


def carousel(*cards: Json, **more: Any) -> Json:
    return {"type": "carousel", "body": {"text": "b"}, "action": {"cards": list(cards)}, **more}


def products(count: int) -> Json:
    items = [{"product_retailer_id": f"S{number}"} for number in range(count)]
    action = {"catalog_id": "1", "sections": [{"title": "S", "product_items": items}]}
    return {"type": "product_list", "header": {"type": "text", "text": "h"}, "body": {"text": "b"}, "action": action}


ACCEPTED: dict[str, Json] = {
    "three buttons": buttons(button(1), button(2), button(3), footer={"text": "f" * 60}),
    "buttons under an image": buttons(button(), header={"type": "image", "image": {"link": "https://a.test/x"}}),
    "ten rows in two sections": listed({"title": "A", "rows": rows(5)}, {"title": "B", "rows": rows(5, 5)}),
    "a list with a long body": listed({"rows": rows(1)}, body={"text": "x" * 4096}),
    "a link": {"type": "cta_url", "body": {"text": "b"}, "action": CTA},
    "a flow": flow(),
    "a location request": {
        "type": "location_request_message",
        "body": {"text": "b"},
        "action": {"name": "send_location"},
    },
    "a product": {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "S"}},
    "thirty products": products(30),
    "the catalog": {"type": "catalog_message", "body": {"text": "b"}, "action": {"name": "catalog_message"}},
    "a carousel": carousel(card(0), card(1)),
    "a request for the phone number": {
        "type": "request_contact_info",
        "body": {"text": "b"},
        "action": {"name": "request_contact_info"},
    },
}
REFUSED: dict[str, Json] = {
    "no buttons": buttons(),
    "four buttons": buttons(*[button(number) for number in range(4)]),
    "a long button": buttons(button(1, "x" * 21)),
    "two buttons with one id": buttons(button(1, "a"), button(1, "b")),
    "two buttons with one title": buttons(button(1, "a"), button(2, "a")),
    "a long body": buttons(button(), body={"text": "x" * 1025}),
    "a long footer": buttons(button(), footer={"text": "x" * 61}),
    "a long header": buttons(button(), header={"type": "text", "text": "x" * 61}),
    "eleven rows": listed({"title": "A", "rows": rows(6)}, {"title": "B", "rows": rows(5, 6)}),
    "sections without title": listed({"rows": rows(1)}, {"rows": rows(1, 1)}),
    "rows with one id": listed({"title": "A", "rows": rows(1)}, {"title": "B", "rows": rows(1)}),
    "a long row": listed({"rows": [{"id": "1", "title": "x" * 25}]}),
    "a long description": listed({"rows": [{"id": "1", "title": "x", "description": "x" * 73}]}),
    "a long list button": listed({"rows": rows(1)}, action={"button": "x" * 21, "sections": [{"rows": rows(1)}]}),
    "a list under an image": listed({"rows": rows(1)}, header={"type": "image", "image": {"link": "https://a.test/x"}}),
    "a link without TLS": {
        "type": "cta_url",
        "body": {"text": "b"},
        "action": {"name": "cta_url", "parameters": {"display_text": "Go", "url": "http://shop.test"}},
    },
    "a flow with id and name": flow(flow_name="n"),
    "a flow of another version": flow(flow_message_version="4"),
    "a flow with a long label": flow(flow_cta="x" * 21),
    "a payload with data_exchange": flow(flow_action="data_exchange", flow_action_payload={"screen": "A"}),
    "31 products": products(31),
    "one card": carousel(card(0)),
    "eleven cards": carousel(*[card(number) for number in range(11)]),
    "cards without order": carousel(card(1), card(0)),
    "cards of different kinds": carousel(
        card(0),
        {"card_index": 1, "type": "product", "action": {"catalog_id": "1", "product_retailer_id": "S"}},
    ),
    "a carousel with a footer": carousel(card(0), card(1), footer={"text": "x"}),
    "a card of three lines": carousel(card(0, body={"text": "a\nb\nc\nd"}), card(1)),
    "an unknown kind": {"type": "poll", "body": {"text": "b"}, "action": {}},
    "no body": {"type": "button", "action": {"buttons": [button()]}},
}


def send(player: Player, interactive: Json) -> Any:
    to = "+" + player.say("whatsapp")["customer_id"]
    return player.whatsapp({"to": to, "type": "interactive", "interactive": interactive})


@pytest.mark.parametrize("name", ACCEPTED)
def test_this_is_accepted(player: Player, name: str) -> None:
    answer = send(player, ACCEPTED[name])
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", REFUSED)
def test_this_is_refused(player: Player, name: str) -> None:
    answer = send(player, REFUSED[name])
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in (100, 131008, 131009)


def test_a_tap_on_a_button_and_on_a_row_answers_with_its_id(player: Player) -> None:
    question = send(player, ACCEPTED["three buttons"]).json()["messages"][0]["id"]
    player.act("whatsapp", "tap", label="Yes 2")
    message = _newest(player)
    assert message["interactive"] == {"type": "button_reply", "button_reply": {"id": "b2", "title": "Yes 2"}}
    assert message["context"]["id"] == question
    send(player, ACCEPTED["ten rows in two sections"])
    player.act("whatsapp", "tap", label="Row 7")
    assert _newest(player)["interactive"] == {"type": "list_reply", "list_reply": {"id": "r7", "title": "Row 7"}}


def _newest(player: Player) -> Json:
    player.quiet()
    found = [body["entry"][0]["changes"][0]["value"] for body in player.hub.bodies("/webhooks/whatsapp")]
    message: Json = [one for one in found if "messages" in one][-1]["messages"][0]
    return message
