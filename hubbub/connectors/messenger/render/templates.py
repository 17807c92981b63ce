"""The documented shape of every `message` that may be passed through, as rules.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates
"""

from __future__ import annotations

from collections.abc import Iterator

from hubbub.connectors.meta.rules import (
    Rule,
    anything,
    both,
    by,
    fields,
    flag,
    many,
    number,
    one_of,
    text,
)
from hubbub.kit.json import JsonValue

URL = text(2083, pattern=r"https?://\S+", meaning="a web address that begins with https://")
HTTPS = text(2083, pattern=r"https://\S+", meaning="a web address that begins with https://")
FACEBOOK_URL = text(2083, pattern=r"https://([a-z0-9-]+\.)?facebook\.com/\S*", meaning="a link to facebook.com")
PHONE = text(20, pattern=r"\+[1-9][0-9]{5,14}", meaning="a phone number in the international form")
TITLE = text(20)
PAYLOAD = text(1000)
ID = text(100, pattern=r"[0-9]+", meaning="the digits of an id, as text")
NO_URL = r"(?!.*https?://).*"
KIND: dict[str, Rule] = {"template_type": anything}
TYPE: dict[str, Rule] = {"type": anything}

# --- Buttons …/send-messages/buttons ----------------------------------------------------------------------------------

_WEB: dict[str, Rule] = {
    **TYPE,
    "url": URL,
    "webview_height_ratio": one_of("compact", "tall", "full"),
    "messenger_extensions": flag,
    "fallback_url": URL,
    "webview_share_button": one_of("hide"),
}
_LINK = fields({**_WEB, "title": TITLE}, needs=("title", "url"))
_POSTBACK = fields({**TYPE, "title": TITLE, "payload": PAYLOAD}, needs=("title", "payload"))
BUTTON = by(
    "type",
    {
        "web_url": _LINK,
        "postback": _POSTBACK,
        "phone_number": fields({**TYPE, "title": TITLE, "payload": PHONE}, needs=("title", "payload")),
        "account_link": fields({**TYPE, "url": HTTPS}, needs=("url",)),
        "account_unlink": fields(TYPE),
        "game_play": fields({**TYPE, "title": TITLE, "payload": PAYLOAD, "game_metadata": anything}, needs=("title",)),
        "audio_call": fields({**TYPE, "title": TITLE, "payload": anything}),
    },
)
_BUTTONS = many(BUTTON, 3)

# --- Templates …/send-messages/template/… -----------------------------------------------------------------------------


def _more_than_a_title(value: JsonValue, place: str) -> Iterator[str]:
    if isinstance(value, dict) and not value.keys() & {"subtitle", "image_url", "default_action", "buttons"}:
        yield f"{place} has only a title; it needs a subtitle, picture, action or button."


_CARD = both(
    fields(
        {
            "title": text(80),
            "subtitle": text(80),
            "image_url": URL,
            "default_action": fields(_WEB, needs=("url",)),
            "buttons": _BUTTONS,
        },
        needs=("title",),
    ),
    _more_than_a_title,
)
_GENERIC = fields(
    {
        **KIND,
        "elements": many(_CARD, 10),
        "sharable": flag,
        "image_aspect_ratio": one_of("horizontal", "square"),
    },
    needs=("elements",),
)
_BUTTON = fields({**KIND, "text": text(640), "buttons": _BUTTONS, "sharable": flag}, needs=("text", "buttons"))
_MEDIA = fields(
    {
        **KIND,
        "sharable": flag,
        "elements": many(
            fields(
                {"media_type": one_of("image", "video"), "attachment_id": ID, "url": FACEBOOK_URL, "buttons": _BUTTONS},
                needs=("media_type",),
                one_of_these=("attachment_id", "url"),
            ),
            1,
        ),
    },
    needs=("elements",),
)
_CURRENCY = text(3, least=3, pattern=r"[A-Z]{3}", meaning="a currency code like THB")
_RECEIPT = fields(
    {
        **KIND,
        "sharable": flag,
        "recipient_name": text(),
        "merchant_name": text(),
        "order_number": text(),
        "currency": _CURRENCY,
        "payment_method": text(),
        "timestamp": text(11, pattern=r"[0-9]{9,11}", meaning="seconds since 1970, as text"),
        "order_url": URL,
        "elements": many(
            fields(
                {
                    "title": text(),
                    "subtitle": text(),
                    "quantity": number(),
                    "price": number(),
                    "currency": _CURRENCY,
                    "image_url": URL,
                },
                needs=("title", "price"),
            ),
            100,
            least=0,
        ),
        "address": fields(
            {
                "street_1": text(),
                "street_2": text(least=0),
                "city": text(),
                "postal_code": text(),
                "state": text(),
                "country": text(),
            },
            needs=("street_1", "city", "postal_code", "state", "country"),
        ),
        "summary": fields(
            {"subtotal": number(), "shipping_cost": number(), "total_tax": number(), "total_cost": number()},
            needs=("total_cost",),
        ),
        "adjustments": many(fields({"name": text(), "amount": number(low=-1e15)}), 100, least=0),
    },
    needs=("recipient_name", "order_number", "currency", "payment_method", "summary"),
)
_COUPON = fields(
    {
        **KIND,
        "title": text(80),
        "subtitle": text(80),
        "coupon_code": text(pattern=r"\S+", meaning="a code without blanks"),
        "coupon_url": URL,
        "coupon_url_button_title": TITLE,
        "coupon_pre_message": text(),
        "image_url": URL,
        "payload": PAYLOAD,
    },
    needs=("title",),
    one_of_these=("coupon_code", "coupon_url"),
)
_PRODUCT = fields({**KIND, "elements": many(fields({"id": ID}, needs=("id",)), 10)}, needs=("elements",))

_SCORES = {
    "csat": ("one_to_five", "five_stars", "five_emojis"),
    "nps": ("zero_to_ten",),
    "ces": ("one_to_seven",),
}
_QUESTION: dict[str, Rule] = {
    **TYPE,
    "id": text(80, pattern=r"[A-Za-z0-9_]+", meaning="letters, digits and _ only"),
    "title": text(85, least=5, pattern=NO_URL, meaning="without a web address"),
    "score_label": one_of("neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none"),
    "follow_up": fields({"type": one_of("free_form"), "placeholder": text(65)}, needs=("type",)),
}
_QUESTIONS = by(
    "type",
    {kind: fields({**_QUESTION, "score_option": one_of(*options)}, needs=("id",)) for kind, options in _SCORES.items()}
    | {"free_form": fields(_QUESTION, needs=("id",))},
)
_PRIVACY = fields({"url": URL}, needs=("url",))
_FEEDBACK = fields(
    {
        **KIND,
        "title": text(65, pattern=NO_URL, meaning="without a web address"),
        "subtitle": text(80, pattern=NO_URL, meaning="without a web address"),
        "button_title": TITLE,
        "feedback_screens": many(fields({"questions": many(_QUESTIONS, 1)}, needs=("questions",)), 1),
        "business_privacy": _PRIVACY,
        "expires_in_days": number(low=1, high=7),
    },
    needs=("title", "subtitle", "button_title", "feedback_screens", "business_privacy"),
)


def _one_hero(value: JsonValue, place: str) -> Iterator[str]:
    if isinstance(value, list) and sum(isinstance(one, dict) and one.get("is_hero_image") is True for one in value) > 1:
        yield f"{place} has several hero images; one is the most."


_IMAGE_ACTION = by(
    "type",
    {
        "web_url": fields({**TYPE, "url": URL}, needs=("url",)),
        "postback": fields({**TYPE, "payload": PAYLOAD, "text": text()}, needs=("payload",)),
    },
)
_IMAGES = both(
    many(fields({"url": URL, "is_hero_image": flag, "action": _IMAGE_ACTION}, needs=("url",)), 6, least=2), _one_hero
)
_GRID = fields(
    {
        **KIND,
        "elements": many(
            fields(
                {
                    "title": text(45),
                    "subtitle": text(80),
                    "images": _IMAGES,
                    "buttons": many(by("type", {"web_url": _LINK, "postback": _POSTBACK}), 3),
                },
                needs=("images",),
            ),
            1,
        ),
    },
    needs=("elements",),
)
_INFORMATION = fields(
    {
        **KIND,
        "countries": many(text(2, least=2), 300, least=0),
        "business_privacy": _PRIVACY,
        "expires_in_days": number(low=1, high=7),
        "address_overrides": anything,
        "contact_overrides": anything,
        "purpose": one_of("SHIPPING"),
    },
    needs=("business_privacy",),
)
_FORM = fields({**KIND, "form_id": ID}, needs=("form_id",))

_NEVER = "Messenger has no {} template any more. Use the generic template."
GONE = {
    "notification_messages": "Facebook retired notification messages on 10 February 2026. Use a utility template.",
    "one_time_notif_req": "Facebook no longer offers one-time notifications. Use a utility template.",
    **{
        name: _NEVER.format(name)
        for name in (
            "list",
            "open_graph",
            "airline_boardingpass",
            "airline_checkin",
            "airline_itinerary",
            "airline_update",
        )
    },
}
TEMPLATE = by(
    "template_type",
    {
        "generic": _GENERIC,
        "button": _BUTTON,
        "media": _MEDIA,
        "receipt": _RECEIPT,
        "coupon": _COUPON,
        "product": _PRODUCT,
        "customer_feedback": _FEEDBACK,
        "image_grid": _GRID,
        "customer_information": _INFORMATION,
        "instant_form": _FORM,
    },
    GONE,
)

# --- The message …/reference/send-api ---------------------------------------------------------------------------------

_FILE = fields(
    {
        **TYPE,
        "payload": fields(
            {"url": URL, "attachment_id": ID, "is_reusable": flag}, one_of_these=("url", "attachment_id")
        ),
    },
    needs=("payload",),
)
_ATTACHMENT = by(
    "type",
    {
        "image": _FILE,
        "audio": _FILE,
        "video": _FILE,
        "file": _FILE,
        "template": fields({**TYPE, "payload": TEMPLATE}, needs=("payload",)),
    },
)
_QUICK_REPLY = by(
    "content_type",
    {
        "text": fields(
            {"content_type": anything, "title": TITLE, "payload": text(1000, least=0), "image_url": URL},
            needs=("title", "payload"),
        ),
        "user_phone_number": fields({"content_type": anything}),
        "user_email": fields({"content_type": anything}),
    },
    {"location": "Messenger has had no quick reply for the location since 2019."},
)
_PARAMETER = by(
    "type",
    {
        "text": fields({**TYPE, "text": text(), "parameter_name": text(100)}, needs=("text",)),
        "URL": fields({**TYPE, "url": text(2000)}, needs=("url",)),
        "image": fields({**TYPE, "image": anything}, needs=("image",)),
    },
)
_UTILITY = fields(
    {
        "name": text(512),
        "language": fields({"code": text(50)}, needs=("code",)),
        "components": many(
            fields(
                {
                    "type": one_of("header", "body", "buttons", "button"),
                    "sub_type": anything,
                    "index": anything,
                    "parameters": many(_PARAMETER, 100, least=0),
                },
                needs=("type",),
            ),
            10,
            least=0,
        ),
    },
    needs=("name", "language"),
)
MESSAGE = fields(
    {
        "text": text(2000),
        "attachment": _ATTACHMENT,
        "attachments": many(by("type", {"image": _FILE}), 10, least=2),
        "sticker_id": number(low=1),
        "template": _UTILITY,
        "quick_replies": many(_QUICK_REPLY, 13),
        "metadata": text(1000, least=0),
    },
    one_of_these=("text", "attachment", "attachments", "sticker_id", "template"),
)
"""`metadata` is overwritten with our own id."""
