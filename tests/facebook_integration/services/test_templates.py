"""Templates as they are written and as the platform gets them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from facebook_integration.services.facebook_api import (
    FacebookGraphAPI,
    FacebookMessengerService,
    create_call_button,
    create_generic_element,
    create_list_element,
    create_postback_button,
    create_url_button,
)
from facebook_integration.services.templates import Reader, fill_in
from hubbub.kit.errors import InvalidInput, Unsendable
from tests.facebook_integration.services.seen import calls, payload
from tests.support.outbound import Line

Json = dict[str, Any]
HELP: Json = {"type": "postback", "title": "Get Help", "payload": "HELP"}


def test_a_button_template_reaches_the_platform_with_its_options_and_a_clean_phone_number(line: Line) -> None:
    FacebookMessengerService(line.channel).send_button_template(
        recipient_psid=line.customer_id,
        text="What would you like to do?",
        buttons=[
            HELP,
            {
                "type": "web_url",
                "title": "Visit Website",
                "url": "https://example.com",
                "webview_height_ratio": "tall",
            },
            {"type": "phone_number", "title": "Call Us", "payload": "+1-555-123-4567"},
        ],
        wait=10,
    )
    assert payload(line) == {
        "template_type": "button",
        "text": "What would you like to do?",
        "buttons": [
            HELP,
            {
                "type": "web_url",
                "title": "Visit Website",
                "url": "https://example.com",
                "webview_height_ratio": "tall",
            },
            {"type": "phone_number", "title": "Call Us", "payload": "+15551234567"},
        ],
    }


def test_a_carousel_is_sent_with_a_default_action_that_has_no_title(line: Line) -> None:
    element = create_generic_element(
        title="Product Name",
        subtitle="Product description",
        image_url="https://example.com/product.jpg",
        default_action=create_url_button("View", "https://example.com/product"),
        buttons=[create_postback_button("Buy", "BUY_PRODUCT")],
    )
    message = FacebookMessengerService(line.channel).send_generic_template(line.customer_id, [element], wait=10)
    stored = line.message(message.id)
    assert (stored.type, stored.text) == ("template", "Product Name")
    assert payload(line)["elements"] == [
        {
            "title": "Product Name",
            "subtitle": "Product description",
            "image_url": "https://example.com/product.jpg",
            "default_action": {"type": "web_url", "url": "https://example.com/product"},
            "buttons": [{"type": "postback", "title": "Buy", "payload": "BUY_PRODUCT"}],
        }
    ]


def test_a_default_action_that_opens_no_page_is_refused(line: Line) -> None:
    with pytest.raises(Unsendable, match="web_url"):
        create_generic_element("Card", default_action=create_postback_button("Buy", "BUY"))
    raw: Json = {"title": "Card", "default_action": HELP}
    success, response = FacebookGraphAPI(line.channel).send_template_message(
        line.customer_id, {"template_type": "generic", "elements": [raw]}
    )
    assert not success
    assert "web_url" in response["error"]["message"]


def test_a_list_is_sent_as_a_carousel_with_its_own_button_on_the_last_card(line: Line) -> None:
    FacebookMessengerService(line.channel).send_list_template(
        line.customer_id,
        [create_list_element("One", subtitle="1"), create_list_element("Two", subtitle="2", buttons=[HELP])],
        buttons=[create_postback_button("View all", "ALL")],
        wait=10,
    )
    assert payload(line) == {
        "template_type": "generic",
        "elements": [
            {"title": "One", "subtitle": "1"},
            {
                "title": "Two",
                "subtitle": "2",
                "buttons": [HELP, {"type": "postback", "title": "View all", "payload": "ALL"}],
            },
        ],
    }


def test_a_picture_with_buttons_is_uploaded_first(line: Line) -> None:
    message = FacebookMessengerService(line.channel).send_media_template(
        line.customer_id, "image", "https://example.com/poster.jpg", buttons=[HELP], wait=10
    )
    assert line.status(message) == "sent"
    (element,) = payload(line)["elements"]
    assert (element["media_type"], element["buttons"]) == ("image", [HELP])
    assert element["attachment_id"].isdigit()
    assert len(calls(line, "message_attachments")) == 1


def test_a_picture_on_facebook_needs_no_upload(line: Line) -> None:
    url = "https://www.facebook.com/photo.php?fbid=1"
    FacebookMessengerService(line.channel).send_media_template(line.customer_id, "image", url, buttons=[HELP], wait=10)
    assert payload(line)["elements"] == [{"media_type": "image", "url": url, "buttons": [HELP]}]


def test_a_receipt_is_sent(line: Line) -> None:
    receipt: Json = {
        "recipient_name": "Mali S",
        "order_number": "12345",
        "currency": "THB",
        "payment_method": "Visa 2345",
        "summary": {"total_cost": 56.14},
        "elements": [{"title": "Shirt", "quantity": 2, "price": 50}],
    }
    message = FacebookMessengerService(line.channel).send_receipt_template(line.customer_id, receipt, wait=10)
    assert line.status(message) == "sent"
    assert payload(line) == {**receipt, "template_type": "receipt"}


def test_the_feedback_template_may_go_out_after_the_window(line: Line) -> None:
    line.platforms.put(f"/customers/facebook/{line.channel.external_id}/{line.who}", {"wrote_ago": 3 * 86400})
    feedback: Json = {
        "template_type": "customer_feedback",
        "title": "Rate your experience",
        "subtitle": "It takes a minute",
        "button_title": "Rate",
        "feedback_screens": [{"questions": [{"id": "q_1", "type": "csat", "score_option": "five_stars"}]}],
        "business_privacy": {"url": "https://example.com/privacy"},
    }
    success, _ = FacebookGraphAPI(line.channel).send_template_message(line.customer_id, feedback)
    assert success
    request = line.platforms.sends(line.channel.external_id)[0]["request"]
    assert (request["messaging_type"], request["tag"]) == ("MESSAGE_TAG", "CUSTOMER_FEEDBACK")


def test_an_approved_utility_template_may_go_out_after_the_window(line: Line) -> None:
    template = {
        "name": "order_update",
        "language": "en",
        "category": "UTILITY",
        "status": "APPROVED",
        "components": [{"type": "BODY", "text": "Your order {{1}} is on its way."}],
    }
    line.platforms.put(f"/accounts/facebook/{line.channel.external_id}", {"templates": [template]})
    line.platforms.put(f"/customers/facebook/{line.channel.external_id}/{line.who}", {"wrote_ago": 30 * 86400})
    message = FacebookMessengerService(line.channel).send_utility_template(
        line.customer_id,
        "order_update",
        "en",
        [{"type": "body", "parameters": [{"type": "text", "text": "566701"}]}],
        wait=10,
    )
    assert (line.status(message), line.message(message.id).error) == ("sent", None)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("+1-555-123-4567", "+15551234567"),
        ("+66 2 123 4567", "+6621234567"),
        ("0066 (2) 123.4567", "+6621234567"),
    ],
)
def test_a_phone_number_is_made_international(written: str, sent: str) -> None:
    assert create_call_button("Call Us", written) == {"type": "phone_number", "title": "Call Us", "payload": sent}


@pytest.mark.parametrize("number", ["555-123-4567", "", "+0123456", "call me"])
def test_a_phone_number_without_its_country_is_refused(number: str) -> None:
    with pytest.raises(Unsendable, match="international"):
        create_call_button("Call Us", number)


WELCOME = SimpleNamespace(
    template_type="button",
    template_data={
        "text": "Welcome {{user_name}}! How can we help you?",
        "buttons": [{"type": "postback", "title": "Get Started", "payload": "GET_STARTED"}],
    },
)


def test_a_stored_template_is_filled_in(line: Line) -> None:
    FacebookMessengerService(line.channel).send_template_message(
        recipient_psid=line.customer_id, template=WELCOME, variables={"user_name": "John"}, wait=10
    )
    assert payload(line)["text"] == "Welcome John! How can we help you?"


def test_built_in_variables_come_from_the_contact_and_else_are_a_neutral_word(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    template = {
        "template_type": "button",
        "text": "{{first_name}} at {{page_name}}: {{message_text}}",
        "buttons": [HELP],
    }
    line.say("where is my order")
    messenger.send_template_message(line.customer_id, template, wait=10)
    assert payload(line)["text"] == f"there at {line.channel.name}: where is my order"


def test_a_missing_variable_of_ones_own_is_named_and_nothing_is_stored(line: Line) -> None:
    template = {"template_type": "button", "text": "{{order}} costs {{price|nothing}}, {{total}}", "buttons": [HELP]}
    with pytest.raises(InvalidInput, match="order, total"):
        FacebookMessengerService(line.channel).send_template_message(line.customer_id, template)
    assert line.row("SELECT count(*) AS n FROM message WHERE direction = 'outbound' AND channel_id = %(channel)s") == {
        "n": 0
    }


def test_a_text_may_be_written_in_several_languages() -> None:
    text = {"default": "Hello {{first_name|friend}}", "th": "สวัสดี {{first_name}}", "pt_BR": "Olá"}
    template = {"text": text, "elements": [{"id": "1"}]}

    def shown(language: str) -> Any:
        filled = fill_in(template, {}, Reader(language=language, known={"first_name": ""}))
        assert isinstance(filled, dict)
        assert filled["elements"] == [{"id": "1"}]
        return filled["text"]

    assert shown("th_TH") == "สวัสดี there"
    assert shown("pt") == "Olá"
    assert shown("ja") == "Hello friend"


def test_a_value_is_never_read_as_a_template_again() -> None:
    assert fill_in("{{a}}", {"a": "{{b}}"}, Reader()) == "{{b}}"
