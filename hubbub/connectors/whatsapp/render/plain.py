"""Each kind of message as WhatsApp's `type` and object.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import re

from hubbub.connectors.messages import Media, OutboundMessage
from hubbub.connectors.outcomes import ErrorCode
from hubbub.connectors.whatsapp.capabilities import CAPABILITIES, CAPTION_LIMIT, KB, MB, TEXT_LIMIT
from hubbub.connectors.whatsapp.render import compose
from hubbub.connectors.whatsapp.render.checks import (
    JsonObject,
    file,
    items,
    link,
    only_keys,
    optional_text,
    part,
    refuse,
    text,
)
from hubbub.connectors.whatsapp.render.interactive import check_interactive
from hubbub.connectors.whatsapp.render.template import template_object
from hubbub.kit.json import JsonValue
from hubbub.kit.text import length

Rendered = tuple[str, JsonValue]

TYPES = {"image": "image", "video": "video", "audio": "audio", "file": "document", "sticker": "sticker"}
NOUNS = {"image": "picture", "video": "video", "audio": "audio file", "file": "file", "sticker": "sticker"}
WITH_CAPTION = frozenset({"image", "video", "file"})
CONTACTS = 257
BIRTHDAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NAME_PARTS = ("first_name", "last_name", "middle_name", "prefix", "suffix")


def text_message(message: OutboundMessage) -> Rendered:
    if message.buttons or message.quick_replies:
        return "interactive", compose.buttons(message)
    _refuse_frame(message)
    body = text(message.text, "the message", TEXT_LIMIT)
    content: JsonObject = {"body": body}
    if "https://" in body or "http://" in body:
        content["preview_url"] = True
    return "text", content


def _refuse_frame(message: OutboundMessage) -> None:
    if message.header or message.footer:
        refuse("WhatsApp shows a title or small print only with buttons or a list. Write them into the text.")


def list_message(message: OutboundMessage) -> Rendered:
    if message.buttons or message.quick_replies:
        refuse("Beside a list WhatsApp shows no buttons. Make them rows of the list.")
    return "interactive", compose.list_message(message)


def template_message(message: OutboundMessage) -> Rendered:
    if message.template is None:
        refuse("No template is chosen. Choose one.", ErrorCode.TEMPLATE_REFUSED)
    return "template", template_object(message.template)


# --- Files ------------------------------------------------------------------------------------------------------------


def media_message(message: OutboundMessage) -> Rendered:
    if len(message.media) != 1:
        refuse(f"WhatsApp takes one file in a message, not {len(message.media)}. Send them one by one.")
    media = message.media[0]
    kind = TYPES.get(media.type)
    if kind is None:
        refuse(f"WhatsApp takes no files of this type. It takes: {', '.join(TYPES)}.", ErrorCode.MEDIA_REFUSED)
    content = _file(media)
    if message.buttons or message.quick_replies:
        return "interactive", compose.buttons(message, _as_header(kind, content))
    _refuse_frame(message)
    return kind, {**content, **_caption(message, media)}


def _as_header(kind: str, content: JsonObject) -> JsonObject:
    if kind in ("audio", "sticker"):
        refuse("Below audio files and stickers WhatsApp shows no buttons. Send them apart.")
    return {"type": kind, kind: content}


def _caption(message: OutboundMessage, media: Media) -> JsonObject:
    if not message.text:
        return {}
    if media.type not in WITH_CAPTION:
        refuse(f"WhatsApp shows no text beside this {NOUNS[media.type]}. Send the text as a message of its own.")
    return {"caption": text(message.text, f"the text beside the {NOUNS[media.type]}", CAPTION_LIMIT)}


def _file(media: Media) -> JsonObject:
    """`{"id"}` or `{"link"}`, with what its type adds. Raises `Unsendable` when the platform would not take it."""
    _refuse_unfit(media)
    content: JsonObject
    if media.handle:
        content = {"id": media.handle}
    else:
        content = {"link": link(media.url, f"the link of the {NOUNS[media.type]}")}
    if media.type == "file" and media.file_name:
        content["filename"] = media.file_name
    if media.type == "audio" and media.is_voice:
        content["voice"] = True
    return file(content, f"the {NOUNS[media.type]}")


def _refuse_unfit(media: Media) -> None:
    rule = CAPABILITIES.media[media.type]
    mime_type = (media.mime_type or "").partition(";")[0].strip().lower()
    if mime_type and mime_type not in rule.mime_types:
        refuse(
            f"WhatsApp takes no {NOUNS[media.type]} of the type {mime_type[:100]}. Convert it to one of: "
            f"{', '.join(rule.mime_types)}.",
            ErrorCode.MEDIA_REFUSED,
        )
    if media.size_bytes is not None and media.size_bytes > rule.max_bytes:
        refuse(
            f"The {NOUNS[media.type]} has {_size(media.size_bytes)}; WhatsApp takes {_size(rule.max_bytes)} at most. "
            "Make it smaller.",
            ErrorCode.MEDIA_REFUSED,
        )
    if media.is_voice and mime_type and mime_type != "audio/ogg":
        refuse("A voice message must be an audio/ogg file with Opus. Send it as an ordinary audio file.")


def _size(size: int) -> str:
    return f"{size / MB:.1f} MB" if size >= MB else f"{size / KB:.0f} KB"


def sticker_message(message: OutboundMessage) -> Rendered:
    """A file (`media`), or `sticker` with the id of an uploaded file or a link."""
    if message.media:
        kind, content = media_message(message)
        if kind != "sticker":
            refuse("This file is no sticker. Send it as a file, or choose a webp file as the sticker.")
        return kind, content
    only_keys(message.sticker, ("id", "link"), "the sticker")
    return "sticker", file({**message.sticker}, "the sticker")


# --- Places, people, reactions ----------------------------------------------------------------------------------------


def location_message(message: OutboundMessage) -> Rendered:
    if message.latitude is None or message.longitude is None:
        refuse("The place has no coordinates. Choose it on the map.")
    if not (-90 <= message.latitude <= 90 and -180 <= message.longitude <= 180):
        refuse("These coordinates are nowhere on earth. Latitude goes to 90, longitude to 180.")
    content: JsonObject = {"latitude": str(message.latitude), "longitude": str(message.longitude)}
    for name, value in (("name", message.title), ("address", message.address)):
        if optional_text(value, f"the {name} of the place", TEXT_LIMIT):
            content[name] = value
    return "location", content


def contacts_message(message: OutboundMessage) -> Rendered:
    """Contact cards in WhatsApp's own form: `{"name": {"formatted_name"}, "phones": [{"phone"}], …}`."""
    cards = items([*message.contacts], "contact cards", CONTACTS)
    return "contacts", [_card(card) for card in cards]


def _card(card: JsonObject) -> JsonObject:
    name = part(card.get("name"), "the name on the contact card")
    full_name = text(name.get("formatted_name"), "the name on the contact card", TEXT_LIMIT)
    birthday = card.get("birthday")
    if birthday is not None and not (isinstance(birthday, str) and BIRTHDAY.fullmatch(birthday)):
        refuse("The birthday on the contact card must be written as YYYY-MM-DD.")
    if any(name.get(one) for one in NAME_PARTS):
        return card
    # WhatsApp wants a second part of the name beside the full one.
    return {**card, "name": {**name, "first_name": full_name}}


def reaction_message(message: OutboundMessage) -> Rendered:
    """An empty emoji takes the reaction back."""
    emoji = message.reaction_emoji
    if not message.reaction_to_external_id or emoji is None:
        refuse("A reaction needs a message and an emoji. Choose both.")
    if emoji and (length(emoji, "graphemes") != 1 or emoji.isascii()):
        refuse("A reaction on WhatsApp is a single emoji. Choose one.")
    return "reaction", {"message_id": message.reaction_to_external_id, "emoji": emoji}


# --- WhatsApp's own objects -------------------------------------------------------------------------------------------


def native_message(message: OutboundMessage) -> Rendered:
    """`{"type": "interactive", "interactive": {…}}`: products, catalogs, carousels, forms, call buttons."""
    if message.native.get("type") != "interactive":
        refuse(
            "Only interactive messages can be given in WhatsApp's own form. Use text, files or templates for the rest.",
            ErrorCode.UNSUPPORTED,
        )
    only_keys(message.native, ("type", "interactive"), "the message")
    return "interactive", check_interactive(message.native.get("interactive"))
