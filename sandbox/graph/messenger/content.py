"""What a message may contain: text, quick replies, attachments, stickers; per platform.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.counting import utf8_bytes
from sandbox.graph.messenger.templates import INSTAGRAM_TEMPLATES, MESSENGER_TEMPLATES, UTILITY_TEMPLATE
from sandbox.shapes import (
    Anything,
    Choice,
    Fields,
    Flag,
    Items,
    Number,
    Path,
    Problem,
    Shape,
    Tagged,
    Text,
    exactly_one,
)

HTTP_URL = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)
URL = Text(2083, 1, pattern=HTTP_URL)
PAYLOAD = Text(1000, numbers=True)


def _quick_reply_has_answer(value: Any, path: Path, problems: list[Problem]) -> None:
    if not value.get("payload") and not value.get("image_url"):
        problems.append(Problem((*path, "payload"), "missing"))


def _quick_replies(text_reply: Shape, others: tuple[str, ...]) -> Shape:
    shapes: dict[str, Shape] = {"text": text_reply}
    for name in others:
        shapes[name] = Fields({"content_type": Text()}, extra=True)
    return Items(Tagged("content_type", shapes), 1, 13)


_REPLY_KEYS = {"content_type": Text(), "title": Text(20), "payload": PAYLOAD}
MESSENGER_QUICK_REPLIES = _quick_replies(
    Fields({**_REPLY_KEYS, "image_url": URL}, ("title",), rules=(_quick_reply_has_answer,)),
    ("user_phone_number", "user_email"),
)
# Instagram cuts a long title off instead of refusing it; replies are text only.
INSTAGRAM_QUICK_REPLIES = _quick_replies(
    Fields({**_REPLY_KEYS, "title": Text()}, ("title", "payload")), ("user_phone_number", "user_email")
)

FILE = Fields(
    {"url": URL, "attachment_id": Text(numbers=True), "is_reusable": Flag()},
    rules=(exactly_one("url", "attachment_id"),),
)


def _template(types: dict[str, Shape]) -> Shape:
    return Fields({"type": Text(), "payload": Tagged("template_type", types)}, ("payload",))


def _file_attachment(kinds: tuple[str, ...]) -> dict[str, Shape]:
    shape = Fields({"type": Text(), "payload": FILE}, ("payload",))
    return dict.fromkeys(kinds, shape)


MESSENGER_ATTACHMENT = Tagged(
    "type",
    {**_file_attachment(("image", "audio", "video", "file")), "template": _template(MESSENGER_TEMPLATES)},
)
INSTAGRAM_ATTACHMENT = Tagged(
    "type",
    {
        **_file_attachment(("image", "audio", "video", "file")),
        "template": _template(INSTAGRAM_TEMPLATES),
        "MEDIA_SHARE": Fields(
            {"type": Text(), "payload": Fields({"id": Text(numbers=True), "attachment_id": Text(numbers=True)})},
            ("payload",),
        ),
        "like_heart": Fields({"type": Text(), "payload": Anything()}),
    },
)
STACKED_IMAGE = Tagged("type", _file_attachment(("image",)))

MESSENGER_MESSAGE = Fields(
    {
        "text": Text(2000, 1),
        "metadata": Text(1000),
        "quick_replies": MESSENGER_QUICK_REPLIES,
        "attachment": MESSENGER_ATTACHMENT,
        "attachments": Items(STACKED_IMAGE, 1, 10),
        "sticker_id": Number(0, whole=True, texts=True),
        "template": UTILITY_TEMPLATE,
    }
)
INSTAGRAM_MESSAGE = Fields(
    {
        "text": Text(1000, 1, utf8_bytes),
        "metadata": Text(1000),
        "quick_replies": INSTAGRAM_QUICK_REPLIES,
        "attachment": INSTAGRAM_ATTACHMENT,
        "attachments": Items(STACKED_IMAGE, 1, 10),
    }
)
CONTENTS = ("text", "attachment", "attachments", "sticker_id", "template")
REACTION_ACTIONS = Choice(("react", "unreact"))
