"""Messages in Messenger's own shape: every documented template goes through, and each of its limits is kept."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest

from hubbub.connectors.messages import OutboundKind
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.kit.errors import Unsendable
from tests.connectors.damage import damaged_values, replaced
from tests.connectors.messenger import CONTEXT, OUR_ID, message, rendered, template

CONNECTOR = MessengerConnector()

LINK = {"type": "web_url", "title": "Open", "url": "https://example.com", "webview_height_ratio": "compact"}
TAP = {"type": "postback", "title": "Buy", "payload": "BUY"}
PRIVACY = {"url": "https://example.com/privacy"}


def _question(**more: Any) -> dict[str, Any]:
    return {"questions": [{"id": "q_1", "type": "csat", **more}]}


TEMPLATES: dict[str, dict[str, Any]] = {
    "generic": {
        "elements": [{"title": "Shirt", "subtitle": "390 baht", "buttons": [LINK, TAP]}],
        "sharable": True,
        "image_aspect_ratio": "square",
    },
    "button": {"text": "What now?", "buttons": [TAP, {"type": "game_play", "title": "Play", "game_metadata": {}}]},
    "media": {"elements": [{"media_type": "video", "attachment_id": "1857777774821032", "buttons": [TAP]}]},
    "receipt": {
        "recipient_name": "Mali",
        "order_number": "1001",
        "currency": "THB",
        "payment_method": "Visa 2345",
        "order_url": "https://example.com/1001",
        "timestamp": "1700000000",
        "address": {
            "street_1": "1 Road",
            "street_2": "",
            "city": "Bangkok",
            "postal_code": "10110",
            "state": "Bangkok",
            "country": "TH",
        },
        "summary": {"subtotal": 75.0, "shipping_cost": 4.95, "total_tax": 6.19, "total_cost": 56.14},
        "adjustments": [{"name": "New customer", "amount": -20}],
        "elements": [{"title": "Shirt", "subtitle": "Cotton", "quantity": 2, "price": 0, "currency": "THB"}],
    },
    "coupon": {
        "title": "10 % off",
        "subtitle": "This week",
        "coupon_code": "10OFF",
        "coupon_pre_message": "For you",
        "image_url": "https://example.com/c.png",
        "payload": "SPRING",
    },
    "product": {"elements": [{"id": "4242"}, {"id": "4243"}]},
    "customer_feedback": {
        "title": "How was it?",
        "subtitle": "Tell us",
        "button_title": "Rate",
        "feedback_screens": [
            _question(
                title="How happy are you?",
                score_label="neg_pos",
                score_option="five_stars",
                follow_up={"type": "free_form", "placeholder": "Say more"},
            )
        ],
        "business_privacy": PRIVACY,
        "expires_in_days": 3,
    },
    "image_grid": {
        "elements": [
            {
                "title": "New",
                "subtitle": "This week",
                "images": [
                    {"url": "https://example.com/1.jpg", "is_hero_image": True},
                    {"url": "https://example.com/2.jpg", "action": {"type": "web_url", "url": "https://example.com"}},
                    {"url": "https://example.com/3.jpg", "action": {"type": "postback", "payload": "P", "text": "3"}},
                ],
                "buttons": [LINK, TAP],
            }
        ]
    },
    "customer_information": {
        "countries": ["TH"],
        "business_privacy": PRIVACY,
        "expires_in_days": 7,
        "purpose": "SHIPPING",
    },
    "instant_form": {"form_id": "9911"},
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_documented_template_goes_through_as_it_is(name: str) -> None:
    native = template(template_type=name, **TEMPLATES[name])
    before = copy.deepcopy(native)
    assert rendered(OutboundKind.NATIVE, native=native)["message"] == {**native, "metadata": OUR_ID}
    assert native == before


def test_feedback_may_go_out_late_with_its_tag() -> None:
    native = template(template_type="customer_feedback", **TEMPLATES["customer_feedback"])
    body = rendered(OutboundKind.NATIVE, native=native, tag="customer_feedback")
    assert (body["messaging_type"], body["tag"]) == ("MESSAGE_TAG", "CUSTOMER_FEEDBACK")


# (template, path inside its payload, a value that breaks a rule, what the sentence names)
BROKEN: list[tuple[str, tuple[str | int, ...], Any, str]] = [
    ("generic", ("elements",), [], "0 entries.*1 to 10"),
    ("generic", ("elements",), [{"title": "x", "subtitle": "y"}] * 11, "11 entries.*1 to 10"),
    ("generic", ("elements", 0, "title"), "x" * 81, r"elements\[0\].title has 81 characters"),
    ("generic", ("elements", 0, "subtitle"), "x" * 81, "81 characters"),
    ("generic", ("elements", 0), {"title": "alone"}, "only a title"),
    ("generic", ("elements", 0, "buttons"), [TAP] * 4, "4 entries.*1 to 3"),
    ("generic", ("elements", 0, "buttons", 0, "url"), "ftp://example.com", "https://"),
    ("generic", ("elements", 0, "default_action"), {"type": "web_url", "title": "x"}, "unknown key 'title'"),
    ("button", ("text",), "x" * 641, "641 characters"),
    ("button", ("buttons",), [], "1 to 3"),
    ("button", ("buttons", 0, "title"), "x" * 21, "21 characters"),
    ("button", ("buttons", 0, "payload"), "x" * 1001, "1,001 characters"),
    ("button", ("buttons", 0, "type"), "element_share", "must be one of"),
    ("media", ("elements",), [{"media_type": "image", "attachment_id": "1"}] * 2, "1 to 1"),
    ("media", ("elements", 0, "media_type"), "audio", "image, video"),
    ("media", ("elements", 0, "url"), "https://www.facebook.com/1", "exactly one of"),
    ("media", ("elements", 0), {"media_type": "image", "url": "https://example.com/a.jpg"}, "facebook.com"),
    ("receipt", ("elements",), [{"title": "x", "price": 1}] * 101, "101 entries.*0 to 100"),
    ("receipt", ("summary",), {"subtotal": 1}, "lacks total_cost"),
    ("receipt", ("currency",), "baht", "3"),
    ("receipt", ("timestamp",), "yesterday", "seconds since 1970"),
    ("receipt", ("elements", 0, "price"), "free", "must be a number"),
    ("coupon", ("title",), "x" * 81, "81 characters"),
    ("coupon", ("coupon_code",), "10 OFF", "without blanks"),
    ("coupon", ("coupon_url",), "https://example.com", "exactly one of"),
    ("product", ("elements",), [{"id": "1"}] * 11, "1 to 10"),
    ("product", ("elements", 0, "id"), "shirt", "digits"),
    ("customer_feedback", ("title",), "x" * 66, "66 characters"),
    ("customer_feedback", ("title",), "see https://example.com", "without a web address"),
    ("customer_feedback", ("button_title",), "x" * 21, "21 characters"),
    ("customer_feedback", ("feedback_screens",), [_question()] * 2, "1 to 1"),
    ("customer_feedback", ("feedback_screens", 0, "questions"), [{"id": "a", "type": "nps"}] * 2, "1 to 1"),
    ("customer_feedback", ("feedback_screens", 0, "questions", 0, "id"), "q 1", "letters, digits and _"),
    ("customer_feedback", ("feedback_screens", 0, "questions", 0, "title"), "Why?", "5 to 85"),
    ("customer_feedback", ("feedback_screens", 0, "questions", 0, "score_option"), "zero_to_ten", "one_to_five"),
    ("customer_feedback", ("feedback_screens", 0, "questions", 0, "score_label"), "so_so", "neg_pos"),
    ("customer_feedback", ("expires_in_days",), 8, "between 1 and 7"),
    ("image_grid", ("elements", 0, "title"), "x" * 46, "46 characters"),
    ("image_grid", ("elements", 0, "images"), [{"url": "https://example.com/1.jpg"}], "2 to 6"),
    ("image_grid", ("elements", 0, "images", 1, "is_hero_image"), True, "several hero images"),
    ("image_grid", ("elements", 0, "buttons"), [{"type": "account_unlink"}], "web_url, postback"),
    ("customer_information", ("purpose",), "MARKETING", "SHIPPING"),
    ("customer_information", ("expires_in_days",), 0, "between 1 and 7"),
    ("instant_form", ("form_id",), "form", "digits"),
]


@pytest.mark.parametrize(("name", "path", "value", "sentence"), BROKEN)
def test_a_template_over_a_limit_is_refused(name: str, path: tuple[str | int, ...], value: Any, sentence: str) -> None:
    native = template(template_type=name, **_with(TEMPLATES[name], path, value))
    with pytest.raises(Unsendable, match=sentence):
        CONNECTOR.render(message(OutboundKind.NATIVE, native=native), CONTEXT)


def _with(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """A copy with `new` at `path`, whose last step may be new."""
    result = copy.deepcopy(value)
    place = result
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return result


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("notification_messages", "10 February 2026"),
        ("one_time_notif_req", "no longer offers"),
        ("list", "no list template any more"),
        ("open_graph", "no open_graph template any more"),
        ("airline_checkin", "no airline_checkin template any more"),
        ("hologram", "must be one of"),
    ],
)
def test_a_template_that_does_not_exist_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(Unsendable, match=sentence):
        CONNECTOR.render(message(OutboundKind.NATIVE, native=template(template_type=name)), CONTEXT)


@pytest.mark.parametrize(
    ("native", "sentence"),
    [
        ({}, "exactly one of"),
        ({"text": "a", "sticker_id": 1}, "exactly one of"),
        ({"text": "x" * 2001}, "2,001"),
        ({"sender_action": "typing_on"}, "unknown key"),
        ({"text": "a", "recipient": {"id": "1"}}, "unknown key"),
        ({"attachment": {"type": "image", "payload": {}}}, "exactly one of"),
        ({"attachment": {"type": "location", "payload": {}}}, "must be one of"),
        ({"attachments": [{"type": "video", "payload": {"url": "https://example.com"}}] * 2}, "must be one of"),
        ({"text": "a", "quick_replies": [{"content_type": "location"}]}, "since 2019"),
        ({"text": "a", "quick_replies": [{"content_type": "text", "title": "x" * 21, "payload": ""}]}, "21"),
        ({"text": "a" * 300_000}, "300,011 bytes.*at most 262,144"),
    ],
)
def test_a_message_of_the_wrong_shape_is_refused(native: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Unsendable, match=sentence):
        CONNECTOR.render(message(OutboundKind.NATIVE, native=native), CONTEXT)


def test_no_damage_to_a_template_breaks_anything_but_the_message() -> None:
    tried = 0
    for name, payload in TEMPLATES.items():
        native = template(template_type=name, **payload)
        for path, wrong in damaged_values(native):
            tried += 1
            with contextlib.suppress(Unsendable):
                CONNECTOR.render(message(OutboundKind.NATIVE, native=replaced(native, path, wrong)), CONTEXT)
    assert tried > 500
