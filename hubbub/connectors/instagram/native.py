"""Instagram's own `message` object, passed through after every documented rule of it is checked.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/generic-template
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/product-template
"""

from __future__ import annotations

from collections.abc import Iterator

from hubbub.connectors.instagram.capabilities import CAPABILITIES
from hubbub.connectors.meta.graph import JsonObject
from hubbub.connectors.meta.rules import Rule, anything, both, by, check, fields, flag, many, text
from hubbub.connectors.meta.templates import refuse
from hubbub.kit.json import JsonValue, dumps
from hubbub.kit.text import length

MOST_BYTES = 256 * 1024
"""Ours: the documentation names no size of a whole message."""

LINK = text(2083, pattern=r"https?://\S+", meaning="a web address that begins with https://")
TITLE = text(CAPABILITIES.button_title_limit)
PAYLOAD = text(CAPABILITIES.payload_limit)
TYPE: dict[str, Rule] = {"type": anything}
KIND: dict[str, Rule] = {"template_type": anything}


def check_native(native: JsonObject) -> JsonObject:
    """`native` itself. Raises `Unsendable` with the first thing that Instagram would refuse."""
    if (size := len(dumps(native))) > MOST_BYTES:
        refuse(f"The message has {size:,} bytes as JSON; at most {MOST_BYTES:,} are sent. Shorten it.")
    check(MESSAGE, native, "message")
    return dict(native)


def _short_text(value: JsonValue, place: str) -> Iterator[str]:
    limit, unit = CAPABILITIES.text_limit, CAPABILITIES.text_unit
    if not isinstance(value, str) or not value:
        yield f"{place} must be a text."
    elif (size := length(value, unit)) > limit:
        yield f"{place} has {size:,} bytes; Instagram takes at most {limit:,}."


def _more_than_a_title(value: JsonValue, place: str) -> Iterator[str]:
    if isinstance(value, dict) and not value.keys() & {"subtitle", "image_url", "default_action", "buttons"}:
        yield f"{place} has only a title; it needs a subtitle, picture, action or button."


# --- Templates --------------------------------------------------------------------------------------------------------

_BUTTON = by(
    "type",
    {
        "web_url": fields({**TYPE, "title": TITLE, "url": LINK}, needs=("title", "url")),
        "postback": fields({**TYPE, "title": TITLE, "payload": PAYLOAD}, needs=("title", "payload")),
    },
)
_CARD = both(
    fields(
        {
            "title": text(CAPABILITIES.card_title_limit),
            "subtitle": text(CAPABILITIES.card_subtitle_limit),
            "image_url": LINK,
            "default_action": fields({**TYPE, "url": LINK}, needs=("url",)),
            "buttons": many(_BUTTON, CAPABILITIES.card_buttons_limit),
        },
        needs=("title",),
    ),
    _more_than_a_title,
)
_PRODUCT = fields({"id": text(100)}, needs=("id",))
_TEMPLATE = by(
    "template_type",
    {
        "generic": fields({**KIND, "elements": many(_CARD, CAPABILITIES.cards_limit)}, needs=("elements",)),
        "button": fields(
            {
                **KIND,
                "text": text(CAPABILITIES.button_text_limit),
                "buttons": many(_BUTTON, CAPABILITIES.buttons_limit),
            },
            needs=("text", "buttons"),
        ),
        "product": fields(
            {**KIND, "elements": many(fields({"id": text(100)}, needs=("id",)), 10)}, needs=("elements",)
        ),
    },
)

# --- The message ------------------------------------------------------------------------------------------------------

_FILE = fields({"url": LINK, "attachment_id": text(100), "is_reusable": flag}, one_of_these=("url", "attachment_id"))
_ATTACHMENT = by(
    "type",
    {
        **dict.fromkeys(("image", "audio", "video", "file"), fields({**TYPE, "payload": _FILE}, needs=("payload",))),
        "template": fields({**TYPE, "payload": _TEMPLATE}, needs=("payload",)),
        "MEDIA_SHARE": fields(
            {
                **TYPE,
                "payload": fields({"id": text(100), "attachment_id": text(100)}, one_of_these=("id", "attachment_id")),
            },
            needs=("payload",),
        ),
        "like_heart": fields(TYPE),
    },
)
_PICTURE = by("type", {"image": fields({**TYPE, "payload": _FILE}, needs=("payload",))})
_QUICK_REPLY = by(
    "content_type",
    {
        "text": fields(
            {"content_type": anything, "title": text(CAPABILITIES.quick_reply_title_limit), "payload": PAYLOAD},
            needs=("title", "payload"),
        ),
        "user_phone_number": fields({"content_type": anything}),
        "user_email": fields({"content_type": anything}),
    },
)
MESSAGE = fields(
    {
        "text": _short_text,
        "attachment": _ATTACHMENT,
        "attachments": many(_PICTURE, CAPABILITIES.media["image"].max_per_message),
        "quick_replies": many(_QUICK_REPLY, CAPABILITIES.quick_replies_limit),
        "metadata": text(1000),
    },
    one_of_these=("text", "attachment", "attachments"),
)
