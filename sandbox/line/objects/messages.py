"""Message objects by type. https://developers.line.biz/en/reference/messaging-api/#message-objects"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.line.objects.actions import QUICK_REPLY_ACTION, text16
from sandbox.line.objects.flex import FLEX_CONTENTS
from sandbox.line.objects.templates import HTTPS, IMAGEMAP, TEMPLATE
from sandbox.shapes import Fields, Items, Number, Path, Problem, Rule, Shape, Tagged, Text

_QUICK_REPLY = Fields(
    {
        "items": Items(
            Fields({"type": Text(), "imageUrl": HTTPS, "action": QUICK_REPLY_ACTION}, ("type", "action"), extra=True),
            1,
            13,
        )
    },
    ("items",),
    extra=True,
)


def _no_line_in_name(value: Any, path: Path, problems: list[Problem]) -> None:
    if re.search(r"\bline\b", str(value.get("name", "")), re.IGNORECASE):
        problems.append(Problem((*path, "name"), "value", "a name without the word LINE"))


_SENDER = Fields({"name": text16(20), "iconUrl": HTTPS}, extra=True, rules=(_no_line_in_name,))
_EMOJI = Fields(
    {"index": Number(0, whole=True), "productId": Text(), "emojiId": Text()}, ("productId", "emojiId"), extra=True
)


def _emojis_at_dollars(value: Any, path: Path, problems: list[Problem]) -> None:
    """Each index (in UTF-16 units) points at a $."""
    units = value["text"].encode("utf-16-le", "surrogatepass")
    for position, emoji in enumerate(value.get("emojis", [])):
        at = int(emoji.get("index", -1)) * 2
        if at < 0 or units[at : at + 2] != b"$\x00":
            problems.append(Problem((*path, "emojis", position, "index"), "value", "the place of a $ in the text"))


_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_KEY = re.compile(r"[0-9A-Za-z_]{1,20}")
_MENTION = Fields(
    {
        "type": Text(),
        "mentionee": Tagged(
            "type",
            {
                "user": Fields({"type": Text(), "userId": Text()}, ("userId",), extra=True),
                "all": Fields({"type": Text()}, extra=True),
            },
        ),
    },
    ("mentionee",),
    extra=True,
)
_SUBSTITUTE = Tagged(
    "type",
    {
        "mention": _MENTION,
        "emoji": Fields({"type": Text(), "productId": Text(), "emojiId": Text()}, ("productId", "emojiId"), extra=True),
    },
)


class _Substitutions:
    """An object of at most 100 keys, 20 mentions and 20 emoji."""

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, dict):
            problems.append(Problem(path, "type", "object"))
            return
        if len(value) > 100:
            problems.append(Problem(path, "size", "object", 0, 100))
        for key, item in value.items():
            if not _KEY.fullmatch(key):
                problems.append(Problem((*path, key), "value", "a key of 1 to 20 letters, digits and _"))
            _SUBSTITUTE.check(item, (*path, key), problems)
        kinds = [item.get("type") for item in value.values() if isinstance(item, dict)]
        problems.extend(Problem(path, "size", kind, 0, 20) for kind in ("mention", "emoji") if kinds.count(kind) > 20)


def _placeholders_known(value: Any, path: Path, problems: list[Problem]) -> None:
    known = value.get("substitution") or {}
    for match in _PLACEHOLDER.finditer(value["text"]):
        if match.group() in ("{{", "}}"):
            continue
        if match.group(1) is None or match.group(1) not in known:
            problems.append(Problem((*path, "text"), "value", "text whose { } are substitutions or escaped"))
            return


def _message(keys: Mapping[str, Shape], required: tuple[str, ...], *rules: Rule) -> Shape:
    common: Mapping[str, Shape] = {"type": Text(), "quickReply": _QUICK_REPLY, "sender": _SENDER}
    return Fields({**common, **keys}, required, extra=True, rules=rules)


_TRACKING = Text(100, 1, pattern=re.compile(r"[A-Za-z0-9\-.=,+*()%$&;:@{}!?<>\[\]]+"))
_QUOTE: Mapping[str, Shape] = {"quoteToken": Text()}
MESSAGE = Tagged(
    "type",
    {
        "text": _message(
            {**_QUOTE, "text": text16(5000), "emojis": Items(_EMOJI, 0, 20)}, ("text",), _emojis_at_dollars
        ),
        "textV2": _message(
            {**_QUOTE, "text": text16(5000), "substitution": _Substitutions()}, ("text",), _placeholders_known
        ),
        "sticker": _message(
            {
                **_QUOTE,
                "packageId": Text(pattern=re.compile(r"\d+")),
                "stickerId": Text(pattern=re.compile(r"\d+")),
            },
            ("packageId", "stickerId"),
        ),
        "image": _message(
            {"originalContentUrl": HTTPS, "previewImageUrl": HTTPS}, ("originalContentUrl", "previewImageUrl")
        ),
        "video": _message(
            {"originalContentUrl": HTTPS, "previewImageUrl": HTTPS, "trackingId": _TRACKING},
            ("originalContentUrl", "previewImageUrl"),
        ),
        "audio": _message(
            {"originalContentUrl": HTTPS, "duration": Number(1, whole=True)}, ("originalContentUrl", "duration")
        ),
        "location": _message(
            {
                "title": text16(100),
                "address": text16(100),
                "latitude": Number(-90, 90),
                "longitude": Number(-180, 180),
            },
            ("title", "address", "latitude", "longitude"),
        ),
        "coupon": _message(
            {"couponId": Text(), "deliveryTag": Text(30, 1, pattern=re.compile(r"[A-Za-z0-9_]+"))}, ("couponId",)
        ),
        "imagemap": _message(IMAGEMAP, ("baseUrl", "altText", "baseSize", "actions")),
        "template": _message({"altText": text16(1500), "template": TEMPLATE}, ("altText", "template")),
        "flex": _message({"altText": text16(1500), "contents": FLEX_CONTENTS}, ("altText", "contents")),
    },
)
MESSAGES = Items(MESSAGE, 1, 5)
