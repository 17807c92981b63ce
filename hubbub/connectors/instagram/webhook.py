"""What Instagram tells: items of `messaging` and `standby` by their key, items of `changes` by their field.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks
https://developers.facebook.com/documentation/instagram-platform/webhooks
"""

from __future__ import annotations

from hubbub.connectors.events import AttachmentPart, AttachmentType, InboundEvent, MessageType
from hubbub.connectors.instagram.comments import CHANGES
from hubbub.connectors.meta.content import (
    SHARED_ATTACHMENTS,
    Piece,
    ReadAttachment,
    link_in,
    message_parser,
    shared,
)
from hubbub.connectors.meta.envelope import Item, Odd, parse_items, unknown
from hubbub.connectors.meta.messaging import SHARED_EVENTS, JsonObject, Parser, Turn, edited, parse_turn, turn_of
from hubbub.connectors.meta.optins import opted_in
from hubbub.kit.json import as_int, as_text

OBJECT = "instagram"


def parse(body: bytes) -> list[InboundEvent]:
    """Every event of `body`, in its order. Never raises."""
    return parse_items(body, OBJECT, _parse_item)


def _parse_item(item: Item) -> list[InboundEvent]:
    turn = turn_of(item)
    return parse_turn(turn, item, EVENTS) if turn is not None else [_parse_change(item)]


def _parse_change(item: Item) -> InboundEvent:
    field = as_text(item.value.get("field"), limit=100)
    if not field:
        raise Odd("A change has no field.")
    parser = CHANGES.get(field)
    if parser is None:
        return unknown(item.address, field, item.raw)
    value = item.value.get("value")
    if not isinstance(value, dict):
        raise Odd(f"The value of {field} is not a JSON object.")
    if not item.address:
        raise Odd(f"The change of {field} does not say for which account it is.")
    return parser(item, value)


def _story_mention(attachment: JsonObject, payload: JsonObject) -> Piece:
    """Only the link may be kept, never the media; it dies with the story. …/features/story-mention"""
    return Piece(MessageType.STORY_MENTION, AttachmentPart(type=AttachmentType.STORY, url=link_in(attachment, payload)))


def _view_once(attachment: JsonObject, payload: JsonObject) -> Piece:  # noqa: ARG001  one signature for the table
    """A photo or video to be seen once, in the app only: whatever else stands there is left alone."""
    return Piece(MessageType.UNSUPPORTED, AttachmentPart(type=AttachmentType.IMAGE, payload={"kind": "view_once"}))


def _heart(attachment: JsonObject, payload: JsonObject) -> Piece:  # noqa: ARG001  one signature for the table
    return Piece(MessageType.STICKER, AttachmentPart(type=AttachmentType.STICKER, payload={"sticker_id": "like_heart"}))


ATTACHMENTS: dict[str, ReadAttachment] = {
    **SHARED_ATTACHMENTS,
    "ig_post": shared("post", {"ig_post_media_id": "post_id"}),
    # Retired in April 2026. What lies behind its link is not said, so nothing is copied: it could be a story.
    "share": shared("share", {}, is_downloadable=False),
    "story_mention": _story_mention,
    "ephemeral": _view_once,
    "media_share": shared("post", {"id": "post_id", "attachment_id": "attachment_id"}, is_downloadable=False),
    "like_heart": _heart,
}
"""Keys in lower case. The last two come in echoes."""

_message = message_parser(ATTACHMENTS, twins={"share": "ig_post"})


def _edited(turn: Turn, edit: JsonObject) -> InboundEvent:
    """Edit number 0 is the message itself, which some apps get in place of `message`; a known id makes it a repeat."""
    if as_int(edit.get("num_edit")) == 0:
        return _message(turn, {name: edit[name] for name in ("mid", "text") if name in edit})
    return edited(turn, edit)


EVENTS: dict[str, Parser] = {**SHARED_EVENTS, "message": _message, "message_edit": _edited, "optin": opted_in}
