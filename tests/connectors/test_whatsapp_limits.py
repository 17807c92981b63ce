"""What WhatsApp does not take is refused with a sentence, before any call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubbub.connectors.messages import Button, ButtonType, Card, ListSection, Media, OutboundMessage
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.errors import Unsendable
from tests.connectors.whatsapp_values import (
    BODY,
    CONTEXT,
    HEADER,
    LINK,
    NAMED,
    PHONE,
    PICTURE,
    TWICE,
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


def blank(**parameter: Any) -> OutboundMessage:
    return template({"type": "body", "parameters": [parameter]})


def button(**more: Any) -> OutboundMessage:
    return template({"type": "button", **more})


def flow(**parameters: Any) -> OutboundMessage:
    given = {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Open", **parameters}
    return native(type="flow", body=BODY, action={"name": "flow", "parameters": given})


REFUSED: dict[str, tuple[OutboundMessage, str]] = {
    "empty text": (text(""), "is empty"),
    "blank text": (text(" \n "), "is empty"),
    "long text": (text("x" * 4097), "has 4,097 characters; WhatsApp takes 4,096"),
    "title without buttons": (text(header="h"), "only with buttons or a list"),
    "small print without buttons": (media(PICTURE, footer="f"), "only with buttons or a list"),
    "four buttons": (text(buttons=replies(4)), "These are 4 buttons; WhatsApp shows 3"),
    "eleven quick replies": (text(quick_replies=replies(11)), "These are 11 rows"),
    "buttons and quick replies": (
        text(buttons=replies(1), quick_replies=replies(1)),
        "either buttons or quick replies",
    ),
    "long label": (text(buttons=(reply("x" * 21),)), "label of button 1 has 21 characters; WhatsApp takes 20"),
    "no label": (text(buttons=(reply("", "y"),)), "label of button 1 is empty"),
    "long payload": (text(buttons=(reply("Yes", "x" * 257),)), "payload of button 1 has 257 characters"),
    "equal labels": (text(buttons=(reply("A", "1"), reply("A", "2"))), "Two labels are the same"),
    "equal payloads": (text(buttons=(reply("A", "1"), reply("B", "1"))), "Two payloads are the same"),
    "long text above buttons": (text("x" * 1025, buttons=replies(1)), "has 1,025 characters; WhatsApp takes 1,024"),
    "long title": (text(header="x" * 61, buttons=replies(1)), "title above the message has 61"),
    "long small print": (text(footer="x" * 61, buttons=replies(1)), "small print has 61"),
    "link and answer": (text(buttons=(LINK, reply("A"))), "either answers or one link"),
    "two links": (text(buttons=(LINK, LINK)), "either answers or one link"),
    "link without https": (text(buttons=(replace(LINK, url="http://example.com"),)), "begins with https://"),
    "link without address": (text(buttons=(replace(LINK, url=None),)), "The link is empty"),
    "long label of a link": (text(buttons=(replace(LINK, title="x" * 21),)), "label of the link has 21"),
    "call button": (text(buttons=(Button(type=ButtonType.PHONE, title="Call", payload="+66"),)), "in templates only"),
    "e-mail button": (text(quick_replies=(Button(type=ButtonType.SHARE_EMAIL),)), "no button that shares an e-mail"),
    "log in": (text(buttons=(Button(type=ButtonType.LOGIN, url="https://x.test"),)), "no button to log in"),
    "log out": (text(buttons=(Button(type=ButtonType.LOGOUT),)), "no button to log out"),
    "small print below a request": (
        text(footer="f", buttons=(Button(type=ButtonType.SHARE_LOCATION),)),
        "no small print below",
    ),
    "title above a request": (text(header="h", buttons=(Button(type=ButtonType.SHARE_PHONE),)), "shows nothing"),
    "form without id": (
        text(buttons=(Button(type=ButtonType.NATIVE, title="Open", native={}),)),
        "either flow_id or flow_name",
    ),
    "form with id and name": (flow(flow_name="n"), "either flow_id or flow_name"),
    "form with emoji": (flow(flow_cta="Open 👉"), "no emoji"),
    "form with long label": (flow(flow_cta="x" * 21), "opens the form has 21"),
    "form of another version": (flow(flow_message_version="2"), "flow_message_version '3'"),
    "form in another mode": (flow(mode="secret"), "published or draft"),
    "form with another action": (flow(flow_action="jump"), "navigate or data_exchange"),
    "form with a needless payload": (
        flow(flow_action="data_exchange", flow_action_payload={}),
        "no flow_action_payload",
    ),
    "list without rows": (listing(), "Rows of a section are missing"),
    "list without sections": (listing(sections=()), "Sections of the list are missing"),
    "list of eleven rows": (listing(*replies(11)), "These are 11 rows of a section"),
    "list of eleven rows in two sections": (
        listing(sections=(ListSection(title="A", rows=replies(6)), ListSection(title="B", rows=replies(5)))),
        "has 11 rows; WhatsApp takes 10 in all sections",
    ),
    "list of eleven sections": (
        listing(sections=tuple(ListSection(title=f"{n}", rows=replies(1)) for n in range(11))),
        "These are 11 sections",
    ),
    "section without a title": (
        listing(sections=(ListSection(title="", rows=(reply("a"),)), ListSection(title="B", rows=(reply("b"),)))),
        "title of a section is empty",
    ),
    "long title of a section": (listing(sections=(ListSection(title="x" * 25, rows=replies(1)),)), "section has 25"),
    "long title of a row": (listing(reply("x" * 25)), "title of row 1 has 25"),
    "long description": (listing(reply("a", description="x" * 73)), "description of row 1 has 73"),
    "long payload of a row": (listing(reply("a", "x" * 201)), "payload of a row has 201"),
    "equal rows": (listing(reply("a", "1"), reply("b", "1")), "Two payloads of rows are the same"),
    "long label of the list": (listing(reply("a"), list_button="x" * 21), "opens the list has 21"),
    "long text above a list": (listing(reply("a"), text="x" * 4097), "has 4,097"),
    "buttons beside a list": (listing(reply("a"), buttons=replies(1)), "shows no buttons"),
    "two files": (message(K.MEDIA, media=(PICTURE, PICTURE)), "one file in a message, not 2"),
    "no file": (message(K.MEDIA), "one file in a message, not 0"),
    "file of an unknown kind": (media(Media(type="hologram", handle="1")), "no files of this type"),
    "file by http": (media(Media(type="image", url="http://hub.test/a.jpg")), "begins with https://"),
    "file without a place": (media(Media(type="image")), "is empty"),
    "picture of a wrong type": (media(replace(PICTURE, mime_type="image/gif")), "no picture of the type image/gif"),
    "picture too large": (media(replace(PICTURE, size_bytes=6 * 1024**2)), "has 6.0 MB; WhatsApp takes 5.0 MB"),
    "sticker too large": (media(Media(type="sticker", handle="1", size_bytes=600 * 1024)), "WhatsApp takes 500 KB"),
    "audio with text": (media(Media(type="audio", handle="1"), "c"), "no text beside this audio file"),
    "sticker with text": (media(Media(type="sticker", handle="1"), "c"), "no text beside this sticker"),
    "long caption": (media(PICTURE, "x" * 1025), "beside the picture has 1,025"),
    "long file name": (media(Media(type="file", handle="1", file_name="x" * 241)), "file name of the file has 241"),
    "voice of a wrong type": (
        media(Media(type="audio", handle="1", is_voice=True, mime_type="audio/mpeg")),
        "must be an audio/ogg",
    ),
    "buttons below audio": (media(Media(type="audio", handle="1"), "c", buttons=replies(1)), "shows no buttons"),
    "buttons below a picture without text": (media(PICTURE, buttons=replies(1)), "text of the message is empty"),
    "title beside a picture": (media(PICTURE, "c", header="h", buttons=replies(1)), "either a file or a title"),
    "five replies below a picture": (media(PICTURE, "c", quick_replies=replies(5)), "3 quick replies at most"),
    "picture as a sticker": (message(K.STICKER, media=(PICTURE,)), "is no sticker"),
    "sticker of another platform": (message(K.STICKER, sticker={"package_id": "1"}), "part called 'package_id'"),
    "no sticker": (message(K.STICKER), "needs either an uploaded file or a link"),
    "place without coordinates": (message(K.LOCATION, title="x"), "no coordinates"),
    "place nowhere": (message(K.LOCATION, latitude=91.0, longitude=0.0), "nowhere on earth"),
    "no contact card": (message(K.CONTACT), "cards are missing"),
    "many contact cards": (message(K.CONTACT, contacts=({"name": {}},) * 258), "These are 258 contact cards"),
    "card without a name": (message(K.CONTACT, contacts=({"name": {}},)), "name on the contact card is empty"),
    "card with an odd birthday": (
        message(K.CONTACT, contacts=({"name": {"formatted_name": "B"}, "birthday": "1/2/99"},)),
        "YYYY-MM-DD",
    ),
    "reaction with a word": (
        message(K.REACTION, reaction_to_external_id="wamid.in", reaction_emoji="ok"),
        "a single emoji",
    ),
    "reaction with two emojis": (
        message(K.REACTION, reaction_to_external_id="wamid.in", reaction_emoji="👍👍"),
        "a single emoji",
    ),
    "reaction to nothing": (message(K.REACTION, reaction_emoji="👍"), "needs a message and an emoji"),
    "cards": (message(K.CARDS, cards=(Card(title="Tea"),)), "no cards of this kind"),
    "another native type": (message(K.NATIVE, native={"type": "text", "text": {"body": "x"}}), "Only interactive"),
    "native with more": (
        message(K.NATIVE, native={"type": "interactive", "interactive": {}, "to": "1"}),
        "part called 'to'",
    ),
    "unknown interactive": (native(type="hologram"), "no interactive message of this type"),
    "interactive without action": (native(type="button", body=BODY), "action of the message is missing"),
    "interactive with more": (native(type="product", colour="red", action={}), "part called 'colour'"),
    "action of another name": (
        native(type="catalog_message", body=BODY, action={"name": "other"}),
        "must be called catalog_message",
    ),
    "button of another type": (
        native(type="button", body=BODY, action={"buttons": [{"type": "url"}]}),
        "Button 1 must be of type reply",
    ),
    "file above a list": (
        native(type="list", header={"type": "image", "image": {"id": "1"}}, body=BODY, action={}),
        "shows only text",
    ),
    "header with two places": (
        native(
            type="button",
            header={"type": "image", "image": {"id": "1", "link": "https://x.test"}},
            body=BODY,
            action={},
        ),
        "just one of them",
    ),
    "products without a title": (
        native(type="product_list", body=BODY, action={"catalog_id": "1", "sections": [section("A")]}),
        "needs a title",
    ),
    "31 products": (
        native(
            type="product_list",
            header=HEADER,
            body=BODY,
            action={
                "catalog_id": "1",
                "sections": [section(*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", title="1"), section(*"abcde", title="2")],
            },
        ),
        "These are 31 products",
    ),
    "product without id": (native(type="product", action={"catalog_id": "1"}), "id of the product is empty"),
    "one card": (carousel(card(0)), "Cards are missing; WhatsApp wants 2 to 10"),
    "eleven cards": (carousel(*[card(index) for index in range(11)]), "These are 11 cards"),
    "cards out of order": (carousel(card(1), card(0)), "numbered by card_index"),
    "cards that differ": (carousel(card(0), quick(1, "a")), "same kind and number"),
    "cards with other numbers of buttons": (carousel(quick(0, "a"), quick(1, "b", "c")), "same kind and number"),
    "cards of two catalogs": (carousel(product_card(0, "1"), product_card(1, "2")), "of one catalog"),
    "card of another type": (carousel(card(0, type="video"), card(1)), "cta_url or product"),
    "card without a picture": (carousel(card(0, header={"type": "text", "text": "x"}), card(1)), "picture or a video"),
    "long text on a card": (carousel(card(0, body={"text": "x" * 161}), card(1)), "text of card 1 has 161"),
    "many lines on a card": (carousel(card(0, body={"text": "a\nb\nc\nd"}), card(1)), "2 line breaks"),
    "long id on a card": (carousel(quick(0, "x" * 21), quick(1, "b")), "has 21"),
    "small print below cards": (carousel(card(0), card(1), footer={"text": "f"}), "no small print"),
    "long call": (
        native(type="voice_call", body=BODY, action={"name": "voice_call", "parameters": {"ttl_minutes": 43_201}}),
        "1 to 43,200 minutes",
    ),
    "no template": (message(K.TEMPLATE), "No template is chosen"),
    "template of an odd name": (template(name="Order Update"), "small letters, digits and underscores"),
    "template without a language": (template(language=""), "needs a language"),
    "template with an odd part": (template({"type": "tail"}), "unknown type"),
    "template with an odd blank": (blank(type="hologram"), "unknown type"),
    "template with named and other blanks": (
        template(NAMED, {"type": "header", "parameters": [{"type": "text", "text": "x"}]}),
        "Some blanks of the template have names",
    ),
    "template with an empty blank": (blank(type="text", text=""), "Blank 1 of the template is empty"),
    "template with lines in a blank": (blank(type="text", text="a\nb"), "line breaks, tabs"),
    "template with blanks in a blank": (blank(type="text", text="a     b"), "more than four blanks"),
    "template with a long blank": (blank(type="text", text="x" * 1025), "has 1,025"),
    "template with an odd button": (button(sub_type="shout", index=0), "unknown type"),
    "template with a button nowhere": (button(sub_type="url", index=10), "index 0 to 9"),
    "template with a long payload": (
        button(sub_type="quick_reply", index=0, parameters=[{"type": "payload", "payload": "x" * 129}]),
        "has 129",
    ),
    "template with a long coupon": (
        button(sub_type="copy_code", index=0, parameters=[{"type": "coupon_code", "coupon_code": "x" * 21}]),
        "has 21",
    ),
    "template with one card": (template({"type": "carousel", "cards": [{"card_index": 0}]}), "2 to 10"),
    "template with a file in two places": (
        template({"type": "header", "parameters": [{"type": "image", "image": TWICE}]}),
        "just one of them",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_before_any_call(name: str) -> None:
    outbound, words = REFUSED[name]
    with pytest.raises(Unsendable) as caught:
        WHATSAPP.render(outbound, CONTEXT)
    assert words in caught.value.sentence
    assert caught.value.sentence.endswith(".")
    assert caught.value.code in set(ErrorCode)


def test_what_is_wrong_with_a_template_is_told_as_such() -> None:
    with pytest.raises(Unsendable) as caught:
        WHATSAPP.render(template(name="A"), CONTEXT)
    assert caught.value.code == ErrorCode.TEMPLATE_REFUSED


@pytest.mark.parametrize(
    "outbound",
    [text(), media(PICTURE), native(type="location_request_message", body=BODY, action={"name": "send_location"})],
)
def test_only_templates_go_out_after_the_window(outbound: OutboundMessage) -> None:
    with pytest.raises(Unsendable, match="Send a template instead") as caught:
        WHATSAPP.render(outbound, replace(CONTEXT, is_window_open=False))
    assert caught.value.code == ErrorCode.WINDOW_CLOSED


def test_nobody_can_be_written_to_without_an_address() -> None:
    with pytest.raises(Unsendable, match="neither the phone number nor the WhatsApp id") as caught:
        WHATSAPP.render(text(), replace(CONTEXT, recipient_external_id="", recipient_aliases=()))
    assert caught.value.code == ErrorCode.RECIPIENT_UNKNOWN


def test_a_template_with_a_code_needs_the_phone_number() -> None:
    code = template(category="authentication")
    assert sent(code)["to"] == f"+{PHONE}"
    with pytest.raises(Unsendable, match="needs the customer's phone number"):
        WHATSAPP.render(code, replace(CONTEXT, recipient_aliases=()))


PLACE = message(K.LOCATION, latitude=13.7, longitude=100.5)
REACTION = message(K.REACTION, reaction_to_external_id="wamid.in", reaction_emoji="👍")


@pytest.mark.parametrize("outbound", [text(buttons=replies(1)), PLACE, REACTION])
def test_groups_take_text_files_and_templates_only(outbound: OutboundMessage) -> None:
    with pytest.raises(Unsendable, match="In groups WhatsApp takes"):
        WHATSAPP.render(outbound, replace(CONTEXT, thread_type="group", thread_key="G1"))


@pytest.mark.parametrize("outbound", [text(), media(PICTURE, "c"), template()])
def test_groups_take(outbound: OutboundMessage) -> None:
    assert sent(outbound, replace(CONTEXT, thread_type="group", thread_key="G1"))["to"] == "G1"
