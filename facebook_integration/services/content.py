"""What the documented methods are given, as a message of the hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from hubbub.connectors.messages import Button, ButtonType, Media, OutboundKind, OutboundMessage
from hubbub.connectors.messenger.tidying import Json, tidy_template
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import as_list, as_text

QUICK_REPLIES = {
    "text": ButtonType.POSTBACK,
    "user_phone_number": ButtonType.SHARE_PHONE,
    "user_email": ButtonType.SHARE_EMAIL,
    "location": ButtonType.SHARE_LOCATION,
}
LONGEST_PREVIEW = 600


def text_message(text: str, quick_replies: Sequence[Mapping[str, Any]] = ()) -> OutboundMessage:
    """A text, perhaps with choices below it."""
    replies = tuple(_quick_reply(one) for one in quick_replies)
    return OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=text, quick_replies=replies)


def _quick_reply(reply: Mapping[str, Any]) -> Button:
    kind = as_text(reply.get("content_type")) or "text"
    if kind not in QUICK_REPLIES:
        raise InvalidInput(f"A quick reply's content_type is one of {', '.join(QUICK_REPLIES)}.")
    payload = reply.get("payload")
    return Button(
        type=QUICK_REPLIES[kind],
        title=as_text(reply.get("title")) or "",
        payload=None if payload is None else str(payload),
        image_url=as_text(reply.get("image_url")),
    )


def file_message(
    media_type: str,
    url: str | None = None,
    attachment_id: str | None = None,
    *,
    is_reusable: bool = False,
    quick_replies: Sequence[Mapping[str, Any]] = (),
) -> OutboundMessage:
    """A picture, video, recording or file: by its public address, or by the id of one that was uploaded."""
    if (url is None) == (attachment_id is None):
        raise InvalidInput("Give either the address of the file or its attachment_id.")
    handle = None if attachment_id is None else str(attachment_id)
    media = Media(type=media_type, url=url, handle=handle, is_reusable=is_reusable and handle is None)
    replies = tuple(_quick_reply(one) for one in quick_replies)
    return OutboundMessage(message_id="", kind=OutboundKind.MEDIA, media=(media,), quick_replies=replies)


def is_on_facebook(url: str | None) -> bool:
    """Whether Messenger shows a file from this address in a media template; every other one must be uploaded."""
    host = urlsplit(url or "").hostname or ""
    return host == "facebook.com" or host.endswith(".facebook.com")


def native_message(message: Mapping[str, Any]) -> OutboundMessage:
    """Messenger's own `message` object; it is checked before it is queued."""
    attachment = message.get("attachment")
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    preview = as_text(message.get("text")) or (_preview(payload) if isinstance(payload, dict) else "")
    is_feedback = isinstance(payload, dict) and payload.get("template_type") == "customer_feedback"
    return OutboundMessage(
        message_id="",
        kind=OutboundKind.NATIVE,
        native=dict(message),
        text=preview[:LONGEST_PREVIEW] or None,
        tag="customer_feedback" if is_feedback else None,
    )


def template_message(template: Mapping[str, Any], quick_replies: Sequence[Mapping[str, Any]] = ()) -> OutboundMessage:
    """A template (`{"template_type": "button", …}`) as it is written, tidied."""
    message: Json = {"attachment": {"type": "template", "payload": tidy_template(template)}}
    if quick_replies:
        message["quick_replies"] = [dict(one) for one in quick_replies]
    return native_message(message)


def reaction(message_id: str, emoji: str) -> OutboundMessage:
    """A reaction to one of the person's messages; an empty emoji takes it back."""
    return OutboundMessage(
        message_id="", kind=OutboundKind.REACTION, reaction_to_external_id=message_id, reaction_emoji=emoji
    )


def _preview(payload: Mapping[str, Any]) -> str:
    """What our own screens show of a template."""
    words = [as_text(payload.get(name)) for name in ("text", "title")]
    order = as_text(payload.get("order_number"))
    words += [f"Receipt {order}" if order else None]
    words += [as_text(one.get("title")) for one in as_list(payload.get("elements")) if isinstance(one, dict)]
    return " · ".join(word for word in words if word)
