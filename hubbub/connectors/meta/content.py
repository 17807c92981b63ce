"""What stands under `message` in a messaging item: texts, attachments, replies, echoes, unsends.

`message_parser(attachments)` makes the parser of the key `message`; `attachments` is the platform's table from an
attachment's type to the function that reads it, usually `SHARED_ATTACHMENTS | {…}`. A type that is not in the table
does not hide the message: it becomes one of type unsupported that says so in `extra["unsupported"]`.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from hubbub.connectors.events import (
    AttachmentPart,
    AttachmentType,
    Content,
    InboundEvent,
    MessageEchoed,
    MessageReceived,
    MessageType,
    MessageUnsent,
)
from hubbub.connectors.meta.envelope import need_id
from hubbub.connectors.meta.messaging import JsonObject, Parser, Turn, referral_facts
from hubbub.kit.json import JsonValue, as_id, as_list, as_object, as_text, dig

LONGEST_URL = 8_000
INBOXES = frozenset({"263902037430900", "1217981644879628"})
"""The apps in which people write: Page Inbox, Instagram Inbox.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing"""


class Piece(NamedTuple):
    """One attachment, read: what it makes of the message, and the part that is shown."""

    type: MessageType
    part: AttachmentPart | None = None


ReadAttachment = Callable[[JsonObject, JsonObject], Piece]
"""(the attachment, its payload, which may be empty) → the piece."""
Attachments = Mapping[str, ReadAttachment]
Twins = Mapping[str, str]
"""An older type of attachment → the newer one beside which the platform repeats it: only the newer one is shown."""


def message_parser(attachments: Attachments, twins: Twins | None = None) -> Parser:
    """The parser of `message`: MessageReceived, MessageEchoed or MessageUnsent."""
    doubles = twins or {}

    def parse(turn: Turn, message: JsonObject) -> InboundEvent:
        mid = need_id(message.get("mid"), "message.mid")
        if message.get("is_deleted") is True:
            return _unsent(turn, mid)
        content = read_content(message, attachments, doubles)
        if turn.is_by_us:
            return _echoed(turn, message, mid, content)
        return MessageReceived(**turn.facts(f"message:{mid}"), sender=turn.person(), external_id=mid, content=content)

    return parse


def _unsent(turn: Turn, mid: str) -> InboundEvent:
    sender = None if turn.is_by_us else turn.person()
    return MessageUnsent(**turn.facts(f"unsent:{mid}"), sender=sender, external_id=mid)


def _echoed(turn: Turn, message: JsonObject, mid: str, content: Content) -> InboundEvent:
    """…/webhook-events/message-echoes; Instagram documents neither `app_id` nor `metadata`."""
    app_id = as_id(message.get("app_id"))
    return MessageEchoed(
        **turn.facts(f"echo:{mid}"),
        recipient=turn.person(),
        external_id=mid,
        content=content,
        app_id=app_id,
        is_by_person=app_id in INBOXES,
        metadata=as_text(message.get("metadata"), limit=1_000),
    )


def read_content(message: JsonObject, attachments: Attachments, twins: Twins) -> Content:
    """The content of `message`. What it replies to, a referral and the like lie in `extra` under our names."""
    extra: JsonObject = {}
    listed = _without_twins(as_list(message["attachments"]), twins) if "attachments" in message else []
    pieces = _pieces(listed, attachments, extra)
    for name in message:
        if name in EXTRAS:
            EXTRAS[name](message[name], extra)
    parts = tuple(piece.part for piece in pieces if piece.part is not None)
    text = as_text(message.get("text"))
    return Content(
        type=_type(text, pieces, extra),
        text=text,
        attachments=(*_story(extra), *parts),
        reply_to_external_id=as_id(dig(message, "reply_to", "mid")) if "reply_to" in message else None,
        postback_payload=as_text(dig(message, "quick_reply", "payload")) if "quick_reply" in message else None,
        extra=extra,
    )


def _type(text: str | None, pieces: list[Piece], extra: JsonObject) -> MessageType:
    """The first of: unsupported, a quick reply's tap, a story, the attachment, the text. A link beside text is text."""
    for name, message_type in MARKS.items():
        if name in extra:
            return message_type
    shown = [piece for piece in pieces if piece.type is not MessageType.UNSUPPORTED]
    is_text_with_link = text is not None and all(piece.type is MessageType.SHARE for piece in shown)
    if shown and not is_text_with_link:
        return shown[0].type
    return MessageType.UNSUPPORTED if text is None else MessageType.TEXT


MARKS = {
    "is_unsupported": MessageType.UNSUPPORTED,
    "is_quick_reply": MessageType.INTERACTIVE,
    "story": MessageType.STORY_REPLY,
}


# --- What else a message says -----------------------------------------------------------------------------------------


def _referral(value: JsonValue, extra: JsonObject) -> None:
    if isinstance(value, dict) and value:
        extra["referral"] = referral_facts(value)


def _reply_to(value: JsonValue, extra: JsonObject) -> None:
    if not isinstance(value, dict):
        return
    if value.get("is_self_reply") is True:
        extra["is_self_reply"] = True
    story = as_object(value.get("story"))
    if story is not None:
        extra["story"] = {name: text for name in ("id", "url") if (text := as_text(story.get(name), limit=LONGEST_URL))}


def _quick_reply(value: JsonValue, extra: JsonObject) -> None:
    if isinstance(value, dict):
        extra["is_quick_reply"] = True


def _flag(name: str) -> Callable[[JsonValue, JsonObject], None]:
    def read(value: JsonValue, extra: JsonObject) -> None:
        if value is True:
            extra[name] = True

    return read


def _kept(name: str) -> Callable[[JsonValue, JsonObject], None]:
    def read(value: JsonValue, extra: JsonObject) -> None:
        if value:
            extra[name] = value

    return read


EXTRAS: dict[str, Callable[[JsonValue, JsonObject], None]] = {
    "referral": _referral,
    "reply_to": _reply_to,
    "quick_reply": _quick_reply,
    "is_unsupported": _flag("is_unsupported"),
    "commands": _kept("commands"),
    "nlp": _kept("nlp"),
}


def _story(extra: JsonObject) -> tuple[AttachmentPart, ...]:
    """The story replied to. Only its link may be kept, never the media, and the link dies within a day."""
    story = as_object(extra.get("story"))
    if story is None:
        return ()
    story_id = story.get("id")
    payload: JsonObject = {"story_id": story_id} if story_id else {}
    return (AttachmentPart(type=AttachmentType.STORY, url=as_text(story.get("url")), payload=payload),)


# --- Attachments ------------------------------------------------------------------------------------------------------


def _without_twins(listed: list[JsonValue], twins: Twins) -> list[JsonValue]:
    if len(listed) < 2:
        return listed
    types = {_type_of(attachment) for attachment in listed}
    return [attachment for attachment in listed if twins.get(_type_of(attachment), "") not in types]


def _type_of(attachment: JsonValue) -> str:
    """MEDIA_SHARE is written in capitals when sent."""
    name = as_text(attachment.get("type"), limit=100) if isinstance(attachment, dict) else None
    return (name or "without a type").lower()


def _pieces(listed: list[JsonValue], attachments: Attachments, extra: JsonObject) -> list[Piece]:
    pieces = []
    strange: list[JsonValue] = []
    for attachment in listed:
        if not isinstance(attachment, dict):
            continue
        name = _type_of(attachment)
        read = attachments.get(name)
        if read is None:
            strange.append(name)
        else:
            pieces.append(read(attachment, as_object(attachment.get("payload")) or {}))
    if strange:
        extra["unsupported"] = strange
    return pieces


def link_in(attachment: JsonObject, payload: JsonObject) -> str | None:
    """The URL in the payload; echoes may have it beside the type. None unless it is http or https."""
    url = as_text(payload.get("url") or attachment.get("url"), limit=LONGEST_URL)
    return url if url and url.startswith(("https://", "http://")) else None


def title_in(attachment: JsonObject, payload: JsonObject) -> str | None:
    return as_text(payload.get("title") or attachment.get("title"), limit=1_000) or None


def media(message_type: MessageType, attachment_type: AttachmentType) -> ReadAttachment:
    """A file on the platform's CDN, whose link expires: to be copied soon."""

    def read(attachment: JsonObject, payload: JsonObject) -> Piece:
        url = link_in(attachment, payload)
        handle = as_id(payload.get("attachment_id"))  # a number in echoes of templates and uploads
        part = AttachmentPart(
            type=attachment_type,
            url=url,
            is_downloadable=url is not None,
            title=title_in(attachment, payload),
            payload={"attachment_id": handle} if handle else {},
        )
        return Piece(message_type, part)

    return read


def shared(kind: str, ids: Mapping[str, str], *, is_downloadable: bool = True) -> ReadAttachment:
    """A post or reel shown as a card; its link leads to the picture or video on the CDN and expires, so it is copied.

    `ids`: their name in the payload → ours.
    """

    def read(attachment: JsonObject, payload: JsonObject) -> Piece:
        url = link_in(attachment, payload)
        facts: JsonObject = {ours: found for theirs, ours in ids.items() if (found := as_id(payload.get(theirs)))}
        part = AttachmentPart(
            type=AttachmentType.SHARE,
            url=url,
            is_downloadable=is_downloadable and url is not None,
            title=title_in(attachment, payload),
            payload={"kind": kind, **facts},
        )
        return Piece(MessageType.SHARE, part)

    return read


def template(attachment: JsonObject, payload: JsonObject) -> Piece:
    """A card that we or another app sent, as its echo shows it; or a product that somebody asks about."""
    elements = next((rows for rows in (as_list(dig(payload, key, "elements")) for key in payload) if rows), None)
    first = as_object((elements or as_list(payload.get("elements")) or [None])[0]) or {}
    title = as_text(first.get("title") or payload.get("title") or payload.get("text"), limit=1_000)
    part = AttachmentPart(
        type=AttachmentType.TEMPLATE, url=link_in(attachment, payload), title=title, payload=dict(payload)
    )
    return Piece(MessageType.TEMPLATE, part)


SHARED_ATTACHMENTS: dict[str, ReadAttachment] = {
    "image": media(MessageType.IMAGE, AttachmentType.IMAGE),
    "video": media(MessageType.VIDEO, AttachmentType.VIDEO),
    "audio": media(MessageType.AUDIO, AttachmentType.AUDIO),
    "file": media(MessageType.FILE, AttachmentType.FILE),
    "reel": shared("reel", {"reel_video_id": "reel_video_id"}),
    "ig_reel": shared("reel", {"reel_video_id": "reel_video_id"}),
    "template": template,
}
