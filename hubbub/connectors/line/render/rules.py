"""LINE's limits for everything that can be sent, as tables: type → rules. Composed and native messages pass the same.

https://developers.line.biz/en/reference/messaging-api/#message-objects
"""

from __future__ import annotations

import re

from hubbub.connectors.line.render.check import (
    JsonObject,
    Rule,
    as_checked,
    choice,
    inner,
    label,
    link,
    many,
    number,
    obey,
    refuse,
    refuse_long,
    tagged,
    text,
    url,
    weight,
)
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.json import as_list
from hubbub.kit.text import length

QUOTING = ("text", "textV2", "sticker")
TRACKING_ID = r"[A-Za-z0-9\-.=,+*()%$&;:@{}!?<>\[\]]+"
BUBBLE_BYTES, CAROUSEL_BYTES = 30_000, 50_000
DATES = {"date": r"\d{4}-\d\d-\d\d", "time": r"\d\d:\d\d", "datetime": r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d"}
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(?P<name>[0-9A-Za-z_]{1,20})\}|(?P<lone>[{}])")
INPUT_OPTIONS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")

# -- actions: https://developers.line.biz/en/reference/messaging-api/#action-objects


def _payload(name: str, noun: str, *, is_required: bool) -> Rule:
    return text(name, noun, 300, is_required=is_required)


def _shown(name: str, noun: str, *, is_required: bool = False) -> Rule:
    return text(name, noun, 300, unit="graphemes", is_required=is_required)


def _one_text(action: JsonObject) -> None:
    if action.get("displayText") and action.get("text"):
        refuse("A postback button may have displayText or text, not both; take one away.")
    if action.get("fillInText") and action.get("inputOption") != "openKeyboard":
        refuse("A text to fill in needs the input option openKeyboard; add it.")


def _dates(action: JsonObject) -> None:
    form = DATES[str(action["mode"])]
    for name in ("initial", "max", "min"):
        if name in action and not re.fullmatch(form, str(action[name])):
            refuse(
                f"The {name} of a date picker must be a {action['mode']}, such as 2026-11-20, 10:00, 2026-11-20t10:00."
            )


ACTIONS: dict[str, tuple[Rule, ...]] = {
    "postback": (
        _payload("data", "the payload of the button", is_required=True),
        _shown("displayText", "the text that the tap shows"),
        _shown("text", "the text that the tap says"),
        _one_text,
        choice("inputOption", "the input option of the button", INPUT_OPTIONS),
        _shown("fillInText", "the text to fill in"),
    ),
    "message": (_shown("text", "the text that the tap says", is_required=True),),
    "uri": (link("uri", "the link of the button"),),
    "datetimepicker": (
        _payload("data", "the payload of the date picker", is_required=True),
        choice("mode", "the mode of the date picker", tuple(DATES), is_required=True),
        _dates,
    ),
    "clipboard": (text("clipboardText", "the text to copy", 1000),),
}
QUICK_REPLY_ACTIONS: dict[str, tuple[Rule, ...]] = {**ACTIONS, "camera": (), "cameraRoll": (), "location": ()}
RICH_MENU_ACTIONS: dict[str, tuple[Rule, ...]] = {
    **ACTIONS,
    "richmenuswitch": (
        text("richMenuAliasId", "the alias of the rich menu", 32, pattern="[a-z0-9_-]+"),
        _payload("data", "the payload of the menu switch", is_required=True),
    ),
}
BUTTON = (label("the label of a button"), tagged("a button", ACTIONS))
QUICK_REPLY = inner(
    "action",
    "the action of a quick reply",
    label("the label of a quick reply"),
    tagged("a quick reply", QUICK_REPLY_ACTIONS),
    is_required=True,
)

# -- templates: https://developers.line.biz/en/reference/messaging-api/#template-messages


def _card_text(limit: int) -> Rule:
    """Less room for text beside a picture or a title."""

    def check(card: JsonObject) -> None:
        is_beside = bool(card.get("thumbnailImageUrl") or card.get("title"))
        most, said = (60 if is_beside else limit), card.get("text")
        if isinstance(said, str) and (size := length(said, "graphemes")) > most:
            refuse_long("the text beside a picture or title" if is_beside else "the text above the buttons", size, most)

    return check


def _card(limit: int) -> tuple[Rule, ...]:
    return (
        text("text", "the text above the buttons", limit, unit="graphemes"),
        _card_text(limit),
        text("title", "the title", 40, unit="graphemes", is_required=False),
        url("thumbnailImageUrl", "the address of the picture", is_required=False),
        inner("defaultAction", "the action of the card", *BUTTON),
    )


def _alike(carousel: JsonObject) -> None:
    columns = [as_checked(column) for column in as_list(carousel.get("columns"))]
    counts = sorted({len(as_list(column.get("actions"))) for column in columns})
    if len(counts) > 1:
        found = " and ".join(str(count) for count in counts)
        refuse(f"LINE shows as many buttons on every card; these have {found}. Give every card the same number.")
    for name, noun in (("thumbnailImageUrl", "picture"), ("title", "subtitle")):
        if len({name in column for column in columns}) > 1:
            refuse(f"LINE wants a {noun} on every card or on none; some of these cards have one and some do not.")


_LOOKS = (
    choice("imageAspectRatio", "the image ratio", ("rectangle", "square")),
    choice("imageSize", "the image size", ("cover", "contain")),
)
TEMPLATES: dict[str, tuple[Rule, ...]] = {
    "buttons": (*_LOOKS, *_card(160), many("actions", "buttons", 1, 4, *BUTTON)),
    "confirm": (
        text("text", "the question", 240, unit="graphemes"),
        many("actions", "buttons", 2, 2, *BUTTON),
    ),
    "carousel": (
        *_LOOKS,
        many("columns", "cards", 1, 10, *_card(120), many("actions", "buttons on a card", 1, 3, *BUTTON)),
        _alike,
    ),
    "image_carousel": (
        many(
            "columns",
            "pictures",
            1,
            10,
            url("imageUrl", "the address of the picture"),
            inner(
                "action",
                "the action of a picture",
                label("the label of a picture", 12, is_required=False),
                tagged("the action of a picture", ACTIONS),
                is_required=True,
            ),
        ),
    ),
}

# -- flex: https://developers.line.biz/en/reference/messaging-api/#flex-message


def _flex(message: JsonObject) -> None:
    contents = as_checked(message["contents"])
    if contents.get("type") == "bubble":
        weight("contents", "the flex bubble", BUBBLE_BYTES)(message)
        return
    many("contents", "flex bubbles", 1, 12, tagged("a flex bubble", {"bubble": ()}))(contents)
    bubbles = [as_checked(bubble) for bubble in as_list(contents["contents"])]
    for bubble in bubbles:
        weight("bubble", "a flex bubble", BUBBLE_BYTES)({"bubble": bubble})
    weight("contents", "the flex carousel", CAROUSEL_BYTES)(message)
    if len({str(bubble.get("size", "mega")) for bubble in bubbles}) > 1:
        refuse("All bubbles of a flex carousel must have the same size.")


# -- imagemaps: https://developers.line.biz/en/reference/messaging-api/#imagemap-message

_AREA = inner(
    "area",
    "the area of an action",
    *(number(side, f"{side} of an area", 0, 100_000, is_whole=True) for side in ("x", "y", "width", "height")),
    is_required=True,
)
_MAP_LABEL = text("label", "the label of an area", 100, is_required=False)
MAP_ACTIONS: dict[str, tuple[Rule, ...]] = {
    "uri": (link("linkUri", "the link of an area"), _MAP_LABEL, _AREA),
    "message": (text("text", "the text of an area", 400), _MAP_LABEL, _AREA),
    "clipboard": (text("clipboardText", "the text to copy", 1000), _MAP_LABEL, _AREA),
}
_MAP_VIDEO = inner(
    "video",
    "the video of the image map",
    url("originalContentUrl", "the address of the video"),
    url("previewImageUrl", "the address of the preview picture"),
    _AREA,
    inner("externalLink", "the link after the video", link("linkUri", "the link"), text("label", "the label", 30)),
)

# -- text with mentions: https://developers.line.biz/en/reference/messaging-api/#text-message-v2


def _substitution(message: JsonObject) -> None:
    parts = message.get("substitution", {})
    if not isinstance(parts, dict):
        refuse("The substitutions of a text must be an object.")
    if len(parts) > 100:
        refuse(f"There are {len(parts)} substitutions; LINE allows at most 100.")
    kinds = [part.get("type") for part in parts.values() if isinstance(part, dict)]
    for kind, noun in (("mention", "mentions"), ("emoji", "LINE emoji")):
        if kinds.count(kind) > 20:
            refuse(f"There are {kinds.count(kind)} {noun}; LINE allows at most 20 in one text.")
    _known_places(str(message["text"]), set(parts))


def _known_places(said: str, names: set[str]) -> None:
    for place in PLACEHOLDER.finditer(said):
        if place["lone"] or (place["name"] and place["name"] not in names):
            refuse("A brace in this text names no substitution; write {{ or }} for a brace that is meant as text.")


def _emoji_places(message: JsonObject) -> None:
    """Each emoji stands where the text has a $, counted in UTF-16 code units."""
    units = str(message["text"]).encode("utf-16-le", "surrogatepass")
    for emoji in as_list(message.get("emojis")):
        index = as_checked(emoji).get("index")
        at = 2 * index if isinstance(index, int) and 0 <= index <= 5000 else len(units)
        if units[at : at + 2] != b"$\x00":
            refuse("Each LINE emoji needs a $ at its place in the text; correct its index.")


# -- messages

_ALT_TEXT = text("altText", "the alternative text", 1500)
MESSAGES: dict[str, tuple[Rule, ...]] = {
    "text": (text("text", "the text", 5000), many("emojis", "LINE emoji", 0, 20), _emoji_places),
    "textV2": (text("text", "the text", 5000), _substitution),
    "sticker": (
        text("packageId", "the package of the sticker", 20, pattern="[0-9]+"),
        text("stickerId", "the number of the sticker", 20, pattern="[0-9]+"),
    ),
    "image": (
        url("originalContentUrl", "the address of the picture"),
        url("previewImageUrl", "the address of the preview picture"),
    ),
    "video": (
        url("originalContentUrl", "the address of the video"),
        url("previewImageUrl", "the address of the preview picture"),
        text("trackingId", "the tracking id", 100, is_required=False, pattern=TRACKING_ID),
    ),
    "audio": (
        url("originalContentUrl", "the address of the recording"),
        number("duration", "the length of the recording in milliseconds", 1, 10**9, is_whole=True),
    ),
    "location": (
        text("title", "the title of the place", 100),
        text("address", "the address of the place", 100),
        number("latitude", "the latitude", -90, 90),
        number("longitude", "the longitude", -180, 180),
    ),
    "coupon": (
        text("couponId", "the id of the coupon", 200),
        text("deliveryTag", "the delivery tag", 30, is_required=False, pattern="[A-Za-z0-9_]+"),
    ),
    "imagemap": (
        url("baseUrl", "the address of the image map"),
        _ALT_TEXT,
        inner(
            "baseSize",
            "the size of the image map",
            number("width", "the width of the image map", 1040, 1040, is_whole=True),
            number("height", "the height of the image map", 1, 100_000, is_whole=True),
            is_required=True,
        ),
        _MAP_VIDEO,
        many("actions", "areas", 1, 50, tagged("an area", MAP_ACTIONS)),
    ),
    "template": (
        _ALT_TEXT,
        inner("template", "the template", tagged("the template", TEMPLATES), is_required=True),
    ),
    "flex": (
        _ALT_TEXT,
        inner(
            "contents",
            "the content of the flex message",
            tagged("the flex content", {"bubble": (), "carousel": ()}),
            is_required=True,
        ),
        _flex,
    ),
}
ON_EVERY_MESSAGE: tuple[Rule, ...] = (
    tagged("a message", MESSAGES),
    inner(
        "quickReply",
        "the quick replies",
        many(
            "items",
            "quick replies",
            1,
            13,
            url("imageUrl", "the icon of a quick reply", is_required=False),
            QUICK_REPLY,
        ),
    ),
    inner(
        "sender",
        "the sender",
        text("name", "the name of the sender", 20, is_required=False),
        url("iconUrl", "the icon of the sender", is_required=False),
    ),
)


def check_message(message: JsonObject, *, is_group: bool) -> None:
    """Raises `Unsendable` for what LINE would refuse."""
    obey(message, ON_EVERY_MESSAGE)
    if is_group and "trackingId" in message:
        refuse("LINE cannot track a video in a group; take the tracking id away.", ErrorCode.UNSUPPORTED)
    if not is_group and _has_mention(message):
        refuse("LINE shows mentions in groups only; write the name as text.", ErrorCode.UNSUPPORTED)
    if "quoteToken" in message and message["type"] not in QUOTING:
        refuse("LINE can quote only with a text or a sticker.", ErrorCode.UNSUPPORTED)


def _has_mention(message: JsonObject) -> bool:
    parts = message.get("substitution")
    return isinstance(parts, dict) and any(
        isinstance(part, dict) and part.get("type") == "mention" for part in parts.values()
    )
