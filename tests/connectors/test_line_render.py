"""LINE: what each message becomes, and every limit with the sentence that its author reads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hubbub.connectors.line.connector import LineConnector
from hubbub.connectors.line.render.links import encoded
from hubbub.connectors.messages import (
    Button,
    ButtonType,
    Card,
    ChannelAccess,
    Credentials,
    Media,
    OutboundKind,
    OutboundMessage,
    SendContext,
)
from hubbub.kit.errors import Unsendable
from sandbox.line.objects import MESSAGES
from sandbox.shapes import check

LINE = LineConnector()
PERSON = "U4af4980629f1a8b2c3d4e5f60718293a"
GROUP = "Ca56f94637cc4347f90a25382909b24b9"
MESSAGE_ID = "0192f1c2-7b1e-7c3a-9d21-6f1f2b3c4d5e"
RETRY_KEY = "5f3e7b1c-8a7d-4c58-9d0e-2f4b6a8c0d1e"
APPLE = "\N{RED APPLE}"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
JPEG = Media(type="image", url="https://hub.test/a.jpg", preview_url="https://hub.test/p.jpg", mime_type="image/jpeg")
MP4 = Media(type="video", url="https://hub.test/a.mp4", preview_url="https://hub.test/p.jpg", mime_type="video/mp4")
M4A = Media(type="audio", url="https://hub.test/a.m4a", mime_type="audio/mp4", duration_ms=60000)

PUSHING = SendContext(
    access=ChannelAccess(
        external_id="U0123456789abcdef0123456789abcdef",
        credentials=Credentials(values={"access_token": "SECRET-TOKEN\n"}),
        base_url="https://api.line.me/",
        data_url="https://api-data.line.me",
    ),
    recipient_external_id=PERSON,
    retry_key=RETRY_KEY,
)
IN_GROUP = replace(PUSHING, thread_type="group", thread_key=GROUP)
REPLYING = replace(PUSHING, reply_token="nHuyWiB7yP5Zw52FIkcQobQuGDXCTA")


def _message(kind: OutboundKind = OutboundKind.TEXT, **content: Any) -> OutboundMessage:
    return OutboundMessage(message_id=MESSAGE_ID, kind=kind, **content)


def _body(message: OutboundMessage, context: SendContext = PUSHING) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(LINE.render(message, context).body or b"")
    return body


def _sent(message: OutboundMessage, context: SendContext = PUSHING) -> list[dict[str, Any]]:
    """The message objects, of which the sandbox's own reading of LINE's documentation finds nothing wrong."""
    messages: list[dict[str, Any]] = _body(message, context)["messages"]
    assert check(MESSAGES, messages) == []
    return messages


def _refusal(message: OutboundMessage, context: SendContext = PUSHING) -> str:
    with pytest.raises(Unsendable) as caught:
        LINE.render(message, context)
    assert caught.value.sentence.endswith(".")
    return caught.value.sentence


def _buttons(count: int) -> tuple[Button, ...]:
    return tuple(Button(type=ButtonType.POSTBACK, title=f"B{number}", payload=f"p{number}") for number in range(count))


def _cards(count: int, **parts: Any) -> tuple[Card, ...]:
    return tuple(Card(**{"title": f"Card {number}", "buttons": _buttons(1), **parts}) for number in range(count))


# Reply or push


def test_a_live_reply_token_makes_a_free_reply_that_is_never_repeated() -> None:
    request = LINE.render(_message(text="Hello"), REPLYING)
    assert (request.method, request.url) == ("POST", "https://api.line.me/v2/bot/message/reply")
    assert json.loads(request.body or b"") == {
        "replyToken": "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA",
        "messages": [{"type": "text", "text": "Hello"}],
    }
    assert request.uses_reply_token
    assert not request.is_repeatable
    assert "X-Line-Retry-Key" not in request.headers, "LINE answers 400 to a reply with a retry key"


def test_without_a_reply_token_it_is_a_push_that_can_be_repeated_under_its_key() -> None:
    request = LINE.render(_message(text="Hello"), PUSHING)
    assert request.url == "https://api.line.me/v2/bot/message/push"
    assert request.headers == {
        "Authorization": "Bearer SECRET-TOKEN",
        "Content-Type": "application/json",
        "X-Line-Retry-Key": RETRY_KEY,
    }
    assert json.loads(request.body or b"") == {"to": PERSON, "messages": [{"type": "text", "text": "Hello"}]}
    assert request.is_repeatable
    assert not request.uses_reply_token


def test_a_push_without_a_key_is_not_repeatable() -> None:
    assert not LINE.render(_message(text="Hello"), replace(PUSHING, retry_key=None)).is_repeatable


def test_a_push_to_a_group_names_the_group() -> None:
    assert _body(_message(text="Hello"), IN_GROUP)["to"] == GROUP


def test_a_silent_message_makes_no_noise() -> None:
    assert _body(_message(text="Hello", is_silent=True))["notificationDisabled"] is True
    assert "notificationDisabled" not in _body(_message(text="Hello"))


# Text


@pytest.mark.parametrize("text", ["a" * 5000, APPLE * 2500, "ส" * 5000])
def test_a_text_of_five_thousand_utf16_units_is_sent_as_it_is(text: str) -> None:
    assert _sent(_message(text=text)) == [{"type": "text", "text": text}]


@pytest.mark.parametrize("text", ["a" * 5001, APPLE * 2500 + "a"])
def test_one_unit_more_is_refused_with_both_lengths(text: str) -> None:
    assert "5,001 characters; LINE allows at most 5,000" in _refusal(_message(text=text))


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_an_empty_text_is_refused(text: str | None) -> None:
    assert "nothing to send" in _refusal(_message(text=text))


def test_a_quote_travels_with_a_text_or_a_sticker() -> None:
    quote: dict[str, Any] = {"reply_to_external_id": "468", "reply_to_quote_token": "yHAz4Ua2wx7"}
    assert _sent(_message(text="Yes", **quote))[0]["quoteToken"] == "yHAz4Ua2wx7"
    sticker = _message(OutboundKind.STICKER, sticker={"package_id": "446", "sticker_id": "1988"}, **quote)
    assert _sent(sticker)[0]["quoteToken"] == "yHAz4Ua2wx7"


def test_a_quote_beside_a_picture_travels_with_its_text() -> None:
    picture, text = _sent(_message(OutboundKind.MEDIA, media=(JPEG,), text="This?", reply_to_quote_token="q"))
    assert "quoteToken" not in picture
    assert text["quoteToken"] == "q"


def test_what_cannot_quote_or_be_quoted_is_refused() -> None:
    assert "quote only with a text" in _refusal(_message(OutboundKind.MEDIA, media=(JPEG,), reply_to_quote_token="q"))
    assert "without quoting" in _refusal(_message(text="Yes", reply_to_external_id="468"))


def test_lines_above_and_below_are_refused() -> None:
    assert "write it into the text" in _refusal(_message(text="Hello", footer="Small print"))
    assert "write it into the text" in _refusal(_message(text="Hello", header="Big print"))


# Quick replies


def test_quick_replies_of_every_kind() -> None:
    replies = (
        Button(type=ButtonType.POSTBACK, title="Buy", payload="buy", image_url="https://hub.test/i.png"),
        Button(type=ButtonType.MESSAGE, title="Hi"),
        Button(type=ButtonType.URL, title="Open", url="https://example.com/"),
        Button(type=ButtonType.PHONE, title="Call", payload="+66812345678"),
        Button(type=ButtonType.SHARE_LOCATION, title="Where?"),
        Button(type=ButtonType.NATIVE, title="Camera", native={"type": "camera"}),
        Button(
            type=ButtonType.NATIVE,
            native={"type": "datetimepicker", "label": "When?", "data": "w", "mode": "date", "min": "2026-11-20"},
        ),
    )
    items = _sent(_message(text="Choose", quick_replies=replies))[0]["quickReply"]["items"]
    assert [item["action"] for item in items] == [
        {"type": "postback", "label": "Buy", "data": "buy", "displayText": "Buy"},
        {"type": "message", "label": "Hi", "text": "Hi"},
        {"type": "uri", "label": "Open", "uri": "https://example.com/"},
        {"type": "uri", "label": "Call", "uri": "tel:+66812345678"},
        {"type": "location", "label": "Where?"},
        {"label": "Camera", "type": "camera"},
        {"type": "datetimepicker", "label": "When?", "data": "w", "mode": "date", "min": "2026-11-20"},
    ]
    assert items[0]["imageUrl"] == "https://hub.test/i.png"


def test_quick_replies_hang_on_the_last_of_several_objects() -> None:
    picture, text = _sent(_message(OutboundKind.MEDIA, media=(JPEG,), text="Which?", quick_replies=_buttons(2)))
    assert "quickReply" not in picture
    assert len(text["quickReply"]["items"]) == 2


def test_thirteen_quick_replies_are_sent_and_fourteen_refused() -> None:
    assert len(_sent(_message(text="?", quick_replies=_buttons(13)))[0]["quickReply"]["items"]) == 13
    refusal = _refusal(_message(text="?", quick_replies=_buttons(14)))
    assert refusal == "There are 14 quick replies; LINE allows at most 13. Please take 1 away."


@pytest.mark.parametrize("title", ["a" * 20, FAMILY * 20, "ที่" * 20])
def test_a_label_of_twenty_graphemes_is_sent(title: str) -> None:
    button = Button(type=ButtonType.POSTBACK, title=title, payload="p")
    _sent(_message(text="?", quick_replies=(button,)))
    _sent(_message(text="?", buttons=(button,)))


LONG = Button(type=ButtonType.POSTBACK, title=FAMILY * 21, payload="p")


@pytest.mark.parametrize(
    ("button", "sentence"),
    [
        (LONG, "has 21 characters; LINE allows at most 20"),
        (Button(type=ButtonType.POSTBACK, title=""), "is missing"),
        (Button(type=ButtonType.POSTBACK, title="B", payload="x" * 301), "has 301 characters; LINE allows at most 300"),
        (Button(type=ButtonType.MESSAGE, title="B", payload="x" * 301), "has 301 characters; LINE allows at most 300"),
        (Button(type=ButtonType.URL, title="B", url="https://e.test/" + "x" * 990), "LINE allows at most 1,000"),
        (Button(type=ButtonType.URL, title="B", url="javascript:alert(1)"), "must be an address that begins with"),
        (Button(type=ButtonType.URL, title="B"), "the link of the button is missing"),
        (Button(type=ButtonType.PHONE, title="B"), "must be an address that begins with"),
        (Button(type=ButtonType.SHARE_PHONE, title="B"), "no share phone buttons"),
        (Button(type=ButtonType.SHARE_EMAIL, title="B"), "no share email buttons"),
        (Button(type=ButtonType.LOGIN, title="B", url="https://e.test"), "no login buttons"),
        (Button(type=ButtonType.LOGOUT, title="B"), "no logout buttons"),
        (Button(type=ButtonType.NATIVE, title="B", native={"type": "hologram"}), "must have one of these types"),
        (Button(type=ButtonType.NATIVE, title="B", native={"type": "clipboard"}), "the text to copy is missing"),
        (
            Button(type=ButtonType.NATIVE, title="B", native={"type": "datetimepicker", "data": "d", "mode": "year"}),
            "must be one of: date, time, datetime",
        ),
        (
            Button(
                type=ButtonType.NATIVE,
                title="B",
                native={"type": "datetimepicker", "data": "d", "mode": "date", "max": "soon"},
            ),
            "The max of a date picker must be a date",
        ),
        (
            Button(type=ButtonType.NATIVE, title="B", native={"type": "postback", "data": "d", "fillInText": "x"}),
            "needs the input option openKeyboard",
        ),
        (
            Button(
                type=ButtonType.NATIVE,
                title="B",
                native={"type": "postback", "data": "d", "text": "x", "displayText": "y"},
            ),
            "not both",
        ),
    ],
)
def test_a_button_is_refused_in_both_places(button: Button, sentence: str) -> None:
    assert sentence.lower() in _refusal(_message(text="?", quick_replies=(button,))).lower()
    assert sentence.lower() in _refusal(_message(text="?", buttons=(button,))).lower()


@pytest.mark.parametrize("kind", ["camera", "cameraRoll", "location"])
def test_what_only_a_quick_reply_can_do_is_refused_as_a_button(kind: str) -> None:
    assert "one of these types" in _refusal(
        _message(text="?", buttons=(Button(type=ButtonType.NATIVE, title="B", native={"type": kind}),))
    )


def test_a_location_can_be_asked_for_by_a_quick_reply_only() -> None:
    button = Button(type=ButtonType.SHARE_LOCATION, title="Where?")
    assert "make this button a quick reply" in _refusal(_message(text="?", buttons=(button,)))


# Buttons


def test_a_text_with_buttons_is_a_buttons_template() -> None:
    assert _sent(_message(text="Pick one", buttons=_buttons(2))) == [
        {
            "type": "template",
            "altText": "Pick one",
            "template": {
                "type": "buttons",
                "text": "Pick one",
                "actions": [
                    {"type": "postback", "label": "B0", "data": "p0", "displayText": "B0"},
                    {"type": "postback", "label": "B1", "data": "p1", "displayText": "B1"},
                ],
            },
        }
    ]


def test_the_alternative_text_may_be_given() -> None:
    assert _sent(_message(text="Pick", buttons=_buttons(1), alt_text="A choice"))[0]["altText"] == "A choice"
    assert "LINE allows at most 1,500" in _refusal(_message(text="Pick", buttons=_buttons(1), alt_text="x" * 1501))


def test_four_buttons_are_sent_and_five_refused() -> None:
    _sent(_message(text="?", buttons=_buttons(4)))
    assert "There are 5 buttons; LINE allows at most 4" in _refusal(_message(text="?", buttons=_buttons(5)))


def test_there_is_less_room_for_a_text_beside_a_title() -> None:
    _sent(_message(text=FAMILY * 160, buttons=_buttons(1)))
    _sent(_message(text="x" * 60, header="T" * 40, buttons=_buttons(1)))
    assert "161 characters" in _refusal(_message(text="x" * 161, buttons=_buttons(1)))
    assert "61 characters; LINE allows at most 60" in _refusal(
        _message(text="x" * 61, header="Title", buttons=_buttons(1))
    )
    assert "41 characters; LINE allows at most 40" in _refusal(_message(text="x", header="T" * 41, buttons=_buttons(1)))


def test_buttons_need_a_text() -> None:
    assert "needs a text above buttons" in _refusal(_message(OutboundKind.MEDIA, media=(JPEG,), buttons=_buttons(1)))


# Cards


def test_several_cards_are_a_carousel() -> None:
    cards = _cards(2, subtitle="Fresh", image_url="https://hub.test/ชา.png", default_url="https://example.com/")
    (sent,) = _sent(_message(OutboundKind.CARDS, cards=cards))
    assert sent["altText"] == "Card 0 · Card 1"
    assert sent["template"]["type"] == "carousel"
    assert sent["template"]["columns"][0] == {
        "title": "Card 0",
        "text": "Fresh",
        "thumbnailImageUrl": "https://hub.test/%E0%B8%8A%E0%B8%B2.png",
        "defaultAction": {"type": "uri", "label": "Card 0", "uri": "https://example.com/"},
        "actions": [{"type": "postback", "label": "B0", "data": "p0", "displayText": "B0"}],
    }


def test_one_card_is_a_buttons_template_with_room_for_four_buttons() -> None:
    (sent,) = _sent(_message(OutboundKind.CARDS, cards=_cards(1, buttons=_buttons(4))))
    assert sent["template"]["type"] == "buttons"
    assert sent["template"]["text"] == "Card 0"
    assert "title" not in sent["template"]


def test_a_text_goes_before_cards() -> None:
    text, cards = _sent(_message(OutboundKind.CARDS, text="Our tea:", cards=_cards(2)))
    assert text == {"type": "text", "text": "Our tea:"}
    assert cards["type"] == "template"


@pytest.mark.parametrize(
    ("cards", "sentence"),
    [
        ((), "There is no card"),
        (_cards(11), "There are 11 cards; LINE allows at most 10"),
        (_cards(2, buttons=_buttons(4)), "There are 4 buttons on a card; LINE allows at most 3"),
        (_cards(1, buttons=()), "needs a button on every card; add one to “Card 0”"),
        (_cards(1) + _cards(1, buttons=_buttons(2)), "as many buttons on every card; these have 1 and 2"),
        (_cards(1) + _cards(1, subtitle="S"), "wants a subtitle on every card or on none"),
        (_cards(1) + _cards(1, image_url="https://hub.test/a.png"), "wants a picture on every card or on none"),
        (_cards(2, subtitle="x" * 61), "61 characters; LINE allows at most 60"),
        (_cards(2, title="x" * 41, subtitle="S"), "41 characters; LINE allows at most 40"),
        (_cards(2, title="x" * 121), "121 characters; LINE allows at most 120"),
        (_cards(2, image_url="http://hub.test/a.png"), "must be a public https address"),
    ],
)
def test_cards_are_refused(cards: tuple[Card, ...], sentence: str) -> None:
    assert sentence in _refusal(_message(OutboundKind.CARDS, cards=cards))


# Files


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (
            JPEG,
            {
                "type": "image",
                "originalContentUrl": "https://hub.test/a.jpg",
                "previewImageUrl": "https://hub.test/p.jpg",
            },
        ),
        (
            MP4,
            {
                "type": "video",
                "originalContentUrl": "https://hub.test/a.mp4",
                "previewImageUrl": "https://hub.test/p.jpg",
                "trackingId": MESSAGE_ID,
            },
        ),
        (M4A, {"type": "audio", "originalContentUrl": "https://hub.test/a.m4a", "duration": 60000}),
    ],
)
def test_a_file_is_sent_by_its_address(media: Media, expected: dict[str, Any]) -> None:
    assert _sent(_message(OutboundKind.MEDIA, media=(media,))) == [expected]


def test_a_small_picture_is_its_own_preview() -> None:
    small = replace(JPEG, preview_url=None, size_bytes=1_000_000)
    assert _sent(_message(OutboundKind.MEDIA, media=(small,)))[0]["previewImageUrl"] == JPEG.url


def test_a_video_in_a_group_is_not_tracked() -> None:
    assert "trackingId" not in _sent(_message(OutboundKind.MEDIA, media=(MP4,)), IN_GROUP)[0]


def test_a_text_goes_after_files_and_carries_the_buttons() -> None:
    sent = _sent(_message(OutboundKind.MEDIA, media=(JPEG, MP4), text="Both", buttons=_buttons(1)))
    assert [each["type"] for each in sent] == ["image", "video", "template"]


def test_five_objects_go_in_one_call_and_six_do_not() -> None:
    assert len(_sent(_message(OutboundKind.MEDIA, media=(JPEG,) * 5))) == 5
    assert "LINE allows 5" in _refusal(_message(OutboundKind.MEDIA, media=(JPEG,) * 5, text="And a text"))


@pytest.mark.parametrize(
    ("media", "sentence"),
    [
        (replace(JPEG, preview_url=None), "needs a preview picture of at most 1 MB for the picture"),
        (replace(JPEG, preview_url=None, size_bytes=1_000_001), "needs a preview picture"),
        (replace(MP4, preview_url=None, size_bytes=10), "needs a preview picture of at most 1 MB for the video"),
        (replace(M4A, duration_ms=None), "needs the length of a recording"),
        (replace(JPEG, url=None, handle="1"), "has no public address"),
        (replace(JPEG, url="http://hub.test/a.jpg"), "must be a public https address"),
        (replace(JPEG, url="https://hub.test/" + "x" * 2000), "LINE allows at most 2,000"),
        (replace(JPEG, mime_type="image/webp"), "is image/webp; LINE takes JPEG or PNG"),
        (replace(MP4, mime_type="video/quicktime"), "LINE takes MP4"),
        (replace(M4A, mime_type="audio/ogg; codecs=opus"), "is audio/ogg; LINE takes MP3 or M4A"),
        (replace(JPEG, size_bytes=10_000_001), "10,000,001 bytes; LINE allows at most 10,000,000"),
        (replace(MP4, size_bytes=200_000_001), "LINE allows at most 200,000,000"),
        (Media(type="file", url="https://hub.test/a.pdf"), "Send a link to it instead"),
    ],
)
def test_a_file_is_refused(media: Media, sentence: str) -> None:
    assert sentence in _refusal(_message(OutboundKind.MEDIA, media=(media,)))


def test_no_file_at_all_is_refused() -> None:
    assert "no file to send" in _refusal(_message(OutboundKind.MEDIA))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hub.test/a%20b?q=1", "https://hub.test/a%20b?q=1"),
        (
            "https://example.com/path?q=Good morning#Good afternoon",
            "https://example.com/path?q=Good%20morning#Good%20afternoon",
        ),
        ("https://ไทย.test/ชา", "https://xn--o3cw4h.test/%E0%B8%8A%E0%B8%B2"),
        ("https://[bad/ชา", "https://[bad/ชา"),
    ],
)
def test_addresses_are_percent_encoded(url: str, expected: str) -> None:
    assert encoded(url) == expected


# Places and stickers

PLACE = _message(OutboundKind.LOCATION, title="Shop", address="1 Main Street", latitude=13.7, longitude=100.5)


def test_a_place_is_sent() -> None:
    assert _sent(PLACE) == [
        {"type": "location", "title": "Shop", "address": "1 Main Street", "latitude": 13.7, "longitude": 100.5}
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": None}, "The title of the place is missing"),
        ({"address": ""}, "The address of the place is missing"),
        ({"title": "x" * 101}, "LINE allows at most 100"),
        ({"address": APPLE * 51}, "102 characters; LINE allows at most 100"),
        ({"latitude": None}, "The latitude is missing"),
        ({"latitude": 90.1}, "must be a number from -90 to 90"),
        ({"longitude": -181}, "must be a number from -180 to 180"),
    ],
)
def test_a_place_is_refused(change: dict[str, Any], sentence: str) -> None:
    assert sentence in _refusal(replace(PLACE, **change))


def test_a_sticker_that_came_in_can_be_sent_back() -> None:
    sticker = {"package_id": "446", "sticker_id": "1988", "resource_type": "STATIC", "keywords": ["hi"]}
    assert _sent(_message(OutboundKind.STICKER, sticker=sticker)) == [
        {"type": "sticker", "packageId": "446", "stickerId": "1988"}
    ]


@pytest.mark.parametrize("sticker", [{}, {"package_id": "446"}, {"package_id": "x", "sticker_id": "1"}])
def test_a_sticker_without_its_numbers_is_refused(sticker: dict[str, Any]) -> None:
    assert "sticker" in _refusal(_message(OutboundKind.STICKER, sticker=sticker))


# Flex

BUBBLE = {
    "type": "bubble",
    "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "Hello", "wrap": True}]},
}


def _bubble(size: int) -> dict[str, Any]:
    """A bubble of exactly `size` bytes of JSON."""
    made = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": ""}]}}
    empty = len(json.dumps(made, separators=(",", ":")))
    made["body"]["contents"][0]["text"] = "x" * (size - empty)  # type: ignore[index]
    return made


def _flex(native: dict[str, Any], **content: Any) -> OutboundMessage:
    return _message(OutboundKind.FLEX, native=native, **{"alt_text": "Order", **content})


def test_a_bubble_and_a_carousel_are_sent() -> None:
    assert _sent(_flex(BUBBLE)) == [{"type": "flex", "altText": "Order", "contents": BUBBLE}]
    _sent(_flex({"type": "carousel", "contents": [BUBBLE] * 12}))


def test_the_text_stands_in_for_a_missing_alternative_text() -> None:
    assert _sent(_flex(BUBBLE, alt_text=None, text="Your order"))[0]["altText"] == "Your order"


def test_a_bubble_of_thirty_kilobytes_is_sent() -> None:
    assert LINE.render(_flex(_bubble(30_000)), PUSHING).body


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (_flex(BUBBLE, alt_text=None), "The alternative text is missing"),
        (_flex(BUBBLE, alt_text="x" * 1501), "LINE allows at most 1,500"),
        (_flex({}), "must have one of these types on LINE: bubble, carousel"),
        (_flex(_bubble(30_001)), "30,001 bytes of JSON; LINE allows at most 30,000"),
        (_flex({"type": "carousel", "contents": [BUBBLE] * 13}), "There are 13 flex bubbles; LINE allows at most 12"),
        (_flex({"type": "carousel", "contents": []}), "needs at least 1"),
        (_flex({"type": "carousel", "contents": [{"type": "box"}]}), "must have one of these types on LINE: bubble"),
        (_flex({"type": "carousel", "contents": [_bubble(30_001)]}), "LINE allows at most 30,000"),
        (_flex({"type": "carousel", "contents": [_bubble(25_000)] * 2}), "LINE allows at most 50,000"),
        (_flex({"type": "carousel", "contents": [BUBBLE, {**BUBBLE, "size": "kilo"}]}), "the same size"),
    ],
)
def test_flex_is_refused(message: OutboundMessage, sentence: str) -> None:
    assert sentence in _refusal(message)


# Native

AREA = {"x": 0, "y": 0, "width": 520, "height": 585}
IMAGEMAP = {
    "type": "imagemap",
    "baseUrl": "https://hub.test/img",
    "altText": "A map",
    "baseSize": {"width": 1040, "height": 585},
    "video": {
        "originalContentUrl": "https://hub.test/v.mp4",
        "previewImageUrl": "https://hub.test/p.jpg",
        "area": AREA,
        "externalLink": {"linkUri": "https://example.com/", "label": "More"},
    },
    "actions": [
        {"type": "uri", "linkUri": "https://example.com/", "label": "L", "area": AREA},
        {"type": "message", "text": "hi", "area": AREA},
        {"type": "clipboard", "clipboardText": "CODE", "area": AREA},
    ],
}
POSTBACK = {"type": "postback", "label": "Yes", "data": "y"}
CONFIRM = {
    "type": "template",
    "altText": "Sure?",
    "template": {"type": "confirm", "text": "Sure?", "actions": [POSTBACK] * 2},
}
PICTURES = {
    "type": "template",
    "altText": "Pictures",
    "template": {
        "type": "image_carousel",
        "columns": [{"imageUrl": "https://hub.test/a.png", "action": POSTBACK}],
    },
}
EMOJI = {"productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}
MENTION = {
    "type": "textV2",
    "text": "Welcome {u}! {{literal}} {e}",
    "substitution": {
        "u": {"type": "mention", "mentionee": {"type": "user", "userId": PERSON}},
        "e": {"type": "emoji", **EMOJI},
    },
}


def _native(native: dict[str, Any], **content: Any) -> OutboundMessage:
    return _message(OutboundKind.NATIVE, native=native, **content)


@pytest.mark.parametrize(
    "native",
    [
        IMAGEMAP,
        CONFIRM,
        PICTURES,
        {"type": "coupon", "couponId": "01JYNW8JMQVFBNWF1APF8Z3FS7", "deliveryTag": "tag_1"},
        {"type": "text", "text": f"{APPLE} $ and $", "emojis": [{"index": 3, **EMOJI}, {"index": 9, **EMOJI}]},
        {"type": "text", "text": "Hi", "sender": {"name": "Cony", "iconUrl": "https://hub.test/c.png"}},
        {"type": "textV2", "text": "Good {e}", "substitution": {"e": {"type": "emoji", **EMOJI}}},
        {"type": "flex", "altText": "F", "contents": BUBBLE},
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        {
            "type": "video",
            "originalContentUrl": "https://h.test/v",
            "previewImageUrl": "https://h.test/p",
            "trackingId": "t(1)",
        },
    ],
    ids=lambda native: str(native["type"]),
)
def test_a_native_object_is_sent_as_it_is(native: dict[str, Any]) -> None:
    assert _sent(_native(native, text="What our screens show")) == [native]


def test_mentions_go_to_groups_only() -> None:
    assert _sent(_native(MENTION), IN_GROUP) == [MENTION]
    assert "mentions in groups only" in _refusal(_native(MENTION))


def test_quick_replies_are_added_to_a_native_object_and_do_not_change_it() -> None:
    native = {"type": "text", "text": "Hi"}
    assert "quickReply" in _sent(_native(native, quick_replies=_buttons(1)))[0]
    assert native == {"type": "text", "text": "Hi"}


def _changed(native: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {**native, **parts}


@pytest.mark.parametrize(
    ("native", "sentence"),
    [
        ({}, "must have one of these types"),
        ({"type": "file"}, "must have one of these types"),
        ({"type": ["text"]}, "must have one of these types"),
        ({"type": "text", "text": 5}, "The text must be text"),
        ({"type": "text", "text": "x", "emojis": [{"index": 0, **EMOJI}]}, "needs a $ at its place"),
        ({"type": "text", "text": "$", "emojis": [{"index": 10**400, **EMOJI}]}, "needs a $ at its place"),
        ({"type": "text", "text": "$" * 21, "emojis": [{"index": i, **EMOJI} for i in range(21)]}, "at most 20"),
        ({"type": "text", "text": "x", "emojis": {}}, "needs a list of LINE emoji"),
        ({"type": "text", "text": "x", "emojis": [1]}, "needs a list of LINE emoji"),
        ({"type": "text", "text": "x", "sender": {"name": "x" * 21}}, "LINE allows at most 20"),
        ({"type": "text", "text": "x", "sender": "Cony"}, "The sender must be an object"),
        ({"type": "text", "text": "x", "quickReply": {"items": []}}, "needs at least 1"),
        ({"type": "text", "text": "x", "quickReply": {"items": [{}]}}, "The action of a quick reply is missing"),
        ({"type": "textV2", "text": "Hi {u}"}, "A brace in this text"),
        ({"type": "textV2", "text": "Hi }"}, "A brace in this text"),
        ({"type": "textV2", "text": "x", "substitution": []}, "must be an object"),
        ({"type": "textV2", "text": "x", "substitution": {f"k{i}": {} for i in range(101)}}, "at most 100"),
        (
            {"type": "textV2", "text": "x", "substitution": {f"k{i}": {"type": "emoji"} for i in range(21)}},
            "at most 20",
        ),
        ({"type": "coupon"}, "The id of the coupon is missing"),
        ({"type": "coupon", "couponId": "1", "deliveryTag": "a b"}, "characters that LINE does not allow"),
        (_changed(IMAGEMAP, altText=""), "The alternative text is missing"),
        (_changed(IMAGEMAP, baseUrl="hub"), "must be a public https address"),
        (_changed(IMAGEMAP, baseSize={"width": 1000, "height": 1}), "from 1,040 to 1,040"),
        (_changed(IMAGEMAP, actions=[]), "needs at least 1"),
        (_changed(IMAGEMAP, actions=[{"type": "message", "text": "x", "area": AREA}] * 51), "at most 50"),
        (_changed(IMAGEMAP, actions=[{"type": "message", "text": "x" * 401, "area": AREA}]), "at most 400"),
        (_changed(IMAGEMAP, actions=[{"type": "message", "text": "x"}]), "The area of an action is missing"),
        (_changed(IMAGEMAP, actions=[{"type": "clipboard", "clipboardText": "x" * 1001, "area": AREA}]), "1,000"),
        ({"type": "template", "altText": "x"}, "The template is missing"),
        ({"type": "template", "altText": "x", "template": {"type": "list"}}, "must have one of these types"),
        (
            {"type": "template", "altText": "x", "template": {"type": "confirm", "text": "x", "actions": [POSTBACK]}},
            "needs at least 2",
        ),
        (
            {
                "type": "template",
                "altText": "x",
                "template": {"type": "confirm", "text": "x" * 241, "actions": [POSTBACK] * 2},
            },
            "at most 240",
        ),
        (
            {
                "type": "template",
                "altText": "x",
                "template": {
                    "type": "image_carousel",
                    "columns": [{"imageUrl": "https://h.test/a", "action": {**POSTBACK, "label": "x" * 13}}],
                },
            },
            "at most 12",
        ),
        (
            {
                "type": "video",
                "originalContentUrl": "https://h.test/v",
                "previewImageUrl": "https://h.test/p",
                "trackingId": "é",
            },
            "characters that LINE does not allow",
        ),
        ({"type": "audio", "originalContentUrl": "https://h.test/a", "duration": 1.5}, "must be a number"),
        ({"type": "audio", "originalContentUrl": "https://h.test/a", "duration": True}, "must be a number"),
        ({"type": "location", "title": "t", "address": "a", "latitude": 10**400, "longitude": 1}, "must be a number"),
        (
            {
                "type": "image",
                "originalContentUrl": "https://h.test/a",
                "previewImageUrl": "https://h.test/a",
                "quoteToken": "q",
            },
            "quote only with",
        ),
        ({"type": "text", "text": "x", "sender": {"iconUrl": "https://h.test/ชา.png"}}, "percent-encoded"),
        ({"type": "text", "text": "x", "more": "x" * 2_000_000}, "bytes; LINE allows at most 2,000,000"),
    ],
)
def test_a_native_object_is_refused(native: dict[str, Any], sentence: str) -> None:
    assert sentence in _refusal(_native(native))


def test_a_tracking_id_is_refused_in_groups() -> None:
    native = {
        "type": "video",
        "originalContentUrl": "https://h.test/v",
        "previewImageUrl": "https://h.test/p",
        "trackingId": "t",
    }
    assert "cannot track a video in a group" in _refusal(_native(native), IN_GROUP)


# What LINE has no object for


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (OutboundKind.LIST, "use quick replies"),
        (OutboundKind.TEMPLATE, "send the text as it is"),
        (OutboundKind.CONTACT, "write the name and number as text"),
        (OutboundKind.REACTION, "cannot react"),
        (OutboundKind.COMMENT_REPLY, "no comments"),
        (OutboundKind.PRIVATE_REPLY, "no comments"),
    ],
)
def test_a_kind_that_line_does_not_have_is_refused_with_what_to_do_instead(kind: OutboundKind, sentence: str) -> None:
    assert sentence in _refusal(_message(kind, text="x"))
