"""What we want to say, as LINE's message objects: one table, kind → objects of one call.

https://developers.line.biz/en/reference/messaging-api/#message-objects
"""

from __future__ import annotations

from collections.abc import Callable

from hubbub.connectors.line.capabilities import CAPABILITIES, MB
from hubbub.connectors.line.render.actions import action, opening
from hubbub.connectors.line.render.check import JsonObject, capital, refuse, refuse_long
from hubbub.connectors.line.render.links import encoded
from hubbub.connectors.messages import Card, Media, OutboundKind, OutboundMessage
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.json import JsonValue
from hubbub.kit.text import one_line

PREVIEW_BYTES = 1 * MB
NOUNS = {"image": "the picture", "video": "the video", "audio": "the recording"}
FORMATS = {"image": "JPEG or PNG", "video": "MP4", "audio": "MP3 or M4A"}


def compose(message: OutboundMessage) -> list[JsonObject]:
    """The objects, not yet checked against LINE's limits. Raises `Unsendable` for what LINE has no object for."""
    if message.kind in UNSUPPORTED:
        refuse(UNSUPPORTED[message.kind], ErrorCode.UNSUPPORTED)
    return COMPOSERS[message.kind](message)


def _text(message: OutboundMessage) -> list[JsonObject]:
    if message.media:
        return _media(message)
    if not (message.text or "").strip():
        refuse("There is nothing to send; write a text first.")
    return _said(message)


def _said(message: OutboundMessage) -> list[JsonObject]:
    """The text, with its buttons where it has some; nothing when there is neither."""
    if message.footer or (message.header and not message.buttons):
        refuse("LINE has no line above or below a text; write it into the text.", ErrorCode.UNSUPPORTED)
    if message.buttons:
        return [_buttons(message)]
    return [{"type": "text", "text": message.text}] if message.text else []


def _buttons(message: OutboundMessage) -> JsonObject:
    if not message.text:
        refuse("LINE needs a text above buttons; write one.")
    content: JsonObject = {
        "type": "buttons",
        "text": message.text,
        "actions": [action(button) for button in message.buttons],
    }
    if message.header:
        content["title"] = message.header
    return _template(message, content, message.text)


def _template(message: OutboundMessage, content: JsonObject, summary: str) -> JsonObject:
    """`altText` is what notifications and the chat list show."""
    return {"type": "template", "altText": message.alt_text or one_line(summary, 400), "template": content}


def _cards(message: OutboundMessage) -> list[JsonObject]:
    if not message.cards:
        refuse("There is no card to send; add one.")
    columns: list[JsonValue] = [_column(card) for card in message.cards]
    content: JsonObject = {"type": "carousel", "columns": columns}
    if len(message.cards) == 1:
        # A template of its own, with room for more: four buttons, and 160 characters where there is no picture.
        content = {"type": "buttons", **_column(message.cards[0])}
    return [*_said(message), _template(message, content, " · ".join(card.title for card in message.cards))]


def _column(card: Card) -> JsonObject:
    """LINE demands the text and not the title, so a title without a subtitle becomes the text."""
    if not card.buttons:
        refuse(f"LINE needs a button on every card; add one to “{one_line(card.title, 40)}”.")
    column: JsonObject = {"text": card.title}
    if card.subtitle:
        column = {"title": card.title, "text": card.subtitle}
    if card.image_url:
        column["thumbnailImageUrl"] = encoded(card.image_url)
    if card.default_url:
        column["defaultAction"] = opening(card.default_url, card.title)
    return {**column, "actions": [action(button) for button in card.buttons]}


def _media(message: OutboundMessage) -> list[JsonObject]:
    if not message.media:
        refuse("There is no file to send; attach one.")
    return [*(_file(media) for media in message.media), *_said(message)]


def _file(media: Media) -> JsonObject:
    if media.type not in NOUNS:
        refuse(
            "LINE cannot send this kind of file; it takes pictures, videos and recordings. Send a link to it instead.",
            ErrorCode.UNSUPPORTED,
        )
    url = encoded(_checked_url(media))
    if media.type == "audio":
        if not media.duration_ms:
            refuse(
                "LINE needs the length of a recording, and it is unknown; send a link instead.", ErrorCode.MEDIA_REFUSED
            )
        return {"type": "audio", "originalContentUrl": url, "duration": media.duration_ms}
    return {"type": media.type, "originalContentUrl": url, "previewImageUrl": encoded(_preview(media))}


def _checked_url(media: Media) -> str:
    noun, rule = NOUNS[media.type], CAPABILITIES.media[media.type]
    if not media.url:
        refuse(f"{capital(noun)} has no public address, from which LINE could fetch it.", ErrorCode.MEDIA_REFUSED)
    mime_type = (media.mime_type or "").partition(";")[0].strip().lower()
    if mime_type and mime_type not in rule.mime_types:
        refuse(
            f"{capital(noun)} is {one_line(mime_type, 40)}; LINE takes {FORMATS[media.type]}. Convert it first.",
            ErrorCode.MEDIA_REFUSED,
        )
    if (media.size_bytes or 0) > rule.max_bytes:
        refuse_long(noun, media.size_bytes or 0, rule.max_bytes, "bytes")
    return media.url


def _preview(media: Media) -> str:
    """A small picture is its own preview."""
    is_small_picture = media.type == "image" and 0 < (media.size_bytes or 0) <= PREVIEW_BYTES
    preview = media.preview_url or (media.url if is_small_picture else None)
    if not preview:
        noun = NOUNS[media.type]
        refuse(
            f"LINE needs a preview picture of at most 1 MB for {noun}, and there is none; send a link instead.",
            ErrorCode.MEDIA_REFUSED,
        )
    return preview


def _location(message: OutboundMessage) -> list[JsonObject]:
    place: JsonObject = {
        "type": "location",
        "title": message.title,
        "address": message.address,
        "latitude": message.latitude,
        "longitude": message.longitude,
    }
    return [place, *_said(message)]


def _sticker(message: OutboundMessage) -> list[JsonObject]:
    ids = message.sticker
    sticker: JsonObject = {"type": "sticker", "packageId": ids.get("package_id"), "stickerId": ids.get("sticker_id")}
    return [sticker, *_said(message)]


def _flex(message: OutboundMessage) -> list[JsonObject]:
    """`native` is the content, a bubble or a carousel; the text stands in where there is no alternative text."""
    return [{"type": "flex", "altText": message.alt_text or message.text, "contents": dict(message.native)}]


def _native(message: OutboundMessage) -> list[JsonObject]:
    """`native` is a whole message object of LINE's; `text` is only what our own screens show for it."""
    return [dict(message.native)]


COMPOSERS: dict[OutboundKind, Callable[[OutboundMessage], list[JsonObject]]] = {
    OutboundKind.TEXT: _text,
    OutboundKind.MEDIA: _media,
    OutboundKind.CARDS: _cards,
    OutboundKind.LOCATION: _location,
    OutboundKind.STICKER: _sticker,
    OutboundKind.FLEX: _flex,
    OutboundKind.NATIVE: _native,
}
UNSUPPORTED: dict[OutboundKind, str] = {
    OutboundKind.LIST: "LINE has no lists; use quick replies (up to 13), buttons (up to 4) or cards.",
    OutboundKind.TEMPLATE: "LINE has no approved templates and needs none; send the text as it is.",
    OutboundKind.CONTACT: "LINE cannot send contact cards; write the name and number as text.",
    OutboundKind.REACTION: "LINE accounts cannot react to messages; answer with a text or a sticker.",
    OutboundKind.COMMENT_REPLY: "LINE has no comments; send a message.",
    OutboundKind.PRIVATE_REPLY: "LINE has no comments to answer privately; send a message.",
}
