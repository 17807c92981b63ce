"""Instagram: what each message becomes, and every limit with the sentence that its author reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hubbub.connectors.instagram.connector import InstagramConnector
from hubbub.connectors.instagram.render import NOT_HERE, RENDERERS, TAKES
from hubbub.connectors.messages import (
    ApiRequest,
    Button,
    ButtonType,
    Card,
    Media,
    OutboundKind,
    SendContext,
    TemplateUse,
)
from hubbub.kit.errors import Unsendable
from hubbub.kit.signing import appsecret_proof
from sandbox.graph.messenger.content import INSTAGRAM_MESSAGE
from sandbox.shapes import check
from tests.connectors.instagram_values import ACCOUNT, PAGE, PERSON, access, context, message

INSTAGRAM = InstagramConnector()
BY_PAGE = context()
BY_LOGIN = context("instagram_login")
MB = 1024 * 1024
PNG = Media(type="image", url="https://hub.test/a.png", mime_type="image/png")
PDF = Media(type="file", url="https://hub.test/a.pdf", mime_type="application/pdf")
LINK = Button(type=ButtonType.URL, title="Shop", url="https://shop.test/")
BUY = Button(type=ButtonType.POSTBACK, title="Buy", payload="BUY")


def _request(kind: OutboundKind, to: SendContext = BY_PAGE, **content: Any) -> ApiRequest:
    return INSTAGRAM.render(message(kind, **content), to)


def _body(kind: OutboundKind, to: SendContext = BY_PAGE, **content: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(_request(kind, to, **content).body or b"")
    return body


def _sent(kind: OutboundKind, **content: Any) -> dict[str, Any]:
    """The `message`, of which the sandbox's own reading of the documentation finds nothing wrong."""
    shown: dict[str, Any] = _body(kind, **content)["message"]
    assert check(INSTAGRAM_MESSAGE, shown) == []
    return shown


def _refusal(kind: OutboundKind, **content: Any) -> str:
    with pytest.raises(Unsendable) as caught:
        _request(kind, **content)
    assert caught.value.sentence.endswith(".")
    return caught.value.sentence


# Where it goes


def test_through_a_page_it_goes_to_the_pages_messages() -> None:
    request = _request(OutboundKind.TEXT, text="hello")
    proof = appsecret_proof("SECRET-TOKEN", "SECRET-APP")
    assert request.method == "POST"
    assert request.url == f"https://graph.facebook.com/v26.0/{PAGE}/messages?appsecret_proof={proof}"
    assert request.endpoint == "/{page-id}/messages"
    assert request.headers["Authorization"] == "Bearer SECRET-TOKEN"
    assert not request.is_repeatable


def test_with_instagram_login_it_goes_to_the_accounts_messages() -> None:
    request = _request(OutboundKind.TEXT, BY_LOGIN, text="hello")
    assert request.url.startswith(f"https://graph.instagram.com/v26.0/{ACCOUNT}/messages?")
    assert request.endpoint == "/{ig-id}/messages"


def test_the_page_may_also_stand_beside_the_account_or_be_the_tokens_own() -> None:
    unnamed = access(page_id="")
    beside = SendContext(
        access=type(unnamed)(
            external_id=ACCOUNT,
            parent_external_id="77",
            credentials=unnamed.credentials,
            base_url="https://sandbox.test/graph/",
            api_version="v26.0",
        ),
        recipient_external_id=PERSON,
    )
    assert _request(OutboundKind.TEXT, beside, text="x").url.startswith("https://sandbox.test/graph/v26.0/77/messages?")
    alone = SendContext(access=unnamed, recipient_external_id=PERSON)
    assert "/v26.0/me/messages?" in _request(OutboundKind.TEXT, alone, text="x").url


@pytest.mark.parametrize("to", [BY_PAGE, BY_LOGIN], ids=["page", "login"])
def test_a_text_is_a_response_to_the_person(to: SendContext) -> None:
    assert _body(OutboundKind.TEXT, to, text="hello") == {
        "recipient": {"id": PERSON},
        "messaging_type": "RESPONSE",
        "message": {"text": "hello"},
    }


def test_a_person_may_answer_for_seven_days_by_the_human_agent_tag() -> None:
    body = _body(OutboundKind.TEXT, text="hello", tag="human_agent")
    assert (body["messaging_type"], body["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


@pytest.mark.parametrize("tag", ["customer_feedback", "utility", "account_update"])
def test_other_tags_are_refused(tag: str) -> None:
    assert "only the human-agent tag" in _refusal(OutboundKind.TEXT, text="hello", tag=tag)


def test_an_answer_quotes_a_message_beside_the_message_itself() -> None:
    body = _body(OutboundKind.TEXT, text="that one", reply_to_external_id="aWdf1")
    assert body["reply_to"] == {"mid": "aWdf1"}
    assert body["message"] == {"text": "that one"}


def test_nobody_to_write_to_is_refused() -> None:
    with pytest.raises(Unsendable, match="no Instagram id"):
        INSTAGRAM.render(message(OutboundKind.TEXT, text="hello"), context(recipient_external_id=""))


# Texts: 1000 bytes


@pytest.mark.parametrize("text", ["a" * 1000, "ก" * 333, "é" * 500, "🙏" * 250], ids=["ASCII", "Thai", "é", "emoji"])
def test_a_text_of_a_thousand_bytes_is_sent_as_it_is(text: str) -> None:
    assert _sent(OutboundKind.TEXT, text=text) == {"text": text}


@pytest.mark.parametrize(
    ("text", "size"),
    [("a" * 1001, "1,001"), ("ก" * 334, "1,002"), ("é" * 501, "1,002"), ("🙏" * 251, "1,004")],
    ids=["ASCII", "Thai", "é", "emoji"],
)
def test_a_longer_text_is_refused_with_its_length_in_bytes(text: str, size: str) -> None:
    sentence = _refusal(OutboundKind.TEXT, text=text)
    assert f"{size} bytes" in sentence
    assert "at most 1,000" in sentence


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_an_empty_text_is_refused(text: str | None) -> None:
    assert "empty" in _refusal(OutboundKind.TEXT, text=text)


# Quick replies and buttons


def test_quick_replies_stand_under_the_text() -> None:
    replies = (
        Button(type=ButtonType.POSTBACK, title="Red", payload="R"),
        Button(type=ButtonType.MESSAGE, title="Blue"),
        Button(type=ButtonType.SHARE_PHONE),
        Button(type=ButtonType.SHARE_EMAIL),
    )
    assert _sent(OutboundKind.TEXT, text="Which?", quick_replies=replies)["quick_replies"] == [
        {"content_type": "text", "title": "Red", "payload": "R"},
        {"content_type": "text", "title": "Blue", "payload": "Blue"},
        {"content_type": "user_phone_number"},
        {"content_type": "user_email"},
    ]


def _replies(count: int, title: str = "x", **more: Any) -> tuple[Button, ...]:
    return tuple(Button(type=ButtonType.POSTBACK, title=title, payload="p", **more) for _ in range(count))


def test_buttons_under_a_text_are_a_button_template() -> None:
    assert _sent(OutboundKind.TEXT, text="What next?", buttons=(BUY, LINK)) == {
        "attachment": {
            "type": "template",
            "payload": {
                "template_type": "button",
                "text": "What next?",
                "buttons": [
                    {"type": "postback", "title": "Buy", "payload": "BUY"},
                    {"type": "web_url", "title": "Shop", "url": "https://shop.test/"},
                ],
            },
        }
    }


CARD = Card(title="Bag", subtitle="990 THB", image_url="https://hub.test/a.png", default_url="https://shop.test/1")


def test_cards_are_a_generic_template() -> None:
    cards = (Card(title="Bag", buttons=(BUY,)), CARD)
    assert _sent(OutboundKind.CARDS, cards=cards)["attachment"]["payload"] == {
        "template_type": "generic",
        "elements": [
            {"title": "Bag", "buttons": [{"type": "postback", "title": "Buy", "payload": "BUY"}]},
            {
                "title": "Bag",
                "subtitle": "990 THB",
                "image_url": "https://hub.test/a.png",
                "default_action": {"type": "web_url", "url": "https://shop.test/1"},
            },
        ],
    }


AT_THE_LIMIT: dict[str, tuple[OutboundKind, dict[str, Any]]] = {
    "13 quick replies": (OutboundKind.TEXT, {"text": "x", "quick_replies": _replies(13, "y" * 20)}),
    "quick replies under a picture": (OutboundKind.MEDIA, {"media": (PNG,), "quick_replies": _replies(1)}),
    "a button template": (OutboundKind.TEXT, {"text": "x" * 640, "buttons": _replies(3, "y" * 20)}),
    "a payload of 1000": (
        OutboundKind.TEXT,
        {"text": "x", "buttons": (Button(type=ButtonType.POSTBACK, title="y", payload="p" * 1000),)},
    ),
    "ten cards": (
        OutboundKind.CARDS,
        {"cards": (Card(title="t" * 80, subtitle="s" * 80, buttons=_replies(3)),) * 10},
    ),
    "ten pictures": (OutboundKind.MEDIA, {"media": (PNG,) * 10}),
    "a picture of 8 MB": (OutboundKind.MEDIA, {"media": (Media(type="image", url=PNG.url, size_bytes=8 * MB),)}),
    "a video of 25 MB": (OutboundKind.MEDIA, {"media": (Media(type="video", url=PNG.url, size_bytes=25 * MB),)}),
}


@pytest.mark.parametrize("case", AT_THE_LIMIT)
def test_what_is_just_within_the_limits_goes_out(case: str) -> None:
    kind, content = AT_THE_LIMIT[case]
    assert _sent(kind, **content)


BEYOND: dict[str, tuple[OutboundKind, dict[str, Any], str]] = {
    "14 quick replies": (OutboundKind.TEXT, {"text": "x", "quick_replies": _replies(14)}, "at most 13"),
    "a quick reply's title": (
        OutboundKind.TEXT,
        {"text": "x", "quick_replies": _replies(1, "y" * 21)},
        "21 characters",
    ),
    "a quick reply's payload": (
        OutboundKind.TEXT,
        {"text": "x", "quick_replies": (Button(type=ButtonType.POSTBACK, title="y", payload="p" * 1001),)},
        "1,001 characters",
    ),
    "a picture on a quick reply": (
        OutboundKind.TEXT,
        {"text": "x", "quick_replies": _replies(1, image_url="https://hub.test/i.png")},
        "no picture",
    ),
    "a location quick reply": (
        OutboundKind.TEXT,
        {"text": "x", "quick_replies": (Button(type=ButtonType.SHARE_LOCATION),)},
        "do not exist",
    ),
    "four buttons": (OutboundKind.TEXT, {"text": "x", "buttons": _replies(4)}, "at most 3"),
    "a button's title": (OutboundKind.TEXT, {"text": "x", "buttons": _replies(1, "y" * 21)}, "21 characters"),
    "a phone button": (
        OutboundKind.TEXT,
        {"text": "x", "buttons": (Button(type=ButtonType.PHONE, title="Call", payload="+6621234567"),)},
        "do not exist",
    ),
    "a login button": (
        OutboundKind.TEXT,
        {"text": "x", "buttons": (Button(type=ButtonType.LOGIN, url="https://shop.test"),)},
        "do not exist",
    ),
    "a button without a link": (
        OutboundKind.TEXT,
        {"text": "x", "buttons": (Button(type=ButtonType.URL, title="Shop"),)},
        "no web address",
    ),
    "a button with another link": (
        OutboundKind.TEXT,
        {"text": "x", "buttons": (Button(type=ButtonType.URL, title="Shop", url="javascript:alert(1)"),)},
        "https://",
    ),
    "the text above buttons": (OutboundKind.TEXT, {"text": "x" * 641, "buttons": _replies(1)}, "641 characters"),
    "no text above buttons": (OutboundKind.TEXT, {"buttons": _replies(1)}, "empty"),
    "no cards": (OutboundKind.CARDS, {}, "no card"),
    "eleven cards": (OutboundKind.CARDS, {"cards": (CARD,) * 11}, "at most 10"),
    "a card's title": (OutboundKind.CARDS, {"cards": (Card(title="t" * 81, subtitle="s"),)}, "81 characters"),
    "a card's text": (OutboundKind.CARDS, {"cards": (Card(title="t", subtitle="s" * 81),)}, "81 characters"),
    "a card's buttons": (OutboundKind.CARDS, {"cards": (Card(title="t", buttons=_replies(4)),)}, "at most 3"),
    "a card with a title alone": (OutboundKind.CARDS, {"cards": (Card(title="t"),)}, "only a title"),
    "a text beside cards": (OutboundKind.CARDS, {"cards": (CARD,), "text": "look"}, "message of its own"),
    "no file": (OutboundKind.MEDIA, {}, "no file"),
    "a text beside a file": (OutboundKind.MEDIA, {"media": (PNG,), "text": "look"}, "message of its own"),
    "buttons under a file": (OutboundKind.MEDIA, {"media": (PNG,), "buttons": (BUY,)}, "buttons"),
    "eleven pictures": (OutboundKind.MEDIA, {"media": (PNG,) * 11}, "at most 10"),
    "a picture and a PDF": (OutboundKind.MEDIA, {"media": (PNG, PDF)}, "only pictures together"),
    "a large picture": (
        OutboundKind.MEDIA,
        {"media": (Media(type="image", url=PNG.url, size_bytes=8 * MB + 1),)},
        "at most 8 MB",
    ),
    "a large PDF": (
        OutboundKind.MEDIA,
        {"media": (Media(type="file", url=PDF.url, size_bytes=26 * MB),)},
        "26.0 MB; Instagram takes at most 25 MB",
    ),
    "a WebP picture": (
        OutboundKind.MEDIA,
        {"media": (Media(type="image", url=PNG.url, mime_type="image/webp"),)},
        "PNG, JPEG and GIF",
    ),
    "a Word file": (
        OutboundKind.MEDIA,
        {"media": (Media(type="file", url=PDF.url, mime_type="application/msword"),)},
        "PDF files only",
    ),
    "an MP3": (
        OutboundKind.MEDIA,
        {"media": (Media(type="audio", url=PDF.url, mime_type="audio/mpeg"),)},
        "AAC, M4A, WAV and MP4",
    ),
    "an MKV": (
        OutboundKind.MEDIA,
        {"media": (Media(type="video", url=PDF.url, mime_type="video/x-matroska"),)},
        "MP4, Ogg, AVI, MOV and WebM",
    ),
    "a sticker as a file": (OutboundKind.MEDIA, {"media": (Media(type="sticker", url=PNG.url),)}, "type sticker"),
    "a file from nowhere": (OutboundKind.MEDIA, {"media": (Media(type="image"),)}, "no web address"),
    "a file by FTP": (OutboundKind.MEDIA, {"media": (Media(type="image", url="ftp://a.test/b"),)}, "https://"),
    "a post of nobody": (OutboundKind.MEDIA, {"media": (Media(type="post"),)}, "no post"),
    "a sticker but the heart": (OutboundKind.STICKER, {"sticker": {"sticker_id": "767226160478561"}}, "heart"),
    "a persona": (OutboundKind.TEXT, {"text": "x", "persona_id": "1"}, "persona"),
    "a silent message": (OutboundKind.TEXT, {"text": "x", "is_silent": True}, "silently"),
    "a header": (OutboundKind.TEXT, {"text": "x", "header": "y"}, "header"),
    "a footer": (OutboundKind.TEXT, {"text": "x", "footer": "y"}, "footer"),
    "a reaction to nothing": (OutboundKind.REACTION, {"reaction_emoji": "❤️"}, "no message"),
    "a reaction without an emoji": (OutboundKind.REACTION, {"reaction_to_external_id": "m"}, "no emoji"),
    "an answer to no comment": (OutboundKind.COMMENT_REPLY, {"text": "x"}, "which comment"),
    "an empty answer to a comment": (OutboundKind.COMMENT_REPLY, {"comment_external_id": "c"}, "empty"),
    "a picture under a comment": (
        OutboundKind.COMMENT_REPLY,
        {"comment_external_id": "c", "text": "x", "media": (PNG,)},
        "files",
    ),
    "a private answer to no comment": (OutboundKind.PRIVATE_REPLY, {"text": "x"}, "which comment"),
    "a long private answer": (
        OutboundKind.PRIVATE_REPLY,
        {"comment_external_id": "c", "text": "ก" * 334},
        "1,002 bytes",
    ),
    "a private picture": (OutboundKind.PRIVATE_REPLY, {"comment_external_id": "c", "media": (PNG,)}, "files"),
    "a private quick reply": (
        OutboundKind.PRIVATE_REPLY,
        {"comment_external_id": "c", "text": "x", "quick_replies": _replies(1)},
        "quick replies",
    ),
    "a location": (OutboundKind.LOCATION, {"latitude": 13.7, "longitude": 100.5}, "link to a map"),
    "a contact": (OutboundKind.CONTACT, {"contacts": ({"name": "Mali"},)}, "contact card"),
    "a list": (OutboundKind.LIST, {"text": "x"}, "quick replies"),
    "a template": (OutboundKind.TEMPLATE, {"template": TemplateUse(name="a", language="en")}, "no approved templates"),
    "a flex message": (OutboundKind.FLEX, {}, "only on LINE"),
}


@pytest.mark.parametrize("case", BEYOND)
def test_what_instagram_cannot_express_is_refused_in_a_sentence(case: str) -> None:
    kind, content, words = BEYOND[case]
    assert words in _refusal(kind, **content)


# Files


@pytest.mark.parametrize("kind", ["image", "audio", "video", "file"])
def test_a_file_goes_by_its_address(kind: str) -> None:
    media = (Media(type=kind, url="https://hub.test/a"),)
    assert _sent(OutboundKind.MEDIA, media=media) == {
        "attachment": {"type": kind, "payload": {"url": "https://hub.test/a"}}
    }


def test_an_uploaded_picture_goes_by_its_id() -> None:
    media = (Media(type="image", handle="1857"),)
    assert _sent(OutboundKind.MEDIA, media=media) == {
        "attachment": {"type": "image", "payload": {"attachment_id": "1857"}}
    }


@pytest.mark.parametrize("kind", ["audio", "video", "file"])
def test_another_uploaded_file_goes_as_a_shared_medium(kind: str) -> None:
    media = (Media(type=kind, handle="1857"),)
    assert _sent(OutboundKind.MEDIA, media=media) == {
        "attachment": {"type": "MEDIA_SHARE", "payload": {"attachment_id": "1857"}}
    }


def test_several_pictures_go_together() -> None:
    media = (PNG, Media(type="image", handle="1857"))
    assert _sent(OutboundKind.MEDIA, media=media) == {
        "attachments": [
            {"type": "image", "payload": {"url": "https://hub.test/a.png"}},
            {"type": "image", "payload": {"attachment_id": "1857"}},
        ]
    }


def test_a_post_of_our_own_can_be_shared() -> None:
    media = (Media(type="post", handle="17900000000000007"),)
    assert _sent(OutboundKind.MEDIA, media=media) == {
        "attachment": {"type": "MEDIA_SHARE", "payload": {"id": "17900000000000007"}}
    }


@pytest.mark.parametrize(("kind", "lane"), [("image", ""), ("file", ""), ("audio", "media"), ("video", "media")])
def test_recordings_and_videos_count_against_the_smaller_limit(kind: str, lane: str) -> None:
    assert _request(OutboundKind.MEDIA, media=(Media(type=kind, url="https://hub.test/a"),)).lane_hint == lane


@pytest.mark.parametrize("sticker", [{}, {"sticker_id": "like_heart"}, {"type": "like_heart"}])
def test_the_heart_is_the_sticker(sticker: dict[str, Any]) -> None:
    assert _sent(OutboundKind.STICKER, sticker=sticker) == {"attachment": {"type": "like_heart"}}


# Reactions and comments


@pytest.mark.parametrize(
    ("emoji", "name"), [("❤️", "love"), ("❤", "love"), ("♥️", "love"), ("😀", "😀"), ("🙏🏽", "🙏🏽")]
)
def test_a_reaction_names_the_message(emoji: str, name: str) -> None:
    assert _body(OutboundKind.REACTION, reaction_to_external_id="aWdf1", reaction_emoji=emoji) == {
        "recipient": {"id": PERSON},
        "sender_action": "react",
        "payload": {"message_id": "aWdf1", "reaction": name},
    }


def test_a_reaction_is_taken_back_without_naming_it() -> None:
    body = _body(OutboundKind.REACTION, reaction_to_external_id="aWdf1", reaction_emoji="")
    assert (body["sender_action"], body["payload"]) == ("unreact", {"message_id": "aWdf1"})


def test_a_reaction_may_be_repeated() -> None:
    assert _request(OutboundKind.REACTION, reaction_to_external_id="aWdf1", reaction_emoji="❤️").is_repeatable


@pytest.mark.parametrize("to", [BY_PAGE, BY_LOGIN], ids=["page", "login"])
def test_a_comment_is_answered_in_public_under_it(to: SendContext) -> None:
    request = _request(OutboundKind.COMMENT_REPLY, to, comment_external_id="1795", text="990 THB")
    assert request.url.partition("?")[0] == f"{to.access.base_url}/v26.0/1795/replies"
    assert request.endpoint == "/{comment-id}/replies"
    assert json.loads(request.body or b"") == {"message": "990 THB"}
    assert not request.is_repeatable


def test_the_top_comment_of_the_thread_is_answered_when_none_is_named() -> None:
    to = context(thread_type="public", thread_key="17900:1795")
    assert "/v26.0/1795/replies" in _request(OutboundKind.COMMENT_REPLY, to, text="990 THB").url


@pytest.mark.parametrize("to", [BY_PAGE, BY_LOGIN], ids=["page", "login"])
def test_a_comment_is_answered_privately_by_its_id(to: SendContext) -> None:
    request = _request(OutboundKind.PRIVATE_REPLY, to, comment_external_id="1795", text="Hello")
    assert json.loads(request.body or b"") == {"recipient": {"comment_id": "1795"}, "message": {"text": "Hello"}}
    assert request.url.partition("?")[0].endswith("/messages")


# Instagram's own shape

NATIVE: dict[str, dict[str, Any]] = {
    "a text": {"text": "hello"},
    "a product": {
        "attachment": {"type": "template", "payload": {"template_type": "product", "elements": [{"id": "1"}] * 10}}
    },
    "a heart": {"attachment": {"type": "like_heart"}},
    "pictures": {"attachments": [{"type": "image", "payload": {"url": "https://hub.test/a.png"}}] * 10},
}
NATIVE_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "exactly one of"),
    "two things": ({"text": "a", "attachment": {"type": "like_heart"}}, "exactly one of"),
    "a long text": ({"text": "ก" * 334}, "1,002 bytes"),
    "a text that is none": ({"text": 5}, "must be a text"),
    "an unknown key": ({"text": "a", "persona": "b"}, "unknown key"),
    "a receipt": (
        {"attachment": {"type": "template", "payload": {"template_type": "receipt"}}},
        "generic, button, product",
    ),
    "a phone button": (
        {
            "attachment": {
                "type": "template",
                "payload": {
                    "template_type": "button",
                    "text": "a",
                    "buttons": [{"type": "phone_number", "title": "b", "payload": "+66"}],
                },
            }
        },
        "web_url, postback",
    ),
    "eleven products": (
        {"attachment": {"type": "template", "payload": {"template_type": "product", "elements": [{"id": "1"}] * 11}}},
        "11 entries",
    ),
    "a card with a title alone": (
        {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": [{"title": "a"}]}}},
        "only a title",
    ),
    "a sticker": ({"attachment": {"type": "sticker"}}, "must be one of"),
    "too much": ({"text": "a", "metadata": "b" * 300_000}, "bytes as JSON"),
}


@pytest.mark.parametrize("case", NATIVE)
def test_a_native_message_passes_as_it_is(case: str) -> None:
    assert _sent(OutboundKind.NATIVE, native=NATIVE[case]) == NATIVE[case]


@pytest.mark.parametrize("case", NATIVE_REFUSED)
def test_a_native_message_is_held_to_the_documented_rules(case: str) -> None:
    native, words = NATIVE_REFUSED[case]
    assert words in _refusal(OutboundKind.NATIVE, native=native)


def test_a_native_message_and_a_heart_may_have_a_text_for_our_own_screen() -> None:
    assert _sent(OutboundKind.NATIVE, native={"text": "hello"}, text="hello") == {"text": "hello"}
    assert _sent(OutboundKind.STICKER, text="❤️") == {"attachment": {"type": "like_heart"}}


def test_our_message_id_does_not_travel() -> None:
    """Instagram documents no metadata on echoes."""
    assert message(OutboundKind.TEXT).message_id.encode() not in (_request(OutboundKind.TEXT, text="x").body or b"")


def test_every_kind_has_a_renderer_or_a_sentence() -> None:
    assert RENDERERS.keys() | NOT_HERE.keys() == set(OutboundKind)
    assert not RENDERERS.keys() & NOT_HERE.keys()
    assert TAKES.keys() == RENDERERS.keys()
