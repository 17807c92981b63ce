"""The parts of messages, as Messenger's own JSON.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.errors import Unsendable
from hubbub.kit.json import JsonValue

Json = dict[str, JsonValue]

_PUNCTUATION = re.compile(r"[\s().\-/]+")
_E164 = re.compile(r"\+[1-9][0-9]{5,14}")


def create_quick_reply(title: str, payload: str = "", image_url: str | None = None) -> Json:
    """A choice below a message, up to 13 of them: title ≤ 20 characters, payload ≤ 1000 (the title stands in)."""
    return _without_nothing(content_type="text", title=title, payload=payload or title, image_url=image_url)


def create_postback_button(title: str, payload: str) -> Json:
    """A button whose tap comes back as a postback: title ≤ 20 characters, payload ≤ 1000."""
    return _without_nothing(type="postback", title=title, payload=payload)


def create_url_button(
    title: str,
    url: str,
    webview_height_ratio: str | None = None,
    messenger_extensions: bool | None = None,
    fallback_url: str | None = None,
) -> Json:
    """A button that opens a page. `webview_height_ratio`: compact, tall or full."""
    return _without_nothing(
        type="web_url",
        title=title,
        url=url,
        webview_height_ratio=webview_height_ratio,
        messenger_extensions=messenger_extensions,
        fallback_url=fallback_url,
    )


def create_call_button(title: str, phone_number: str) -> Json:
    """A button that calls. Raises Unsendable for a number that is not international."""
    return _without_nothing(type="phone_number", title=title, payload=e164(phone_number))


def create_generic_element(
    title: str,
    subtitle: str | None = None,
    image_url: str | None = None,
    default_action: Mapping[str, Any] | None = None,
    buttons: Sequence[Mapping[str, Any]] | None = None,
) -> Json:
    """A card of a carousel, up to 10 of them: title and subtitle ≤ 80 characters, up to 3 buttons.

    `default_action`: a web_url button; its title is taken off, which Messenger does not want there.
    """
    return tidy_element(
        _without_nothing(
            title=title,
            subtitle=subtitle,
            image_url=image_url,
            default_action=dict(default_action) if default_action else None,
            buttons=[dict(button) for button in buttons] if buttons else None,
        )
    )


def create_list_element(
    title: str,
    subtitle: str | None = None,
    image_url: str | None = None,
    default_action: Mapping[str, Any] | None = None,
    buttons: Sequence[Mapping[str, Any]] | None = None,
) -> Json:
    """The same as a card: Messenger has had no lists since 2019, and ours are sent as a carousel."""
    return create_generic_element(title, subtitle, image_url, default_action, buttons)


# --- What callers write, as Messenger wants it ------------------------------------------------------------------------


def e164(phone_number: str) -> str:
    """ "+1-555-123-4567" as "+15551234567". Raises Unsendable for a number without its country."""
    digits = _PUNCTUATION.sub("", phone_number)
    number = f"+{digits.removeprefix('00')}" if digits.startswith("00") else digits
    if not _E164.fullmatch(number):
        raise Unsendable(
            "A call button needs a phone number in the international form, like +1 555 123 4567.",
            code=ErrorCode.CONTENT_REFUSED.value,
        )
    return number


def tidy_button(button: Mapping[str, Any]) -> Json:
    """A button as Messenger wants it: phone numbers in E.164, nothing that is null."""
    tidy = _without_nothing(**button)
    if tidy.get("type") == "phone_number" and isinstance(tidy.get("payload"), str):
        tidy["payload"] = e164(str(tidy["payload"]))
    return tidy


def tidy_element(element: Mapping[str, Any]) -> Json:
    """A card as Messenger wants it. Raises Unsendable for a default action that opens no page."""
    tidy = _without_nothing(**element)
    buttons = tidy.pop("buttons", None)
    if isinstance(buttons, list) and buttons:
        tidy["buttons"] = [tidy_button(button) if isinstance(button, dict) else button for button in buttons]
    if isinstance(action := tidy.get("default_action"), dict):
        tidy["default_action"] = _default_action(action)
    return tidy


def _default_action(action: Json) -> Json:
    if action.get("type") != "web_url":
        raise Unsendable(
            "The default action of a card can only open a page: give it a web_url, made by create_url_button.",
            code=ErrorCode.CONTENT_REFUSED.value,
        )
    return _without_nothing(**{name: value for name, value in action.items() if name != "title"})


def _without_nothing(**values: JsonValue) -> Json:
    return {name: value for name, value in values.items() if value is not None}
