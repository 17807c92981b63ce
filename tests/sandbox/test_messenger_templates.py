"""Templates and buttons of Messenger and Instagram with their limits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import PAGE, Player, error

Json = dict[str, Any]
WEB: Json = {"type": "web_url", "title": "Shop", "url": "https://shop.test/"}
TAP: Json = {"type": "postback", "title": "Buy", "payload": "BUY"}
CALL: Json = {"type": "phone_number", "title": "Call", "payload": "+15551234567"}


def generic(count: int = 1, **element: Any) -> Json:
    return {"template_type": "generic", "elements": [{"title": "T", "subtitle": "S", **element}] * count}


def buttons(*items: Json, text: str = "Pick") -> Json:
    return {"template_type": "button", "text": text, "buttons": list(items)}


FEEDBACK: Json = {
    "template_type": "customer_feedback",
    "title": "How was it",
    "subtitle": "Tell us",
    "button_title": "Rate",
    "feedback_screens": [{"questions": [{"id": "q_1", "type": "csat", "score_option": "five_stars"}]}],
    "business_privacy": {"url": "https://shop.test/privacy"},
    "expires_in_days": 3,
}
RECEIPT: Json = {
    "template_type": "receipt",
    "recipient_name": "Mali",
    "order_number": "1",
    "currency": "THB",
    "payment_method": "Visa",
    "summary": {"total_cost": 30},
    "elements": [{"title": "Shirt", "price": 0}],
}
GRID: Json = {
    "template_type": "image_grid",
    "elements": [{"title": "New", "images": [{"url": "https://a.test/1.png"}, {"url": "https://a.test/2.png"}]}],
}
ACCEPTED: dict[str, Json] = {
    "generic, ten cards": generic(10),
    "generic with a default action": generic(default_action={"type": "web_url", "url": "https://shop.test/"}),
    "generic with three buttons": generic(buttons=[WEB, TAP, CALL]),
    "button template": buttons(WEB, TAP, CALL, text="x" * 640),
    "account link": buttons({"type": "account_link", "url": "https://shop.test/login"}, {"type": "account_unlink"}),
    "receipt": RECEIPT,
    "coupon": {"template_type": "coupon", "title": "10 %", "coupon_code": "TEN"},
    "product": {"template_type": "product", "elements": [{"id": "1"}]},
    "media by Facebook URL": {
        "template_type": "media",
        "elements": [{"media_type": "image", "url": "https://www.facebook.com/photo?fbid=1", "buttons": [WEB]}],
    },
    "feedback": FEEDBACK,
    "image grid": GRID,
}


def without(template: Json, *names: str) -> Json:
    return {name: value for name, value in template.items() if name not in names}


def question(**changes: Any) -> Json:
    one = {"id": "q_1", "type": "csat", "score_option": "five_stars", **changes}
    return {**FEEDBACK, "feedback_screens": [{"questions": [one]}]}


REFUSED: dict[str, Json] = {
    "eleven cards": generic(11),
    "no cards": generic(0),
    "a long title": generic(title="x" * 81),
    "a long subtitle": generic(subtitle="x" * 81),
    "a title alone": {"template_type": "generic", "elements": [{"title": "T"}]},
    "four buttons on a card": generic(buttons=[TAP] * 4),
    "a default action with a title": generic(
        default_action={"type": "web_url", "title": "View", "url": "https://shop.test/"}
    ),
    "a default action that is a postback": generic(default_action={"type": "postback", "payload": "P"}),
    "a button template without buttons": buttons(),
    "a button template with four": buttons(TAP, TAP, TAP, TAP),
    "a long text": buttons(TAP, text="x" * 641),
    "a long button title": buttons({**TAP, "title": "x" * 21}),
    "a long payload": buttons({**TAP, "payload": "x" * 1001}),
    "a button without payload": buttons(without(TAP, "payload")),
    "a number that is not E.164": buttons({**CALL, "payload": "+1-555-123-4567"}),
    "an unknown button": buttons({"type": "nested", "title": "More"}),
    "an unknown key in a button": buttons({**TAP, "url": "https://shop.test/"}),
    "an account link over http": buttons({"type": "account_link", "url": "http://shop.test/login"}),
    "a list template": {"template_type": "list", "elements": [{"title": "T", "subtitle": "S"}] * 2},
    "an open graph template": {"template_type": "open_graph", "elements": [{"url": "https://a.test"}]},
    "a notification template": {"template_type": "notification_messages", "title": "News", "payload": "P"},
    "media from elsewhere": {
        "template_type": "media",
        "elements": [{"media_type": "image", "url": "https://shop.test/a.jpg"}],
    },
    "two media": {
        "template_type": "media",
        "elements": [{"media_type": "image", "url": "https://www.facebook.com/1"}] * 2,
    },
    "audio as media": {
        "template_type": "media",
        "elements": [{"media_type": "audio", "url": "https://www.facebook.com/1"}],
    },
    "a receipt without total": {**RECEIPT, "summary": {"subtotal": 1}},
    "a receipt item without price": {**RECEIPT, "elements": [{"title": "Shirt"}]},
    "101 receipt items": {**RECEIPT, "elements": [{"title": "S", "price": 1}] * 101},
    "a coupon code with a blank": {"template_type": "coupon", "title": "x", "coupon_code": "A B"},
    "a coupon with code and url": {
        "template_type": "coupon",
        "title": "x",
        "coupon_code": "A",
        "coupon_url": "https://a.test",
    },
    "eleven products": {"template_type": "product", "elements": [{"id": "1"}] * 11},
    "feedback with two questions": {
        **FEEDBACK,
        "feedback_screens": [{"questions": [{"id": "a", "type": "csat"}, {"id": "b", "type": "nps"}]}],
    },
    "feedback for 8 days": {**FEEDBACK, "expires_in_days": 8},
    "feedback with a wrong option": question(type="nps"),
    "feedback with a short question": question(title="Hm?"),
    "feedback with a link in the title": {**FEEDBACK, "title": "See https://a.test"},
    "feedback without privacy link": without(FEEDBACK, "business_privacy"),
    "a grid of one image": {
        **GRID,
        "elements": [{"title": "x", "images": [{"url": "https://a.test/1.png"}]}],
    },
    "a grid with two heroes": {
        **GRID,
        "elements": [{"title": "x", "images": [{"url": "https://a.test/1.png", "is_hero_image": True}] * 2}],
    },
    "a grid with a long title": {
        **GRID,
        "elements": [{"title": "x" * 46, "images": [{"url": "https://a.test/1.png"}] * 2}],
    },
}


def send(player: Player, who: str, payload: Json) -> Any:
    return player.send_message(who, {"attachment": {"type": "template", "payload": payload}})


@pytest.mark.parametrize("name", ACCEPTED)
def test_this_template_is_accepted(player: Player, name: str) -> None:
    who = player.say("facebook")["customer_id"]
    answer = send(player, who, ACCEPTED[name])
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", REFUSED)
def test_this_template_is_refused(player: Player, name: str) -> None:
    who = player.say("facebook")["customer_id"]
    assert error(send(player, who, REFUSED[name])) == (100, None)


def test_a_product_must_be_in_the_pages_catalog(player: Player) -> None:
    player.put(f"/accounts/facebook/{PAGE}", {"catalog": ["7"]})
    who = player.say("facebook")["customer_id"]
    assert send(player, who, {"template_type": "product", "elements": [{"id": "7"}]}).status_code == 200
    assert error(send(player, who, {"template_type": "product", "elements": [{"id": "8"}]})) == (100, 2018320)


def test_a_feedback_template_may_go_out_for_seven_days_with_its_tag(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    player.put("/clock", {"advance": 3 * 86400})
    message = {"attachment": {"type": "template", "payload": FEEDBACK}}
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "CUSTOMER_FEEDBACK"}
    assert error(player.send_message(who, message)) == (10, 2018278)
    assert player.send_message(who, message, **tagged).status_code == 200


INSTAGRAM_REFUSED: dict[str, Json] = {
    "a phone button": buttons(CALL),
    "a webview height": buttons({**WEB, "webview_height_ratio": "full"}),
    "a receipt": RECEIPT,
    "a coupon": {"template_type": "coupon", "title": "10 %", "coupon_code": "TEN"},
    "feedback": FEEDBACK,
}


@pytest.mark.parametrize("name", INSTAGRAM_REFUSED)
def test_instagram_refuses_this_template(player: Player, name: str) -> None:
    who = player.say("instagram")["customer_id"]
    assert error(send(player, who, INSTAGRAM_REFUSED[name])) == (100, 2534015)


@pytest.mark.parametrize("payload", [generic(10, buttons=[WEB, TAP]), buttons(WEB, TAP)])
def test_instagram_takes_cards_and_buttons(player: Player, payload: Json) -> None:
    who = player.say("instagram")["customer_id"]
    assert send(player, who, payload).status_code == 200


def test_a_tap_on_a_button_comes_back_as_a_postback(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    send(player, who, buttons(TAP))
    tapped = player.act("facebook", "tap", label="Buy")
    item = player.hub.bodies()[-1]["entry"][0]["messaging"][0]
    assert item["postback"] == {"mid": tapped["message_id"], "title": "Buy", "payload": "BUY"}
