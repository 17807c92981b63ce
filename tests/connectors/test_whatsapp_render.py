"""What WhatsApp gets for each kind of message."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubbub.connectors.messages import Button, ButtonType, Media, OutboundMessage
from tests.connectors.whatsapp_values import (
    BODY,
    CONTEXT,
    HEADER,
    LINK,
    NAMED,
    OUR_ID,
    PHONE,
    PICTURE,
    USER_ID,
    WHATSAPP,
    K,
    card,
    carousel,
    listing,
    media,
    message,
    native,
    product_card,
    quick,
    replies,
    reply,
    section,
    sent,
    template,
    text,
)

# --- The envelope -----------------------------------------------------------------------------------------------------


def test_a_message_is_one_call_with_our_id_on_it() -> None:
    request = WHATSAPP.render(text(), CONTEXT)
    assert request.method == "POST"
    assert request.url.startswith("https://graph.facebook.com/v26.0/1100220033/messages?appsecret_proof=")
    assert request.endpoint == "/{phone-number-id}/messages"
    assert not request.is_repeatable
    assert sent(text()) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"+{PHONE}",
        "type": "text",
        "text": {"body": "Hello"},
        "biz_opaque_callback_data": OUR_ID,
    }


@pytest.mark.parametrize(
    ("external_id", "aliases", "expected"),
    [
        (PHONE, (), {"to": f"+{PHONE}"}),
        (f"+{PHONE}", (), {"to": f"+{PHONE}"}),
        (USER_ID, (PHONE,), {"to": f"+{PHONE}"}),
        (USER_ID, (), {"recipient": USER_ID}),
        ("TH.ENT.118157992128", (USER_ID,), {"recipient": USER_ID}),
        ("TH.ENT.118157992128", (), {"recipient": "TH.ENT.118157992128"}),
    ],
)
def test_the_phone_number_is_used_where_it_is_known_else_the_bsuid(
    external_id: str, aliases: tuple[str, ...], expected: dict[str, str]
) -> None:
    body = sent(text(), replace(CONTEXT, recipient_external_id=external_id, recipient_aliases=aliases))
    assert {name: body[name] for name in ("to", "recipient") if name in body} == expected


def test_a_group_is_addressed_by_its_id() -> None:
    body = sent(text(), replace(CONTEXT, thread_type="group", thread_key="G1"))
    assert (body["recipient_type"], body["to"]) == ("group", "G1")


def test_an_answer_quotes_the_message_that_it_answers() -> None:
    assert sent(text(reply_to_external_id="wamid.in"))["context"] == {"message_id": "wamid.in"}


def test_a_template_quotes_nothing() -> None:
    assert "context" not in sent(replace(template(), reply_to_external_id="wamid.in"))


# --- Each kind --------------------------------------------------------------------------------------------------------

CONTENTS: dict[str, tuple[OutboundMessage, dict[str, Any]]] = {
    "text with a link": (text("see https://example.com"), {"body": "see https://example.com", "preview_url": True}),
    "image by id": (media(PICTURE), {"id": "900"}),
    "image by link": (
        media(Media(type="image", url="https://hub.test/a.jpg"), "c"),
        {"link": "https://hub.test/a.jpg", "caption": "c"},
    ),
    "video": (media(Media(type="video", handle="901"), "c"), {"id": "901", "caption": "c"}),
    "document": (
        media(Media(type="file", handle="903", file_name="a.pdf"), "c"),
        {"id": "903", "filename": "a.pdf", "caption": "c"},
    ),
    "audio": (media(Media(type="audio", handle="902")), {"id": "902"}),
    "voice": (media(Media(type="audio", handle="902", is_voice=True)), {"id": "902", "voice": True}),
    "sticker as a file": (media(Media(type="sticker", handle="904")), {"id": "904"}),
    "sticker by media": (message(K.STICKER, media=(Media(type="sticker", handle="904"),)), {"id": "904"}),
    "sticker by link": (
        message(K.STICKER, sticker={"link": "https://hub.test/s.webp"}),
        {"link": "https://hub.test/s.webp"},
    ),
    "location": (
        message(K.LOCATION, latitude=13.7, longitude=100.5, title="Shop", address="1 Rd"),
        {"latitude": "13.7", "longitude": "100.5", "name": "Shop", "address": "1 Rd"},
    ),
    "reaction": (
        message(K.REACTION, reaction_to_external_id="wamid.in", reaction_emoji="👍🏽"),
        {"message_id": "wamid.in", "emoji": "👍🏽"},
    ),
    "reaction taken back": (
        message(K.REACTION, reaction_to_external_id="wamid.in", reaction_emoji=""),
        {"message_id": "wamid.in", "emoji": ""},
    ),
    "two answers": (
        text("Sure?", buttons=(reply("Yes", "y"), reply("No"))),
        {
            "type": "button",
            "body": {"text": "Sure?"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "y", "title": "Yes"}},
                    {"type": "reply", "reply": {"id": "No", "title": "No"}},
                ]
            },
        },
    ),
    "answers below a picture": (
        media(PICTURE, "Sure?", quick_replies=(reply("Yes", "y"),), footer="small"),
        {
            "type": "button",
            "header": {"type": "image", "image": {"id": "900"}},
            "body": {"text": "Sure?"},
            "footer": {"text": "small"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]},
        },
    ),
    "four quick replies are a list": (
        text("Which?", quick_replies=replies(4), header="Tea"),
        {
            "type": "list",
            "header": {"type": "text", "text": "Tea"},
            "body": {"text": "Which?"},
            "action": {
                "button": "Options",
                "sections": [{"rows": [{"id": f"c{number}", "title": f"Choice {number}"} for number in range(4)]}],
            },
        },
    ),
    "list": (
        listing(reply("Sencha", "s", description="green"), list_button="Teas"),
        {
            "type": "list",
            "body": {"text": "Which?"},
            "action": {
                "button": "Teas",
                "sections": [{"title": "All", "rows": [{"id": "s", "title": "Sencha", "description": "green"}]}],
            },
        },
    ),
    "link": (
        text("Look", buttons=(LINK,)),
        {
            "type": "cta_url",
            "body": {"text": "Look"},
            "action": {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://example.com"}},
        },
    ),
    "form": (
        text("Book", buttons=(Button(type=ButtonType.NATIVE, title="Open", native={"flow_id": "1", "mode": "draft"}),)),
        {
            "type": "flow",
            "body": {"text": "Book"},
            "action": {
                "name": "flow",
                "parameters": {"flow_message_version": "3", "flow_cta": "Open", "flow_id": "1", "mode": "draft"},
            },
        },
    ),
    "location request": (
        text("Where?", buttons=(Button(type=ButtonType.SHARE_LOCATION),)),
        {"type": "location_request_message", "body": {"text": "Where?"}, "action": {"name": "send_location"}},
    ),
    "phone request": (
        text("Your number?", quick_replies=(Button(type=ButtonType.SHARE_PHONE),)),
        {
            "type": "request_contact_info",
            "body": {"text": "Your number?"},
            "action": {"name": "request_contact_info"},
        },
    ),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_it_is_rendered(name: str) -> None:
    outbound, expected = CONTENTS[name]
    body = sent(outbound)
    assert body[body["type"]] == expected


def test_a_contact_card_gets_the_second_part_of_its_name() -> None:
    body = sent(message(K.CONTACT, contacts=({"name": {"formatted_name": "B J"}, "phones": [{"phone": "+1415"}]},)))
    assert body["contacts"] == [
        {"name": {"formatted_name": "B J", "first_name": "B J"}, "phones": [{"phone": "+1415"}]}
    ]


def test_a_reaction_may_be_repeated_because_it_shows_no_second_bubble() -> None:
    reaction = message(K.REACTION, reaction_to_external_id="wamid.in", reaction_emoji="👍")
    assert WHATSAPP.render(reaction, CONTEXT).is_repeatable


# --- WhatsApp's own interactive messages ------------------------------------------------------------------------------


NATIVES: dict[str, OutboundMessage] = {
    "product": native(type="product", action={"catalog_id": "1", "product_retailer_id": "SKU"}),
    "product_list": native(
        type="product_list",
        header=HEADER,
        body=BODY,
        action={"catalog_id": "1", "sections": [section("A", title="S"), section("B", title="T")]},
    ),
    "catalog": native(
        type="catalog_message",
        body=BODY,
        action={"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "SKU"}},
    ),
    "carousel of links": carousel(card(0), card(1)),
    "carousel of replies": carousel(quick(0, "a", "b"), quick(1, "c", "d")),
    "carousel of products": carousel(product_card(0), product_card(1)),
    "flow": native(
        type="flow",
        header=HEADER,
        body=BODY,
        footer={"text": "f"},
        action={
            "name": "flow",
            "parameters": {
                "flow_message_version": "3",
                "flow_token": "t",
                "flow_name": "booking",
                "flow_cta": "จองเลย",
                "mode": "published",
                "flow_action": "navigate",
                "flow_action_payload": {"screen": "START", "data": {"k": "v"}},
            },
        },
    ),
    "voice call": native(
        type="voice_call",
        body=BODY,
        action={"name": "voice_call", "parameters": {"display_text": "Call us", "ttl_minutes": 60}},
    ),
    "call permission": native(type="call_permission_request", body=BODY, action={"name": "call_permission_request"}),
}


@pytest.mark.parametrize("name", NATIVES)
def test_a_message_in_whatsapps_own_form_passes_unchanged(name: str) -> None:
    assert sent(NATIVES[name])["interactive"] == NATIVES[name].native["interactive"]


# --- Templates --------------------------------------------------------------------------------------------------------

POSITIONAL = {"type": "body", "parameters": [{"type": "text", "text": "Ann"}]}
FULL = (
    {"type": "header", "parameters": [{"type": "document", "document": {"id": "M", "filename": "a.pdf"}}]},
    NAMED,
    {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "suffix"}]},
    {
        "type": "button",
        "sub_type": "quick_reply",
        "index": 1,
        "parameters": [{"type": "payload", "payload": "YES_42"}],
    },
    {
        "type": "button",
        "sub_type": "copy_code",
        "index": 2,
        "parameters": [{"type": "coupon_code", "coupon_code": "TEA20"}],
    },
    {
        "type": "button",
        "sub_type": "flow",
        "index": 3,
        "parameters": [{"type": "action", "action": {"flow_token": "t"}}],
    },
    {
        "type": "limited_time_offer",
        "parameters": [{"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1_700_000_000_000}}],
    },
)
MONEY = {
    "type": "body",
    "parameters": [
        {"type": "currency", "currency": {"code": "THB", "amount_1000": 1000, "fallback_value": "1 THB"}},
        {"type": "date_time", "date_time": {"fallback_value": "today"}},
    ],
}
CAROUSEL = {
    "type": "carousel",
    "cards": [
        {
            "card_index": index,
            "components": [{"type": "header", "parameters": [{"type": "image", "image": {"id": "M"}}]}],
        }
        for index in range(2)
    ],
}


@pytest.mark.parametrize("components", [(), (POSITIONAL,), FULL, (MONEY,), (CAROUSEL,)])
def test_a_template_passes_with_its_blanks_filled_in(components: tuple[dict[str, Any], ...]) -> None:
    body = sent(template(*components))["template"]
    expected: dict[str, Any] = {"name": "order_update", "language": {"code": "th"}}
    assert body == ({**expected, "components": [*components]} if components else expected)


def test_a_template_goes_out_after_the_window() -> None:
    assert sent(template(), replace(CONTEXT, is_window_open=False))["type"] == "template"
