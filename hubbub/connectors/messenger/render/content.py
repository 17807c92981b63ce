"""The `message` object for each kind of content.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from hubbub.connectors.messages import Media, OutboundKind, OutboundMessage
from hubbub.connectors.messenger.capabilities import CAPABILITIES, MB
from hubbub.connectors.messenger.render.form import FORM
from hubbub.connectors.messenger.render.templates import MESSAGE
from hubbub.connectors.meta.rules import check
from hubbub.connectors.meta.templates import (
    JsonObject,
    at_most,
    button_template,
    fitting,
    generic_template,
    refuse,
    render_buttons,
    web_address,
)
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.json import JsonValue, as_int, dumps

MAX_NATIVE_BYTES = 256 * 1024
"""Ours: the documentation names no size of a whole message."""

MAX_TEMPLATE_NAME = 512


def content_kind(message: OutboundMessage) -> OutboundKind:
    """What the bubble holds; a private reply may hold any of them. Refuses two at once."""
    found = [kind for kind, has in HOLDS.items() if has(message)]
    kind = found[0] if message.kind not in CONTENTS and found else message.kind
    strange = [other for other in found if other is not kind and (kind, other) not in PREVIEWS]
    if strange:
        names = " and ".join(one.value for one in (kind, *strange))
        refuse(f"{FORM.platform} cannot show {names} in one message. Send them one after the other.")
    return kind if kind in CONTENTS else OutboundKind.TEXT


HOLDS: dict[OutboundKind, Callable[[OutboundMessage], bool]] = {
    OutboundKind.NATIVE: lambda message: bool(message.native),
    OutboundKind.TEMPLATE: lambda message: message.template is not None,
    OutboundKind.CARDS: lambda message: bool(message.cards),
    OutboundKind.MEDIA: lambda message: bool(message.media),
    OutboundKind.STICKER: lambda message: bool(message.sticker),
    OutboundKind.TEXT: lambda message: bool(message.text),
}

# What our own screen shows for these, beside the real content.
PREVIEWS = {
    (OutboundKind.NATIVE, OutboundKind.TEXT),
    (OutboundKind.TEMPLATE, OutboundKind.TEXT),
    (OutboundKind.STICKER, OutboundKind.TEXT),
}


def _text(message: OutboundMessage) -> JsonObject:
    if message.buttons:
        return {"attachment": button_template(FORM, message.text, message.buttons)}
    return {"text": fitting(FORM, message.text, "The text", CAPABILITIES.text_limit)}


# --- Media ------------------------------------------------------------------------------------------------------------


def _media(message: OutboundMessage) -> JsonObject:
    """One file; several pictures as a stack; a picture or video with buttons as a media template."""
    if not message.media:
        refuse("There is no file in this message. Add one.")
    if message.buttons:
        return {"attachment": _media_template(message)}
    attachments: list[JsonValue] = [_attachment(media) for media in message.media]
    if len(attachments) == 1:
        return {"attachment": attachments[0]}
    if any(media.type != "image" for media in message.media):
        refuse(f"{FORM.platform} shows several files in one message only when all are pictures. Send the others alone.")
    at_most(FORM, len(attachments), CAPABILITIES.media["image"].max_per_message, "pictures")
    return {"attachments": attachments}


def _attachment(media: Media) -> JsonObject:
    check_media(media)
    payload: JsonObject = (
        {"attachment_id": media.handle} if media.handle else {"url": web_address(media.url, "The file")}
    )
    return {"type": media.type, "payload": payload}


def check_media(media: Media) -> None:
    """The type exists and the file is not too large."""
    rule = CAPABILITIES.media.get(media.type)
    if rule is None:
        kinds = ", ".join(CAPABILITIES.media)
        refuse(f"{FORM.platform} takes no files of the type {media.type}. Use one of: {kinds}.", ErrorCode.UNSUPPORTED)
    if media.size_bytes is not None and media.size_bytes > rule.max_bytes:
        size, most = media.size_bytes / MB, rule.max_bytes // MB
        refuse(
            f"The file has {size:.1f} MB; {FORM.platform} takes at most {most} MB for the type {media.type}. "
            "Send a smaller one, or a link.",
            ErrorCode.MEDIA_REFUSED,
        )


def _media_template(message: OutboundMessage) -> JsonObject:
    """…/send-messages/template/media: a link must lead to Facebook; other files must have been uploaded."""
    at_most(FORM, len(message.media), 1, "files above buttons")
    media = message.media[0]
    if media.type not in ("image", "video"):
        refuse(f"{FORM.platform} shows buttons only under a picture or a video, not under the type {media.type}.")
    check_media(media)
    source: JsonObject = {"attachment_id": media.handle} if media.handle else {"url": _facebook_url(media)}
    buttons = render_buttons(FORM, message.buttons, CAPABILITIES.buttons_limit, "buttons")
    element: JsonObject = {"media_type": media.type, **source, "buttons": buttons}
    return {"type": "template", "payload": {"template_type": "media", "elements": [element]}}


def _facebook_url(media: Media) -> str:
    url = web_address(media.url, "The file")
    host = urlsplit(url).hostname or ""
    if host != "facebook.com" and not host.endswith(".facebook.com"):
        refuse("A picture or video with buttons must be uploaded first, or lie on facebook.com. Upload it.")
    return url


# --- The others -------------------------------------------------------------------------------------------------------


def _cards(message: OutboundMessage) -> JsonObject:
    return {"attachment": generic_template(FORM, message.cards)}


def _sticker(message: OutboundMessage) -> JsonObject:
    """…/send-messages/sticker-api: `sticker["sticker_id"]` from the catalogue."""
    sticker_id = as_int(message.sticker.get("sticker_id"), low=1)
    if sticker_id is None:
        refuse("A sticker needs its number (sticker_id) in Messenger's catalogue. Choose one there.")
    return {"sticker_id": sticker_id}


def _template(message: OutboundMessage) -> JsonObject:
    """An approved utility template: …/send-messages/utility-messages"""
    use = message.template
    if use is None:
        refuse("There is no template in this message. Choose one.")
    name = fitting(FORM, use.name, "The name of the template", MAX_TEMPLATE_NAME)
    template: JsonObject = {"name": name, "language": {"code": fitting(FORM, use.language, "The language", 50)}}
    if use.components:
        template["components"] = [*use.components]
    content: JsonObject = {"template": template}
    check(MESSAGE, content, "message")
    return content


def _native(message: OutboundMessage) -> JsonObject:
    """Messenger's own `message` object; every documented rule of its template is checked."""
    if (size := len(dumps(message.native))) > MAX_NATIVE_BYTES:
        refuse(f"The message has {size:,} bytes as JSON; at most {MAX_NATIVE_BYTES:,} are sent. Shorten it.")
    check(MESSAGE, message.native, "message")
    return dict(message.native)


CONTENTS: dict[OutboundKind, Callable[[OutboundMessage], JsonObject]] = {
    OutboundKind.TEXT: _text,
    OutboundKind.MEDIA: _media,
    OutboundKind.CARDS: _cards,
    OutboundKind.TEMPLATE: _template,
    OutboundKind.STICKER: _sticker,
    OutboundKind.NATIVE: _native,
}
