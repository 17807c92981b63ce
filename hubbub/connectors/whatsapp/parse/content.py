"""What was said: the content of a message, by its type.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from math import isfinite
from typing import NamedTuple

from hubbub.connectors.events import AttachmentPart, AttachmentType, Content, MessageType
from hubbub.connectors.meta.envelope import Odd
from hubbub.connectors.whatsapp.parse.change import JsonObject
from hubbub.kit.errors import InvalidJson
from hubbub.kit.json import JsonValue, as_id, as_int, as_list, as_object, as_text, loads

REASONS: dict[int, str] = {
    131000: "WhatsApp could not pass this message on.",
    131051: "The customer sent something that WhatsApp does not pass on to businesses.",
    131052: "The customer sent a file that WhatsApp could not pass on, for example because it is larger than 100 MB.",
    131060: "WhatsApp does not show this message at the moment; open it in the WhatsApp Business app.",
}
"""https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"""
UNKNOWN_REASON = "Hubbub does not know this type of message yet."
LONGEST_URL = 8_192


class Said(NamedTuple):
    """The part of a Content that depends on the type."""

    type: MessageType
    text: str | None = None
    attachments: tuple[AttachmentPart, ...] = ()
    payload: str | None = None
    extra: JsonObject | None = None


Reader = Callable[[JsonValue, JsonObject], Said]
"""What stands under the type's name, and the whole message. Raises `Odd`."""


def content_of(message: JsonObject, readers: Mapping[str, Reader], more: JsonObject | None = None) -> Content:
    """The content of `message` by the reader of its type; `more` goes into `extra`. Raises `Odd`."""
    kind = as_text(message.get("type"), limit=64)
    if not kind:
        raise Odd("type is missing.")
    said = _said(kind, message, readers)
    extra: JsonObject = {**(said.extra or {}), **(more or {})}
    reply_to = _context(message.get("context"), extra)
    _add_common(message, said, extra)
    return Content(
        type=said.type,
        text=said.text,
        attachments=said.attachments,
        reply_to_external_id=reply_to,
        postback_payload=said.payload,
        extra=extra,
    )


def _said(kind: str, message: JsonObject, readers: Mapping[str, Reader]) -> Said:
    reader = readers.get(kind)
    if reader is None:
        return Said(MessageType.UNSUPPORTED, extra={"platform_type": kind, "reason": UNKNOWN_REASON})
    part = message.get(kind)
    if part is None and (kind == "interactive" or as_list(message.get("errors"))):
        return Said(MessageType.UNSUPPORTED, extra={"platform_type": kind, "reason": REASONS[131000]})
    return reader(part, message)


def _context(context: JsonValue, extra: JsonObject) -> str | None:
    """The quoted message; how often it was forwarded and the product that it is about go into `extra`."""
    if not isinstance(context, dict):
        return None
    extra.update({ours: True for theirs, ours in FORWARDED.items() if context.get(theirs) is True})
    if isinstance(product := context.get("referred_product"), dict):
        extra["referred_product"] = product
    return as_id(context.get("id"))


FORWARDED = {"forwarded": "is_forwarded", "frequently_forwarded": "is_frequently_forwarded"}
"""At most five times, or more often."""


def _add_common(message: JsonObject, said: Said, extra: JsonObject) -> None:
    if isinstance(referral := message.get("referral"), dict):
        extra["referral"] = _referral(referral)
    errors = [error for error in as_list(message.get("errors")) if isinstance(error, dict)]
    if errors:
        extra["errors"] = [_error(error) for error in errors]
        reason = REASONS.get(as_int(errors[0].get("code")) or 0)
        if reason is not None and not said.attachments:
            extra["reason"] = reason


SOURCES = {"ad": "ADS", "post": "POST"}
IDS = {"ad": "ad_id", "post": "post_id"}
CLICK = {"source_url": "referer_uri", "ctwa_clid": "click_id"}
AD = {"headline": "title", "body": "text", "image_url": "photo_url"} | {
    name: name for name in ("video_url", "thumbnail_url", "media_type")
}


def _referral(referral: JsonObject) -> JsonObject:
    """The ad or post that led here, under the names that Messenger's referrals have with us: source, ad_id, ad {…}."""
    kind = as_text(referral.get("source_type"), limit=40) or ""
    facts: JsonObject = {"source": SOURCES.get(kind, kind)}
    if source_id := as_id(referral.get("source_id")):
        facts[IDS.get(kind, "source_id")] = source_id
    facts.update({ours: text for theirs, ours in CLICK.items() if (text := as_text(referral.get(theirs)))})
    if ad := {ours: text for theirs, ours in AD.items() if (text := as_text(referral.get(theirs)))}:
        facts["ad"] = {**ad}
    if welcome := as_text((as_object(referral.get("welcome_message")) or {}).get("text")):
        facts["welcome_text"] = welcome
    return facts


def _error(error: JsonObject) -> JsonObject:
    data = error.get("error_data")
    details = as_text(data.get("details") if isinstance(data, dict) else data, limit=500)
    return {"code": as_int(error.get("code")), "title": as_text(error.get("title"), limit=200), "details": details}


# --- Texts and files --------------------------------------------------------------------------------------------------


def _object(part: JsonValue, name: str) -> JsonObject:
    if not isinstance(part, dict):
        raise Odd(f"{name} is not a JSON object.")
    return part


def _text(part: JsonValue, _: JsonObject) -> Said:
    body = as_text(part.get("body")) if isinstance(part, dict) else None
    if body is None:
        raise Odd("text.body is missing.")
    return Said(MessageType.TEXT, body)


def _media(message_type: MessageType, attachment_type: AttachmentType) -> Reader:
    def read(part: JsonValue, message: JsonObject) -> Said:
        file = _object(part, message_type.value)
        external_id, url = as_id(file.get("id")), as_text(file.get("url"), limit=LONGEST_URL) or None
        caption = as_text(file.get("caption"))
        if external_id is None and url is None:
            if as_list(message.get("errors")):
                return Said(message_type, caption)
            raise Odd(f"The {message_type.value} has neither id nor url.")
        attachment = AttachmentPart(
            type=attachment_type,
            url=url,
            external_id=external_id,
            is_downloadable=True,
            mime_type=as_text(file.get("mime_type"), limit=255),
            sha256_base64=_sha256(as_text(file.get("sha256"), limit=100)),
            file_name=as_text(file.get("filename"), limit=1_000),
            payload={ours: True for theirs, ours in FLAGS.items() if file.get(theirs) is True},
        )
        return Said(message_type, caption, (attachment,))

    return read


FLAGS = {"voice": "is_voice", "animated": "is_animated"}


def _sha256(digest: str | None) -> str | None:
    """In base64, as documented; samples of the history webhook print it in hexadecimal."""
    if digest is None or len(digest) != 64:
        return digest
    try:
        return b64encode(bytes.fromhex(digest)).decode()
    except ValueError:
        return digest


# --- Places, people, carts --------------------------------------------------------------------------------------------


def _location(part: JsonValue, _: JsonObject) -> Said:
    place = _object(part, "location")
    latitude, longitude = _degrees(place.get("latitude"), 90), _degrees(place.get("longitude"), 180)
    if latitude is None or longitude is None:
        raise Odd("The location has no coordinates.")
    attachment = AttachmentPart(
        type=AttachmentType.LOCATION,
        latitude=latitude,
        longitude=longitude,
        title=as_text(place.get("name"), limit=1_000),
        payload={name: place[name] for name in ("address", "url") if isinstance(place.get(name), str)},
    )
    return Said(MessageType.LOCATION, attachments=(attachment,))


def _degrees(value: JsonValue, most: int) -> float | None:
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and isfinite(number) and -most <= number <= most else None


def _contacts(part: JsonValue, message: JsonObject) -> Said:
    cards = [card for card in as_list(part) if isinstance(card, dict)]
    if not cards:
        raise Odd("contacts is not a list of contact cards.")
    origin = as_text(message.get("origin") or cards[0].get("origin"), limit=100)
    attachments = tuple(
        AttachmentPart(type=AttachmentType.CONTACT, title=_formatted_name(card), payload=card) for card in cards
    )
    return Said(MessageType.CONTACT, attachments=attachments, extra={"origin": origin} if origin else None)


def _formatted_name(card: JsonObject) -> str | None:
    return as_text((as_object(card.get("name")) or {}).get("formatted_name"), limit=1_000)


def _order(part: JsonValue, _: JsonObject) -> Said:
    cart = _object(part, "order")
    attachment = AttachmentPart(type=AttachmentType.ORDER, external_id=as_id(cart.get("catalog_id")), payload=cart)
    return Said(MessageType.ORDER, as_text(cart.get("text")) or None, (attachment,))


# --- Taps -------------------------------------------------------------------------------------------------------------


def _button(part: JsonValue, _: JsonObject) -> Said:
    """A tap on a quick reply of a template; without a payload of its own the label is the payload."""
    button = _object(part, "button")
    text, payload = as_text(button.get("text")), as_text(button.get("payload"))
    if text is None and payload is None:
        raise Odd("The button has neither text nor payload.")
    return Said(MessageType.INTERACTIVE, text if text is not None else payload, payload=payload or text)


def _interactive(part: JsonValue, _: JsonObject) -> Said:
    answer = _object(part, "interactive")
    kind = as_text(answer.get("type"), limit=64) or ""
    reader = ANSWERS.get(kind)
    if reader is None:
        extra: JsonObject = {"platform_type": f"interactive:{kind}", "reason": UNKNOWN_REASON, "interactive": answer}
        return Said(MessageType.UNSUPPORTED, extra=extra)
    return reader(_object(answer.get(kind), kind))


def _choice(reply: JsonObject) -> Said:
    title, payload = as_text(reply.get("title")), as_text(reply.get("id"))
    if title is None or payload is None:
        raise Odd("The reply has no id or no title.")
    description = as_text(reply.get("description"))
    return Said(
        MessageType.INTERACTIVE, title, payload=payload, extra={"description": description} if description else None
    )


def _form(reply: JsonObject) -> Said:
    """A form that was filled in (WhatsApp Flow, address). The answers are JSON inside a string."""
    given = as_text(reply.get("response_json"))
    form: JsonObject = {"name": as_text(reply.get("name"), limit=200), "answers": _json_inside(given)}
    return Said(MessageType.INTERACTIVE, as_text(reply.get("body")), extra={"form": form})


def _json_inside(text: str | None) -> JsonValue:
    try:
        return loads(text) if text else None
    except InvalidJson:
        return text


PERMISSIONS = {"accept": "The customer allows us to call.", "reject": "The customer does not allow us to call."}


def _call_permission(reply: JsonObject) -> Said:
    text = PERMISSIONS.get(as_text(reply.get("response"), limit=100) or "")
    return Said(MessageType.INTERACTIVE, text, extra={"call_permission": reply})


def _product(reply: JsonObject) -> Said:
    """Documented on 2026-08-03 without a sample; kept as it is."""
    attachment = AttachmentPart(
        type=AttachmentType.SHARE, external_id=as_id(reply.get("product_retailer_id")), payload=reply
    )
    return Said(MessageType.SHARE, attachments=(attachment,))


ANSWERS: dict[str, Callable[[JsonObject], Said]] = {
    "button_reply": _choice,
    "list_reply": _choice,
    "nfm_reply": _form,
    "call_permission_reply": _call_permission,
    "product": _product,
}


def _unsupported(part: JsonValue, _: JsonObject) -> Said:
    """`unsupported.type` is absent on old versions. What people edit on ordinary numbers comes as type "edit"."""
    kind = as_text(part.get("type"), limit=64) if isinstance(part, dict) else None
    return Said(MessageType.UNSUPPORTED, extra={"platform_type": kind or "unsupported", "reason": UNKNOWN_REASON})


def _placeholder(_: JsonValue, __: JsonObject) -> Said:
    """A file in the history; one of the last 14 days follows in a webhook of its own."""
    return Said(MessageType.UNSUPPORTED, extra={"platform_type": "media_placeholder", "is_placeholder": True})


RECEIVED: dict[str, Reader] = {
    "text": _text,
    "image": _media(MessageType.IMAGE, AttachmentType.IMAGE),
    "video": _media(MessageType.VIDEO, AttachmentType.VIDEO),
    "audio": _media(MessageType.AUDIO, AttachmentType.AUDIO),
    "document": _media(MessageType.FILE, AttachmentType.FILE),
    "sticker": _media(MessageType.STICKER, AttachmentType.STICKER),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "unsupported": _unsupported,
    "media_placeholder": _placeholder,
}


def _asked(part: JsonValue, _: JsonObject) -> Said:
    """An interactive message of ours: buttons, list, product …"""
    asked = _object(part, "interactive")
    text = as_text((as_object(asked.get("body")) or {}).get("text"))
    return Said(MessageType.INTERACTIVE, text, extra={"interactive": asked})


def _template(part: JsonValue, _: JsonObject) -> Said:
    return Said(MessageType.TEMPLATE, extra={"template": _object(part, "template")})


ECHOED: dict[str, Reader] = {**RECEIVED, "interactive": _asked, "template": _template}
"""For what our own account said elsewhere."""
