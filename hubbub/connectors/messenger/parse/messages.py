"""What stands under `message`: what Messenger adds to `meta.content`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages
"""

from __future__ import annotations

from dataclasses import replace

from hubbub.connectors.events import AttachmentPart, AttachmentType, InboundEvent, MessageReceived, MessageType
from hubbub.connectors.meta.content import (
    SHARED_ATTACHMENTS,
    Piece,
    ReadAttachment,
    link_in,
    message_parser,
    shared,
    template,
    title_in,
)
from hubbub.connectors.meta.messaging import JsonObject, Turn
from hubbub.kit.json import JsonValue, as_id, as_int, as_list, as_object, as_text, dig


def said(turn: Turn, message: JsonObject) -> InboundEvent:
    """A message or an echo; `hop_context` beside it says that a lead ad's automation wrote it down for the person."""
    event = _read_message(turn, _without_twins(message))
    hop = as_object(turn.value.get("hop_context"))
    if hop is None or not isinstance(event, MessageReceived):
        return event
    facts: JsonObject = {"app_id": as_id(hop.get("app_id")), "metadata": as_text(hop.get("metadata"), limit=1_000)}
    return replace(event, content=replace(event.content, extra={**event.content.extra, "hop_context": facts}))


def _without_twins(message: JsonObject) -> JsonObject:
    """Until 30 August 2026 an `image` of the same picture accompanied each `sticker`: one bubble, not two."""
    attachments = message.get("attachments")
    if not isinstance(attachments, list) or len(attachments) < 2:
        return message
    stickers = [_url(attachment) for attachment in attachments if dig(attachment, "type") == "sticker"]
    if not stickers:
        return message
    kept = [one for one in attachments if not (dig(one, "type") == "image" and _is_twin(one, stickers))]
    return {**message, "attachments": kept}


def _url(attachment: JsonValue) -> JsonValue:
    return dig(attachment, "payload", "url")


def _is_twin(image: JsonValue, stickers: list[JsonValue]) -> bool:
    return as_id(dig(image, "payload", "sticker_id")) is not None or _url(image) in stickers


# --- Attachments ------------------------------------------------------------------------------------------------------


def _sticker(attachment: JsonObject, payload: JsonObject) -> Piece:
    """`sticker_id` is a number on one page and a string on another."""
    url, sticker_id = link_in(attachment, payload), as_id(payload.get("sticker_id"))
    part = AttachmentPart(
        type=AttachmentType.STICKER,
        url=url,
        is_downloadable=url is not None,
        payload={"sticker_id": sticker_id} if sticker_id else {},
    )
    return Piece(MessageType.STICKER, part)


def _image(attachment: JsonObject, payload: JsonObject) -> Piece:
    """An image; until June 2026 a sticker came as one with a `sticker_id`."""
    if as_id(payload.get("sticker_id")) is not None:
        return _sticker(attachment, payload)
    return SHARED_ATTACHMENTS["image"](attachment, payload)


def _link(attachment: JsonObject, payload: JsonObject) -> Piece:
    """`fallback`: a link or a share that Messenger has no better form for; without a link it can only be named."""
    url, title = link_in(attachment, payload), title_in(attachment, payload)
    if url is None and title is None:
        return Piece(MessageType.UNSUPPORTED)
    part = AttachmentPart(type=AttachmentType.SHARE, url=url, title=title, payload={"kind": "link"})
    return Piece(MessageType.SHARE, part)


def _template(attachment: JsonObject, payload: JsonObject) -> Piece:
    """A template that we or another app sent; with `product`, one of our products that a person shares."""
    product = as_object(payload.get("product"))
    if product is None:
        return template(attachment, payload)
    elements = [dict(element) for element in as_list(product.get("elements")) if isinstance(element, dict)]
    title = as_text(elements[0].get("title"), limit=1_000) if elements else None
    part = AttachmentPart(type=AttachmentType.SHARE, title=title, payload={"kind": "product", "products": [*elements]})
    return Piece(MessageType.SHARE, part)


_BOOKING_TIMES = ("start_time", "end_time")


def _appointment(_: JsonObject, payload: JsonObject) -> Piece:
    """An appointment that the person asked for, or its change; times are seconds."""
    status = as_text(payload.get("status"), limit=100) or "requested"
    facts: JsonObject = {"kind": "appointment", "status": status}
    for name in ("booking_id", "timezone"):
        if text := as_text(payload.get(name), limit=200):
            facts[name] = text
    for name in _BOOKING_TIMES:
        if (seconds := as_int(payload.get(name), low=0)) is not None:
            facts[name] = seconds
    part = AttachmentPart(type=AttachmentType.TEMPLATE, title=f"Appointment {status}", payload=facts)
    return Piece(MessageType.TEMPLATE, part)


def _location(attachment: JsonObject, payload: JsonObject) -> Piece:
    """A place; no longer in the reference, but old clients may send it."""
    part = AttachmentPart(
        type=AttachmentType.LOCATION,
        url=link_in(attachment, payload),
        title=title_in(attachment, payload),
        latitude=_degrees(dig(payload, "coordinates", "lat"), 90),
        longitude=_degrees(dig(payload, "coordinates", "long"), 180),
    )
    return Piece(MessageType.LOCATION, part)


def _degrees(value: JsonValue, most: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > most:
        return None
    return float(value)


_post = shared("post", {"id": "post_id"})

ATTACHMENTS: dict[str, ReadAttachment] = SHARED_ATTACHMENTS | {
    "image": _image,
    "sticker": _sticker,
    "fallback": _link,
    "template": _template,
    "post": _post,
    "ig_post": _post,
    "appointment_booking": _appointment,
    "location": _location,
}

_read_message = message_parser(ATTACHMENTS)
