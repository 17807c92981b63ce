"""The shapes of Messenger's and Instagram's templates, with every documented limit.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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

_URL = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)
URL = Text(2083, 1, pattern=_URL)
HTTPS = Text(2083, 1, pattern=re.compile(r"https://[^\s/$.?#][^\s]*", re.IGNORECASE))
FACEBOOK_URL = Text(2083, 1, pattern=re.compile(r"https://([a-z0-9-]+\.)?facebook\.com/\S+", re.IGNORECASE))
PHONE = Text(20, pattern=re.compile(r"\+[1-9]\d{5,14}"))
_NO_BLANKS = re.compile(r"\S+")
_NO_URL = re.compile(r"(?!.*https?://).*", re.DOTALL | re.IGNORECASE)

_WEB: Mapping[str, Shape] = {
    "type": Text(),
    "url": URL,
    "webview_height_ratio": Choice(("compact", "tall", "full")),
    "messenger_extensions": Flag(),
    "fallback_url": URL,
    "webview_share_button": Choice(("hide",)),
}
WEB_BUTTON = Fields({**_WEB, "title": Text(20)}, ("title", "url"))
POSTBACK_BUTTON = Fields({"type": Text(), "title": Text(20), "payload": Text(1000)}, ("title", "payload"))
DEFAULT_ACTION = Tagged("type", {"web_url": Fields(_WEB, ("url",))})

_BUTTONS: dict[str, Shape] = {
    "web_url": WEB_BUTTON,
    "postback": POSTBACK_BUTTON,
    "phone_number": Fields({"type": Text(), "title": Text(20), "payload": PHONE}, ("title", "payload")),
    "account_link": Fields({"type": Text(), "url": HTTPS}, ("url",)),
    "account_unlink": Fields({"type": Text()}),
    "game_play": Fields(
        {"type": Text(), "title": Text(20), "payload": Text(1000), "game_metadata": Anything()}, ("title",)
    ),
    "audio_call": Fields({"type": Text(), "title": Text(20)}, extra=True),
}
BUTTON = Tagged("type", _BUTTONS)
SIMPLE_BUTTON = Tagged("type", {"web_url": WEB_BUTTON, "postback": POSTBACK_BUTTON})
INSTAGRAM_BUTTON = Tagged(
    "type",
    {"web_url": Fields({"type": Text(), "title": Text(20), "url": URL}, ("title", "url")), "postback": POSTBACK_BUTTON},
)


def _title_and_more(value: Any, path: Path, problems: list[Problem]) -> None:
    if not any(value.get(name) for name in ("subtitle", "image_url", "default_action", "buttons")):
        problems.append(Problem((*path, "subtitle"), "missing"))


def _generic(button: Shape, default_action: Shape) -> Shape:
    element = Fields(
        {
            "title": Text(80),
            "subtitle": Text(80),
            "image_url": URL,
            "default_action": default_action,
            "buttons": Items(button, 1, 3),
        },
        ("title",),
        rules=(_title_and_more,),
    )
    keys: Mapping[str, Shape] = {"template_type": Text(), "elements": Items(element, 1, 10), "sharable": Flag()}
    return Fields({**keys, "image_aspect_ratio": Choice(("horizontal", "square"))}, ("elements",))


def _button_template(button: Shape) -> Shape:
    keys: Mapping[str, Shape] = {
        "template_type": Text(),
        "text": Text(640),
        "buttons": Items(button, 1, 3),
        "sharable": Flag(),
    }
    return Fields(keys, ("text", "buttons"))


_MEDIA_ELEMENT = Fields(
    {
        "media_type": Choice(("image", "video")),
        "attachment_id": Text(numbers=True),
        "url": FACEBOOK_URL,
        "buttons": Items(BUTTON, 1, 3),
    },
    ("media_type",),
    rules=(exactly_one("attachment_id", "url"),),
)
_MONEY = Number(texts=True)


def _has_price(value: Any, path: Path, problems: list[Problem]) -> None:
    """0 is a price."""
    if "price" not in value:
        problems.append(Problem((*path, "price"), "missing"))


_RECEIPT_ITEM = Fields(
    {
        "title": Text(),
        "subtitle": Text(),
        "quantity": Number(0, texts=True),
        "price": _MONEY,
        "currency": Text(3, 3),
        "image_url": URL,
    },
    ("title",),
    rules=(_has_price,),
)
_RECEIPT = Fields(
    {
        "template_type": Text(),
        "sharable": Flag(),
        "recipient_name": Text(),
        "merchant_name": Text(),
        "order_number": Text(numbers=True),
        "currency": Text(3, 3),
        "payment_method": Text(),
        "timestamp": Text(pattern=re.compile(r"\d{9,11}")),
        "order_url": URL,
        "elements": Items(_RECEIPT_ITEM, 0, 100),
        "address": Fields(
            dict.fromkeys(("street_1", "street_2", "city", "postal_code", "state", "country"), Text()),
            ("street_1", "city", "postal_code", "state", "country"),
        ),
        "summary": Fields(
            dict.fromkeys(("subtotal", "shipping_cost", "total_tax", "total_cost"), _MONEY), ("total_cost",)
        ),
        "adjustments": Items(Fields({"name": Text(), "amount": _MONEY}, ("name",))),
    },
    ("recipient_name", "order_number", "currency", "payment_method", "summary"),
)
_COUPON = Fields(
    {
        "template_type": Text(),
        "title": Text(80),
        "subtitle": Text(80),
        "coupon_code": Text(pattern=_NO_BLANKS),
        "coupon_url": URL,
        "coupon_url_button_title": Text(20),
        "coupon_pre_message": Text(),
        "image_url": URL,
        "payload": Text(1000),
    },
    ("title",),
    rules=(exactly_one("coupon_code", "coupon_url"),),
)
_PRODUCT = Fields(
    {"template_type": Text(), "elements": Items(Fields({"id": Text(numbers=True)}, ("id",)), 1, 10)}, ("elements",)
)

FEEDBACK_OPTIONS = {
    "csat": ("one_to_five", "five_stars", "five_emojis"),
    "nps": ("zero_to_ten",),
    "ces": ("one_to_seven",),
    "free_form": (),
}
_FOLLOW_UP = Fields({"type": Choice(("free_form",)), "placeholder": Text(65)}, ("type",))


def _option_fits_type(value: Any, path: Path, problems: list[Problem]) -> None:
    option = value.get("score_option")
    allowed = FEEDBACK_OPTIONS[value["type"]]
    if option is not None and option not in allowed:
        problems.append(Problem((*path, "score_option"), "value", "one of " + ", ".join(allowed)))


_QUESTION = Fields(
    {
        "id": Text(80, 1, pattern=re.compile(r"[A-Za-z0-9_]+")),
        "type": Choice(FEEDBACK_OPTIONS),
        "title": Text(85, 5, pattern=_NO_URL),
        "score_label": Choice(("neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none")),
        "score_option": Text(),
        "follow_up": _FOLLOW_UP,
    },
    ("id", "type"),
    rules=(_option_fits_type,),
)
_FEEDBACK = Fields(
    {
        "template_type": Text(),
        "title": Text(65, 1, pattern=_NO_URL),
        "subtitle": Text(80, pattern=_NO_URL),
        "button_title": Text(20, pattern=_NO_URL),
        "feedback_screens": Items(Fields({"questions": Items(_QUESTION, 1, 1)}, ("questions",)), 1, 1),
        "business_privacy": Fields({"url": URL}, ("url",)),
        "expires_in_days": Number(1, 7, whole=True),
    },
    ("title", "subtitle", "button_title", "feedback_screens", "business_privacy"),
)

_GRID_IMAGE = Fields(
    {
        "url": URL,
        "is_hero_image": Flag(),
        "action": Tagged(
            "type",
            {
                "web_url": Fields({"type": Text(), "url": URL}, ("url",)),
                "postback": Fields({"type": Text(), "payload": Text(1000), "text": Text()}, ("payload",)),
            },
        ),
    },
    ("url",),
)


def _one_hero(value: Any, path: Path, problems: list[Problem]) -> None:
    if sum(1 for image in value if image.get("is_hero_image")) > 1:
        problems.append(Problem(path, "value", "at most one hero image"))


_GRID_ELEMENT = Fields(
    {
        "title": Text(45),
        "subtitle": Text(80),
        "images": Items(_GRID_IMAGE, 2, 6, (_one_hero,)),
        "buttons": Items(SIMPLE_BUTTON, 1, 3),
    },
    ("title", "images"),
)

MESSENGER_TEMPLATES: dict[str, Shape] = {
    "generic": _generic(BUTTON, DEFAULT_ACTION),
    "button": _button_template(BUTTON),
    "media": Fields(
        {"template_type": Text(), "elements": Items(_MEDIA_ELEMENT, 1, 1), "sharable": Flag()}, ("elements",)
    ),
    "receipt": _RECEIPT,
    "coupon": _COUPON,
    "product": _PRODUCT,
    "customer_feedback": _FEEDBACK,
    "image_grid": Fields({"template_type": Text(), "elements": Items(_GRID_ELEMENT, 1, 1)}, ("elements",)),
}
INSTAGRAM_TEMPLATES: dict[str, Shape] = {
    "generic": _generic(INSTAGRAM_BUTTON, Tagged("type", {"web_url": Fields({"type": Text(), "url": URL}, ("url",))})),
    "button": _button_template(INSTAGRAM_BUTTON),
    "product": _PRODUCT,
}

_UTILITY_PARAMETER = Fields(
    {
        "type": Choice(("text", "URL", "url", "image", "payload")),
        "parameter_name": Text(),
        "text": Text(),
        "url": Text(),
        "image": Anything(),
        "payload": Text(1000),
    },
    ("type",),
)
UTILITY_TEMPLATE = Fields(
    {
        "name": Text(512),
        "language": Fields({"code": Text()}, ("code",)),
        "components": Items(
            Fields(
                {
                    "type": Choice(("header", "body", "buttons")),
                    "parameters": Items(_UTILITY_PARAMETER),
                },
                ("type",),
            )
        ),
    },
    ("name", "language"),
)
