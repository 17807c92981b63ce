"""LINE's message objects with every limit, counted as LINE counts."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.counting import graphemes, utf16_units
from tests.sandbox.conftest import Player

Json = dict[str, Any]
TAP: Json = {"type": "postback", "label": "Buy", "data": "a=buy"}
URL = "https://shop.test/a.jpg"
IMAGE: Json = {"type": "image", "originalContentUrl": URL, "previewImageUrl": URL}


def text(value: str, **more: Any) -> Json:
    return {"type": "text", "text": value, **more}


def quick(count: int = 1, action: Json | None = None) -> Json:
    return text(
        "?", quickReply={"items": [{"type": "action", "action": action or {"type": "camera", "label": "c"}}] * count}
    )


def template(**keys: Any) -> Json:
    return {"type": "template", "altText": "Menu", "template": keys}


def buttons(count: int = 1, **more: Any) -> Json:
    return template(**{"type": "buttons", "text": "Pick", "actions": [TAP] * count, **more})


def action(**changes: Any) -> Json:
    return buttons(actions=[{**TAP, **changes}])


def carousel(*columns: Json) -> Json:
    return template(type="carousel", columns=list(columns))


COLUMN: Json = {"text": "x", "actions": [TAP]}


def flex(*contents: Json, **bubble: Any) -> Json:
    body = {"type": "box", "layout": "vertical", "contents": list(contents)}
    return {"type": "flex", "altText": "a", "contents": {"type": "bubble", "body": body, **bubble}}


HELLO: Json = {"type": "text", "text": "Hello", "wrap": True}
BUBBLE: Json = flex(HELLO)["contents"]
MAP: Json = {
    "type": "imagemap",
    "baseUrl": "https://shop.test/map",
    "altText": "map",
    "baseSize": {"width": 1040, "height": 585},
    "actions": [{"type": "message", "text": "x", "area": {"x": 0, "y": 0, "width": 1, "height": 1}}],
}

ACCEPTED: dict[str, Json] = {
    "5,000 units": text("x" * 5000),
    "an emoji at its place": text("Hi $", emojis=[{"index": 3, "productId": "p", "emojiId": "001"}]),
    "escaped braces": {
        "type": "textV2",
        "text": "{{literal}} {e}",
        "substitution": {"e": {"type": "emoji", "productId": "p", "emojiId": "1"}},
    },
    "sticker": {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    "image": IMAGE,
    "video": {**IMAGE, "type": "video", "trackingId": "t-1"},
    "audio": {"type": "audio", "originalContentUrl": URL, "duration": 1000},
    "location": {"type": "location", "title": "t", "address": "a", "latitude": 13.7, "longitude": 100.5},
    "imagemap": MAP,
    "13 quick replies": quick(13),
    "sender": text("x", sender={"name": "Ann", "iconUrl": URL}),
    "four buttons": buttons(4),
    "160 characters without a picture": buttons(text="x" * 160),
    "160 Thai clusters": buttons(text="กำ" * 160),
    "a label of 20 clusters": action(label="👨‍👩‍👧" * 20),
    "confirm": template(type="confirm", text="Sure?", actions=[TAP, TAP]),
    "carousel": carousel(*[COLUMN] * 10),
    "image carousel": template(
        type="image_carousel", columns=[{"imageUrl": URL, "action": {**TAP, "label": "x" * 12}}]
    ),
    "date picker": action(type="datetimepicker", mode="date", initial="2026-12-01"),
    "clipboard": buttons(actions=[{"type": "clipboard", "label": "Copy", "clipboardText": "X"}]),
    "flex": flex(HELLO, {"type": "button", "action": {**TAP, "label": "x" * 40}}),
    "twelve bubbles": {"type": "flex", "altText": "a", "contents": {"type": "carousel", "contents": [BUBBLE] * 12}},
    "an icon on a baseline": flex(
        {"type": "box", "layout": "baseline", "contents": [{"type": "icon", "url": URL}, HELLO]}
    ),
}
REFUSED: dict[str, tuple[Json, str]] = {
    "5,001 units": (text("x" * 5001), "messages[0].text"),
    "2,501 apples": (text("🍎" * 2501), "messages[0].text"),
    "an emoji elsewhere": (
        text("Hi $", emojis=[{"index": 0, "productId": "p", "emojiId": "1"}]),
        "messages[0].emojis[0].index",
    ),
    "21 emoji": (text("$", emojis=[{"index": 0, "productId": "p", "emojiId": "1"}] * 21), "messages[0].emojis"),
    "a brace of the customer": ({"type": "textV2", "text": "a {b"}, "messages[0].text"),
    "an unknown substitution": ({"type": "textV2", "text": "{who}", "substitution": {}}, "messages[0].text"),
    "a sticker that cannot be sent": ({"type": "sticker", "packageId": "1", "stickerId": "1"}, "messages[0].stickerId"),
    "an image without preview": ({"type": "image", "originalContentUrl": URL}, "messages[0].previewImageUrl"),
    "an image without TLS": (
        {**IMAGE, "originalContentUrl": "http://shop.test/a.jpg"},
        "messages[0].originalContentUrl",
    ),
    "an unencoded URL": ({**IMAGE, "originalContentUrl": "https://shop.test/ก.jpg"}, "messages[0].originalContentUrl"),
    "a long URL": ({**IMAGE, "originalContentUrl": URL + "x" * 2000}, "messages[0].originalContentUrl"),
    "audio without duration": ({"type": "audio", "originalContentUrl": URL}, "messages[0].duration"),
    "a location without address": (
        {"type": "location", "title": "t", "latitude": 1, "longitude": 2},
        "messages[0].address",
    ),
    "a long location title": (
        {"type": "location", "title": "x" * 101, "address": "a", "latitude": 1, "longitude": 2},
        "messages[0].title",
    ),
    "a file": ({"type": "file", "originalContentUrl": URL}, "messages[0].type"),
    "an unknown coupon": ({"type": "coupon", "couponId": "x"}, "messages[0].couponId"),
    "51 areas": ({**MAP, "actions": MAP["actions"] * 51}, "messages[0].actions"),
    "a narrow imagemap": ({**MAP, "baseSize": {"width": 1000, "height": 1}}, "messages[0].baseSize.width"),
    "14 quick replies": (quick(14), "messages[0].quickReply.items"),
    "a quick reply without label": (
        quick(action={"type": "message", "text": "x"}),
        "messages[0].quickReply.items[0].action.label",
    ),
    "a sender named LINE": (text("x", sender={"name": "LINE Shop"}), "messages[0].sender.name"),
    "a long sender": (text("x", sender={"name": "x" * 21}), "messages[0].sender.name"),
    "five buttons": (buttons(5), "messages[0].template.actions"),
    "161 characters": (buttons(text="x" * 161), "messages[0].template.text"),
    "61 characters under a title": (buttons(text="x" * 61, title="T"), "messages[0].template.text"),
    "a long title": (buttons(title="x" * 41), "messages[0].template.title"),
    "a camera in a template": (action(type="camera"), "messages[0].template.actions[0].type"),
    "no alt text": ({"type": "template", "template": buttons()["template"]}, "messages[0].altText"),
    "a long alt text": ({**buttons(), "altText": "x" * 1501}, "messages[0].altText"),
    "one answer to confirm": (template(type="confirm", text="x", actions=[TAP]), "messages[0].template.actions"),
    "a label of 21 clusters": (action(label="👨‍👩‍👧" * 21), "messages[0].template.actions[0].label"),
    "long data": (action(data="x" * 301), "messages[0].template.actions[0].data"),
    "displayText and text": (action(displayText="a", text="b"), "messages[0].template.actions[0].text"),
    "fillInText without keyboard": (action(fillInText="x"), "messages[0].template.actions[0].fillInText"),
    "a bad date": (
        action(type="datetimepicker", mode="date", initial="1.12.2026"),
        "messages[0].template.actions[0].initial",
    ),
    "a long uri": (
        buttons(actions=[{"type": "uri", "label": "x", "uri": "https://a.test/" + "x" * 1000}]),
        "messages[0].template.actions[0].uri",
    ),
    "eleven columns": (carousel(*[COLUMN] * 11), "messages[0].template.columns"),
    "columns that differ": (carousel(COLUMN, {**COLUMN, "actions": [TAP, TAP]}), "messages[0].template.columns"),
    "a column with four actions": (
        carousel({**COLUMN, "actions": [TAP] * 4}),
        "messages[0].template.columns[0].actions",
    ),
    "a long image carousel label": (
        template(type="image_carousel", columns=[{"imageUrl": URL, "action": {**TAP, "label": "x" * 13}}]),
        "messages[0].template.columns[0].action.label",
    ),
    "an unknown flex key": (flex({**HELLO, "font": "x"}), "messages[0].contents.body.contents[0].font"),
    "a flex button without label": (
        flex({"type": "button", "action": {"type": "message", "text": "x"}}),
        "messages[0].contents.body.contents[0].action.label",
    ),
    "an icon in a column": (flex({"type": "icon", "url": URL}), "messages[0].contents.body.contents[0].type"),
    "a bad colour": (flex({**HELLO, "color": "red"}), "messages[0].contents.body.contents[0].color"),
    "a video without altContent": (
        flex(HELLO, hero={"type": "video", "url": URL, "previewUrl": URL}),
        "messages[0].contents.hero.altContent",
    ),
    "a bubble of 31 KB": (flex(*[{**HELLO, "text": "x" * 1900}] * 17), "messages[0].contents"),
    "thirteen bubbles": (
        {"type": "flex", "altText": "a", "contents": {"type": "carousel", "contents": [BUBBLE] * 13}},
        "messages[0].contents.contents",
    ),
    "bubbles of two sizes": (
        {
            "type": "flex",
            "altText": "a",
            "contents": {"type": "carousel", "contents": [BUBBLE, {**BUBBLE, "size": "giga"}]},
        },
        "messages[0].contents.contents",
    ),
    "a quote token of nobody": (text("x", quoteToken="nonsense"), "messages[0].quoteToken"),
    "a mention in private": (
        {
            "type": "textV2",
            "text": "{u}",
            "substitution": {"u": {"type": "mention", "mentionee": {"type": "all"}}},
        },
        "messages[0].substitution.u.mentionee",
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_this_object_is_accepted(player: Player, name: str) -> None:
    answer = player.push(player.say("line")["customer_id"], ACCEPTED[name])
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", REFUSED)
def test_this_object_is_refused_at_its_place(player: Player, name: str) -> None:
    message, place = REFUSED[name]
    answer = player.push(player.say("line")["customer_id"], message)
    assert answer.status_code == 400
    assert place in [one["property"] for one in answer.json()["details"]], answer.text


def test_a_local_hub_can_be_trusted_as_public(player: Player) -> None:
    who = player.say("line")["customer_id"]
    image = {
        "type": "image",
        "originalContentUrl": f"{player.hub.url}/a.jpg",
        "previewImageUrl": f"{player.hub.url}/a.jpg",
    }
    assert player.push(who, image).status_code == 400
    player.put("/settings", {"origins": {player.hub.url: player.hub.url}})
    assert player.push(who, image).status_code == 200


def test_a_quote_token_works_in_its_own_chat(player: Player) -> None:
    who = player.say("line")["customer_id"]
    message = player.hub.bodies("/webhooks/line")[-1]["events"][0]["message"]
    assert player.push(who, text("x", quoteToken=message["quoteToken"])).status_code == 200
    assert player.push(who, {**IMAGE, "quoteToken": message["quoteToken"]}).status_code == 400
    other = player.say("line", who="Noi")["customer_id"]
    assert player.push(other, text("x", quoteToken=message["quoteToken"])).status_code == 400


def test_members_are_mentioned_in_their_group(player: Player) -> None:
    said = player.say("line", group="family")

    def mention(user_id: str) -> Json:
        mentionee = {"type": "user", "userId": user_id}
        return {"type": "textV2", "text": "{u}", "substitution": {"u": {"type": "mention", "mentionee": mentionee}}}

    assert player.push(said["conversation"], mention(said["customer_id"])).status_code == 200
    assert player.push(said["conversation"], mention("U" + "f" * 32)).status_code == 400
    assert player.push(said["conversation"], {**IMAGE, "type": "video", "trackingId": "t"}).status_code == 400


def test_a_coupon_of_the_account_can_be_sent(player: Player) -> None:
    coupon = player.line("POST", "/v2/bot/coupon", {"title": "10 %"}).json()["couponId"]
    assert player.push(player.say("line")["customer_id"], {"type": "coupon", "couponId": coupon}).status_code == 200


@pytest.mark.parametrize(
    ("value", "clusters", "units"),
    [
        ("abc", 3, 3),
        ("🍎", 1, 2),
        ("กำ", 1, 2),
        ("e\u0301", 1, 2),
        ("👨‍👩‍👧", 1, 8),
        ("🇹🇭🇯🇵", 2, 8),
        ("👍🏽", 1, 4),
        ("\u1112\u1161\u11ab", 1, 3),
    ],
)
def test_characters_are_counted_as_line_counts_them(value: str, clusters: int, units: int) -> None:
    assert (graphemes(value), utf16_units(value)) == (clusters, units)
