"""Messages, edits and unsends.

https://developers.line.biz/en/reference/messaging-api/#message-event
"""

from __future__ import annotations

from collections.abc import Callable

from hubbub.connectors.events import (
    AttachmentPart,
    AttachmentType,
    Content,
    MessageEdited,
    MessageReceived,
    MessageType,
    MessageUnsent,
)
from hubbub.connectors.line.parse.item import (
    Facts,
    JsonObject,
    Odd,
    Parser,
    Unfamiliar,
    is_anonymous,
    need_id,
    need_object,
    need_text,
    origin_of,
    renamed,
    reply_token,
    sender_of,
)
from hubbub.kit.json import JsonValue, as_id, as_int, as_list, as_object, as_text

ContentParser = Callable[[JsonObject, JsonObject], Content]
"""The message and the `extra` that every type has → its content."""

TOKENS = {"quoteToken": "quote_token", "markAsReadToken": "mark_as_read_token"}
MENTION = {"type": "type", "index": "index", "length": "length", "userId": "external_id", "isSelf": "is_self"}
EMOJI = {"index": "index", "length": "length", "productId": "product_id", "emojiId": "emoji_id"}
ALBUM = {"id": "id", "index": "index", "total": "total"}
STICKER = {"stickerResourceType": "resource_type", "keywords": "keywords"}


def message_received(event: JsonObject, facts: Facts) -> MessageReceived:
    sender, thread = sender_of(event)
    message = need_object(event, "message")
    name = need_text(message, "type")
    parser = CONTENTS.get(name)
    if parser is None:
        raise Unfamiliar(f"message:{name[:80]}")
    extra = _tokens(message)
    if is_anonymous(sender, thread):
        extra["is_anonymous"] = True
    return MessageReceived(
        **facts,
        sender=sender,
        thread=thread,
        external_id=need_id(message, "id"),
        content=parser(message, extra),
        reply_token=reply_token(event),
    )


def message_edited(event: JsonObject, facts: Facts) -> MessageEdited:
    """https://developers.line.biz/en/reference/messaging-api/#edit-event: groups and text only, so far."""
    sender, thread = origin_of(event)
    message = need_object(event, "message")
    name = need_text(message, "type")
    if name != "text":
        raise Unfamiliar(f"messageEdited:{name[:80]}")
    return MessageEdited(
        **facts,
        sender=sender,
        thread=thread,
        external_id=need_id(message, "id"),
        content=_text(message, _tokens(message)),
    )


def message_unsent(event: JsonObject, facts: Facts) -> MessageUnsent:
    sender, thread = origin_of(event)
    external_id = need_id(need_object(event, "unsend"), "messageId")
    return MessageUnsent(**facts, sender=sender, thread=thread, external_id=external_id)


def _tokens(message: JsonObject) -> JsonObject:
    return {ours: token for theirs, ours in TOKENS.items() if (token := as_text(message.get(theirs)))}


def _text(message: JsonObject, extra: JsonObject) -> Content:
    """Indexes in mentions and emojis count UTF-16 code units of `text`, as LINE gives them."""
    emojis = [renamed(emoji, EMOJI) for emoji in as_list(message.get("emojis")) if isinstance(emoji, dict)]
    if emojis:
        extra["emojis"] = [*emojis]
    return Content(
        type=MessageType.TEXT,
        text=need_text(message, "text"),
        reply_to_external_id=as_id(message.get("quotedMessageId")),
        mentions=_mentions(message.get("mention")) if "mention" in message else (),
        extra=extra,
    )


def _mentions(mention: JsonValue) -> tuple[JsonObject, ...]:
    people = as_list(mention.get("mentionees")) if isinstance(mention, dict) else []
    return tuple(renamed(person, MENTION) for person in people if isinstance(person, dict))


def _image(message: JsonObject, extra: JsonObject) -> Content:
    album = as_object(message.get("imageSet"))
    if album is not None:
        extra["album"] = renamed(album, ALBUM)
    return _media(message, extra, MessageType.IMAGE, AttachmentType.IMAGE)


def _video(message: JsonObject, extra: JsonObject) -> Content:
    return _media(message, extra, MessageType.VIDEO, AttachmentType.VIDEO)


def _audio(message: JsonObject, extra: JsonObject) -> Content:
    return _media(message, extra, MessageType.AUDIO, AttachmentType.AUDIO)


def _media(message: JsonObject, extra: JsonObject, message_type: MessageType, kind: AttachmentType) -> Content:
    """Bytes lie with LINE under the message's id, or (sent through LIFF) at a URL of somebody else's."""
    provider = as_object(message.get("contentProvider")) or {}
    is_with_line = provider.get("type", "line") == "line"
    url = as_text(provider.get("originalContentUrl"), limit=4000)
    part = AttachmentPart(
        type=kind,
        url=None if is_with_line else url,
        external_id=need_id(message, "id") if is_with_line else None,
        is_downloadable=is_with_line or url is not None,
        duration_ms=as_int(message.get("duration"), low=0),
        payload={} if is_with_line else renamed(provider, {"type": "provider", "previewImageUrl": "preview_url"}),
    )
    return Content(type=message_type, attachments=(part,), extra=extra)


def _file(message: JsonObject, extra: JsonObject) -> Content:
    part = AttachmentPart(
        type=AttachmentType.FILE,
        external_id=need_id(message, "id"),
        is_downloadable=True,
        file_name=as_text(message.get("fileName"), limit=1000),
        size_bytes=as_int(message.get("fileSize"), low=0),
    )
    return Content(type=MessageType.FILE, attachments=(part,), extra=extra)


def _location(message: JsonObject, extra: JsonObject) -> Content:
    part = AttachmentPart(
        type=AttachmentType.LOCATION,
        latitude=_need_degrees(message, "latitude", 90),
        longitude=_need_degrees(message, "longitude", 180),
        title=as_text(message.get("title"), limit=1000),
        payload=renamed(message, {"address": "address"}),
    )
    return Content(type=MessageType.LOCATION, attachments=(part,), extra=extra)


def _need_degrees(message: JsonObject, name: str, most: int) -> float:
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        raise Odd(f"The event has no usable {name!r}.")
    return float(value)


def _sticker(message: JsonObject, extra: JsonObject) -> Content:
    """Only its ids: LINE has no API that gives a sticker's picture. Arranged stickers all report the same id."""
    ids: JsonObject = {"package_id": need_id(message, "packageId"), "sticker_id": need_id(message, "stickerId")}
    return Content(
        type=MessageType.STICKER,
        text=as_text(message.get("text")),
        attachments=(AttachmentPart(type=AttachmentType.STICKER, payload={**ids, **renamed(message, STICKER)}),),
        reply_to_external_id=as_id(message.get("quotedMessageId")),
        extra=extra,
    )


CONTENTS: dict[str, ContentParser] = {
    "text": _text,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "file": _file,
    "location": _location,
    "sticker": _sticker,
}
MESSAGES: dict[str, Parser] = {
    "message": message_received,
    "messageEdited": message_edited,
    "unsend": message_unsent,
}
