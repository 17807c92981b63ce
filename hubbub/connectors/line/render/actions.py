"""Our buttons as LINE's actions. https://developers.line.biz/en/reference/messaging-api/#action-objects"""

from __future__ import annotations

from collections.abc import Callable

from hubbub.connectors.line.render.check import JsonObject, refuse
from hubbub.connectors.line.render.links import encoded
from hubbub.connectors.messages import Button, ButtonType
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.text import truncate


def action(button: Button) -> JsonObject:
    """For a button below a text or on a card."""
    if button.type is ButtonType.SHARE_LOCATION:
        refuse(
            "LINE asks for a location with a quick reply only; make this button a quick reply.", ErrorCode.UNSUPPORTED
        )
    return _action(button)


def quick_reply(button: Button) -> JsonObject:
    item: JsonObject = {"type": "action", "action": _action(button)}
    if button.image_url:
        item["imageUrl"] = encoded(button.image_url)
    return item


def opening(url: str, title: str) -> JsonObject:
    """What a tap on the card itself does."""
    return {"type": "uri", "label": truncate(title, 20, "graphemes"), "uri": encoded(url)}


def _action(button: Button) -> JsonObject:
    builder = BUILDERS.get(button.type)
    if builder is None:
        noun = button.type.value.replace("_", " ")
        refuse(f"LINE has no {noun} buttons; use a link, a postback or a message button.", ErrorCode.UNSUPPORTED)
    return builder(button)


def _url(button: Button) -> JsonObject:
    return {"type": "uri", "label": button.title, "uri": encoded(button.url or "")}


def _postback(button: Button) -> JsonObject:
    """`displayText` shows in the chat what was tapped, as buttons do elsewhere; it makes no message event."""
    shown = button.title
    return {"type": "postback", "label": shown, "data": button.payload or shown, "displayText": shown}


def _message(button: Button) -> JsonObject:
    return {"type": "message", "label": button.title, "text": button.payload or button.title}


def _phone(button: Button) -> JsonObject:
    return {"type": "uri", "label": button.title, "uri": f"tel:{button.payload or ''}"}


def _location(button: Button) -> JsonObject:
    return {"type": "location", "label": button.title}


def _native(button: Button) -> JsonObject:
    return {"label": button.title, **button.native} if button.title else dict(button.native)


BUILDERS: dict[ButtonType, Callable[[Button], JsonObject]] = {
    ButtonType.URL: _url,
    ButtonType.POSTBACK: _postback,
    ButtonType.MESSAGE: _message,
    ButtonType.PHONE: _phone,
    ButtonType.SHARE_LOCATION: _location,
    ButtonType.NATIVE: _native,
}
