"""What Messenger's calls look like, and what is refused before any call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hubbub.connectors.messages import Button, ButtonType, Card, Media, OutboundKind, TemplateUse
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.kit.errors import Unsendable
from hubbub.kit.signing import appsecret_proof
from tests.connectors.messenger import COMMENT, CONTEXT, OUR_ID, PAGE, PSID, message, rendered, template

CONNECTOR = MessengerConnector()
K = OutboundKind
JPG = "https://example.com/a.jpg"


def button(title: str = "Buy", payload: str | None = "BUY") -> Button:
    return Button(type=ButtonType.POSTBACK, title=title, payload=payload)


def picture(**more: Any) -> Media:
    return Media(**{"type": "image", "url": JPG, **more})


BUY = {"type": "postback", "title": "Buy", "payload": "BUY"}


# --- The call ---------------------------------------------------------------------------------------------------------


def test_a_text_goes_to_the_page_with_our_id_as_metadata() -> None:
    assert rendered(text="Hello") == {
        "recipient": {"id": PSID},
        "messaging_type": "RESPONSE",
        "message": {"text": "Hello", "metadata": OUR_ID},
    }


def test_the_call_carries_token_proof_and_version() -> None:
    request = CONNECTOR.render(message(text="Hello"), CONTEXT)
    url = urlsplit(request.url)
    assert request.method == "POST"
    assert url.path == f"/v26.0/{PAGE}/messages"
    assert parse_qs(url.query) == {"appsecret_proof": [appsecret_proof("SECRET-TOKEN", "SECRET-APP")]}
    assert request.headers == {"Authorization": "Bearer SECRET-TOKEN", "Content-Type": "application/json"}
    assert (request.purpose, request.endpoint, request.is_repeatable) == ("send", "/{page-id}/messages", False)


def test_the_base_url_may_have_a_path() -> None:
    access = replace(CONTEXT.access, base_url="http://127.0.0.1:9000/graph/")
    request = CONNECTOR.render(message(text="Hello"), replace(CONTEXT, access=access))
    assert request.url.startswith(f"http://127.0.0.1:9000/graph/v26.0/{PAGE}/messages?")


def test_a_plugins_person_is_addressed_by_user_ref() -> None:
    context = replace(CONTEXT, recipient_external_id="user_ref:cart-99")
    assert rendered(context=context, text="Hello")["recipient"] == {"user_ref": "cart-99"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"reply_to_external_id": "m_1"}, {"reply_to": {"mid": "m_1"}}),
        ({"persona_id": "77"}, {"persona_id": "77"}),
        ({"is_silent": True}, {"notification_type": "SILENT_PUSH"}),
        ({"tag": "human_agent"}, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
        ({"tag": "HUMAN_AGENT"}, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
    ],
)
def test_an_option_stands_beside_the_message(content: dict[str, Any], expected: dict[str, Any]) -> None:
    plain = rendered(text="Hello")
    assert rendered(text="Hello", **content) == plain | expected


# --- Content ----------------------------------------------------------------------------------------------------------

CONTENTS: list[tuple[str, OutboundKind, dict[str, Any], dict[str, Any]]] = [
    ("a text of 2,000 characters", K.TEXT, {"text": "ก" * 2000}, {"text": "ก" * 2000}),
    (
        "a text with buttons",
        K.TEXT,
        {"text": "Buy?", "buttons": (button(),)},
        template(template_type="button", text="Buy?", buttons=[BUY]),
    ),
    (
        "a text with quick replies",
        K.TEXT,
        {
            "text": "Which?",
            "quick_replies": (
                button("Red", "RED"),
                Button(type=ButtonType.MESSAGE, title="Blue"),
                Button(type=ButtonType.POSTBACK, title="Green", image_url="https://example.com/g.png"),
                Button(type=ButtonType.SHARE_PHONE),
                Button(type=ButtonType.SHARE_EMAIL),
            ),
        },
        {
            "text": "Which?",
            "quick_replies": [
                {"content_type": "text", "title": "Red", "payload": "RED"},
                {"content_type": "text", "title": "Blue", "payload": "Blue"},
                {"content_type": "text", "title": "Green", "payload": "", "image_url": "https://example.com/g.png"},
                {"content_type": "user_phone_number"},
                {"content_type": "user_email"},
            ],
        },
    ),
    *(
        (
            f"a {kind} by its link",
            K.MEDIA,
            {"media": (Media(type=kind, url="https://example.com/x"),)},
            {"attachment": {"type": kind, "payload": {"url": "https://example.com/x"}}},
        )
        for kind in ("image", "video", "audio", "file")
    ),
    (
        "a file by its handle",
        K.MEDIA,
        {"media": (Media(type="file", handle="1857777774821032", url="https://example.com/x"),)},
        {"attachment": {"type": "file", "payload": {"attachment_id": "1857777774821032"}}},
    ),
    (
        "a stack of pictures",
        K.MEDIA,
        {"media": (picture(), picture(handle="9"))},
        {
            "attachments": [
                {"type": "image", "payload": {"url": JPG}},
                {"type": "image", "payload": {"attachment_id": "9"}},
            ]
        },
    ),
    (
        "a picture with buttons",
        K.MEDIA,
        {"media": (picture(handle="9"),), "buttons": (button(),)},
        template(template_type="media", elements=[{"media_type": "image", "attachment_id": "9", "buttons": [BUY]}]),
    ),
    (
        "a video of Facebook with buttons",
        K.MEDIA,
        {"media": (Media(type="video", url="https://www.facebook.com/shop/videos/1/"),), "buttons": (button(),)},
        template(
            template_type="media",
            elements=[
                {"media_type": "video", "url": "https://www.facebook.com/shop/videos/1/", "buttons": [BUY]},
            ],
        ),
    ),
    (
        "cards",
        K.CARDS,
        {
            "cards": (
                Card(
                    title="Shirt",
                    subtitle="390 baht",
                    image_url=JPG,
                    default_url="https://example.com/",
                    buttons=(
                        button(),
                        Button(type=ButtonType.URL, title="Look", url="https://example.com/1"),
                        Button(type=ButtonType.PHONE, title="Call", payload="+6620000000"),
                    ),
                ),
                Card(title="Hat", subtitle="90 baht"),
            )
        },
        template(
            template_type="generic",
            elements=[
                {
                    "title": "Shirt",
                    "subtitle": "390 baht",
                    "image_url": JPG,
                    "default_action": {"type": "web_url", "url": "https://example.com/"},
                    "buttons": [
                        BUY,
                        {"type": "web_url", "title": "Look", "url": "https://example.com/1"},
                        {"type": "phone_number", "title": "Call", "payload": "+6620000000"},
                    ],
                },
                {"title": "Hat", "subtitle": "90 baht"},
            ],
        ),
    ),
    (
        "buttons to log in and out, and one in Messenger's own shape",
        K.TEXT,
        {
            "text": "Your account",
            "buttons": (
                Button(type=ButtonType.LOGIN, url="https://example.com/login"),
                Button(type=ButtonType.LOGOUT),
                Button(
                    type=ButtonType.NATIVE,
                    native={
                        "type": "web_url",
                        "title": "Open",
                        "url": "https://example.com",
                        "webview_height_ratio": "tall",
                    },
                ),
            ),
        },
        template(
            template_type="button",
            text="Your account",
            buttons=[
                {"type": "account_link", "url": "https://example.com/login"},
                {"type": "account_unlink"},
                {"type": "web_url", "title": "Open", "url": "https://example.com", "webview_height_ratio": "tall"},
            ],
        ),
    ),
    ("a sticker", K.STICKER, {"sticker": {"sticker_id": "767226160478561"}}, {"sticker_id": 767226160478561}),
    ("a message in Messenger's own shape", K.NATIVE, {"native": {"text": "Hello"}}, {"text": "Hello"}),
]


@pytest.mark.parametrize(("kind", "content", "expected"), [case[1:] for case in CONTENTS], ids=[c[0] for c in CONTENTS])
def test_content_takes_the_documented_shape(
    kind: OutboundKind, content: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert rendered(kind, **content)["message"] == {**expected, "metadata": OUR_ID}


def test_a_utility_template_goes_out_as_utility() -> None:
    components: tuple[Any, ...] = (
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "order_id", "text": "566701"}]},
        {"type": "buttons", "parameters": [{"type": "URL", "url": "1234"}]},
    )
    use = TemplateUse(name="order_update", language="en", components=components)
    assert rendered(K.TEMPLATE, template=use, text="Your order 566701 …") == {
        "recipient": {"id": PSID},
        "messaging_type": "UTILITY",
        "message": {
            "template": {"name": "order_update", "language": {"code": "en"}, "components": list(components)},
            "metadata": OUR_ID,
        },
    }


def test_sound_and_video_count_against_the_slower_limit() -> None:
    lanes = {
        kind: CONNECTOR.render(message(K.MEDIA, media=(Media(type=kind, url=JPG),)), CONTEXT).lane_hint
        for kind in ("image", "file", "audio", "video")
    }
    assert lanes == {"image": "", "file": "", "audio": "media", "video": "media"}


# --- Reactions and comments -------------------------------------------------------------------------------------------


def test_a_reaction_is_a_sender_action_that_can_be_repeated() -> None:
    request = CONNECTOR.render(message(K.REACTION, reaction_to_external_id="m_1", reaction_emoji="😊"), CONTEXT)
    assert request.is_repeatable
    assert request.purpose == "action"
    assert rendered(K.REACTION, reaction_to_external_id="m_1", reaction_emoji="😊") == {
        "recipient": {"id": PSID},
        "sender_action": "react",
        "payload": {"message_id": "m_1", "reaction": "😊"},
    }


def test_an_empty_emoji_takes_the_reaction_back() -> None:
    assert rendered(K.REACTION, reaction_to_external_id="m_1", reaction_emoji="") == {
        "recipient": {"id": PSID},
        "sender_action": "unreact",
        "payload": {"message_id": "m_1"},
    }


def test_an_answer_to_a_comment_stands_below_it() -> None:
    request = CONNECTOR.render(message(K.COMMENT_REPLY, text="390 baht", comment_external_id=COMMENT), CONTEXT)
    assert urlsplit(request.url).path == f"/v26.0/{COMMENT}/comments"
    assert request.endpoint == "/{comment-id}/comments"
    assert rendered(K.COMMENT_REPLY, text="See", media=(picture(),), comment_external_id=COMMENT) == {
        "message": "See",
        "attachment_url": JPG,
    }


def test_without_a_comments_id_the_top_comment_of_the_thread_is_answered() -> None:
    context = replace(CONTEXT, thread_type="public", thread_key=f"{PAGE}_9001:{COMMENT}")
    request = CONNECTOR.render(message(K.COMMENT_REPLY, text="390 baht"), context)
    assert urlsplit(request.url).path == f"/v26.0/{COMMENT}/comments"


def test_a_private_reply_names_the_comment_and_may_hold_anything() -> None:
    reply = rendered(K.PRIVATE_REPLY, comment_external_id=COMMENT, text="Buy?", buttons=(button(),))
    assert reply["recipient"] == {"comment_id": COMMENT}
    assert reply["message"]["attachment"]["payload"]["template_type"] == "button"
    reply = rendered(K.PRIVATE_REPLY, comment_external_id=COMMENT, media=(picture(),))
    assert reply["message"]["attachment"]["type"] == "image"


def test_a_private_reply_to_a_visitors_post_names_the_post() -> None:
    reply = rendered(K.PRIVATE_REPLY, comment_external_id=f"{PAGE}_555", text="Thanks")
    assert reply["recipient"] == {"post_id": f"{PAGE}_555"}


# --- What is refused --------------------------------------------------------------------------------------------------

ON_COMMENT = {"comment_external_id": COMMENT}
LONG_CARD = Card(title="x" * 81, subtitle="y")

REFUSED: list[tuple[str, OutboundKind, dict[str, Any], str]] = [
    ("an empty text", K.TEXT, {"text": " "}, "is empty"),
    ("a text of 2,001 characters", K.TEXT, {"text": "x" * 2001}, "2,001 characters.*at most 2,000"),
    ("a text above buttons of 641", K.TEXT, {"text": "x" * 641, "buttons": (button(),)}, "641 characters.*640"),
    ("four buttons", K.TEXT, {"text": "x", "buttons": (button(),) * 4}, "4 buttons.*at most 3"),
    ("a button's title of 21", K.TEXT, {"text": "x", "buttons": (button("x" * 21),)}, "21 characters.*20"),
    ("a payload of 1,001", K.TEXT, {"text": "x", "buttons": (button("B", "x" * 1001),)}, "1,001.*1,000"),
    (
        "a button that leads nowhere",
        K.TEXT,
        {"text": "x", "buttons": (Button(type=ButtonType.URL, title="Go", url="javascript:alert(1)"),)},
        "does not begin with https",
    ),
    (
        "a phone number without a country",
        K.TEXT,
        {"text": "x", "buttons": (Button(type=ButtonType.PHONE, title="Call", payload="0812345678"),)},
        "international",
    ),
    (
        "a log-in without https",
        K.TEXT,
        {"text": "x", "buttons": (Button(type=ButtonType.LOGIN, url="http://example.com"),)},
        "https",
    ),
    (
        "a button for the location",
        K.TEXT,
        {"text": "x", "buttons": (Button(type=ButtonType.SHARE_LOCATION),)},
        "do not exist",
    ),
    (
        "an unknown button in Messenger's own shape",
        K.TEXT,
        {"text": "x", "buttons": (Button(type=ButtonType.NATIVE, native={"type": "element_share"}),)},
        "must be one of",
    ),
    ("14 quick replies", K.TEXT, {"text": "x", "quick_replies": (button(),) * 14}, "14 quick replies.*at most 13"),
    ("a quick reply's title of 21", K.TEXT, {"text": "x", "quick_replies": (button("x" * 21),)}, "21 characters"),
    (
        "a quick reply for the location",
        K.TEXT,
        {"text": "x", "quick_replies": (Button(type=ButtonType.SHARE_LOCATION),)},
        "since 2019",
    ),
    ("no file", K.MEDIA, {}, "no file"),
    ("a text beside a file", K.MEDIA, {"media": (picture(),), "text": "x"}, "one after the other"),
    ("a file without link and handle", K.MEDIA, {"media": (Media(type="image"),)}, "no web address"),
    ("a picture of 9 MB", K.MEDIA, {"media": (picture(size_bytes=9 * 1024 * 1024),)}, "9.0 MB.*at most 8 MB"),
    (
        "a video of 26 MB",
        K.MEDIA,
        {"media": (Media(type="video", url=JPG, size_bytes=26 * 1024 * 1024),)},
        "26.0 MB.*at most 25 MB",
    ),
    ("a hologram", K.MEDIA, {"media": (Media(type="hologram", url=JPG),)}, "no files of the type hologram"),
    ("eleven pictures", K.MEDIA, {"media": (picture(),) * 11}, "11 pictures.*at most 10"),
    ("a picture and a video", K.MEDIA, {"media": (picture(), Media(type="video", url=JPG))}, "all are pictures"),
    ("buttons under two pictures", K.MEDIA, {"media": (picture(),) * 2, "buttons": (button(),)}, "at most 1"),
    (
        "buttons under a sound",
        K.MEDIA,
        {"media": (Media(type="audio", url=JPG),), "buttons": (button(),)},
        "only under",
    ),
    ("buttons under a foreign link", K.MEDIA, {"media": (picture(),), "buttons": (button(),)}, "uploaded first"),
    (
        "buttons under a link that only looks like Facebook's",
        K.MEDIA,
        {"media": (picture(url="https://evilfacebook.com/a"),), "buttons": (button(),)},
        "uploaded first",
    ),
    ("no card", K.CARDS, {}, "no card"),
    ("eleven cards", K.CARDS, {"cards": (Card(title="x", subtitle="y"),) * 11}, "11 cards.*at most 10"),
    ("a card's title of 81", K.CARDS, {"cards": (LONG_CARD,)}, "81 characters.*80"),
    ("a card's text of 81", K.CARDS, {"cards": (Card(title="x", subtitle="y" * 81),)}, "81 characters.*80"),
    ("a card with nothing but a title", K.CARDS, {"cards": (Card(title="x"),)}, "only a title"),
    ("a card with four buttons", K.CARDS, {"cards": (Card(title="x", buttons=(button(),) * 4),)}, "4 buttons"),
    ("cards with a text", K.CARDS, {"cards": (Card(title="x", subtitle="y"),), "text": "z"}, "one after the other"),
    ("no template", K.TEMPLATE, {}, "no template"),
    ("a template without a name", K.TEMPLATE, {"template": TemplateUse(name="", language="en")}, "name"),
    (
        "a template with a strange component",
        K.TEMPLATE,
        {"template": TemplateUse(name="a", language="en", components=({"type": "carousel"},))},
        "must be one of",
    ),
    ("a sticker without a number", K.STICKER, {"sticker": {"packageId": "1"}}, "sticker_id"),
    ("a reaction to nothing", K.REACTION, {"reaction_emoji": "😊"}, "Choose one"),
    ("an answer to no comment", K.COMMENT_REPLY, {"text": "x"}, "which comment"),
    ("an empty comment", K.COMMENT_REPLY, {"comment_external_id": COMMENT}, "empty"),
    ("a comment of 8,001", K.COMMENT_REPLY, {"comment_external_id": COMMENT, "text": "x" * 8001}, "8,001.*8,000"),
    (
        "a video in a comment",
        K.COMMENT_REPLY,
        {"comment_external_id": COMMENT, "media": (Media(type="video", url=JPG),)},
        "cannot hold",
    ),
    ("a private reply to nothing", K.PRIVATE_REPLY, {"text": "x"}, "which comment"),
    (
        "a private reply with a text and a file",
        K.PRIVATE_REPLY,
        {**ON_COMMENT, "text": "x", "media": (picture(),)},
        "one after",
    ),
    ("a tag that is dead", K.TEXT, {"text": "x", "tag": "post_purchase_update"}, "removed.*27 April 2026"),
    ("a tag that is dead, in capitals", K.TEXT, {"text": "x", "tag": "ACCOUNT_UPDATE"}, "removed.*27 April 2026"),
    ("another dead tag", K.TEXT, {"text": "x", "tag": "confirmed_event_update"}, "removed.*27 April 2026"),
    ("a tag that never was", K.TEXT, {"text": "x", "tag": "hello"}, "no tag called 'hello'"),
    ("feedback's tag on a text", K.TEXT, {"text": "x", "tag": "customer_feedback"}, "only for the customer feedback"),
    ("utility's tag on a text", K.TEXT, {"text": "x", "tag": "utility"}, "approved utility template"),
    (
        "an agent's tag on a template",
        K.TEMPLATE,
        {"template": TemplateUse(name="a", language="en"), "tag": "human_agent"},
        "Correct the tag",
    ),
    ("a location", K.LOCATION, {"latitude": 1.0, "longitude": 2.0}, "no messages of the kind location"),
]


@pytest.mark.parametrize(("kind", "content", "sentence"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_it_is_refused_before_any_call(kind: OutboundKind, content: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Unsendable, match=sentence) as caught:
        CONNECTOR.render(message(kind, **content), CONTEXT)
    assert caught.value.sentence.endswith(".")


def test_nobody_is_written_to_without_an_id() -> None:
    with pytest.raises(Unsendable, match="Wait until they write"):
        CONNECTOR.render(message(text="x"), replace(CONTEXT, recipient_external_id=""))
