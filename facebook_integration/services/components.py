"""The parts of messages, as Messenger's own JSON.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hubbub.connectors.messenger.tidying import Json, e164, tidy_element, without_nothing


def create_quick_reply(title: str, payload: str = "", image_url: str | None = None) -> Json:
    """A choice below a message, up to 13 of them: title ≤ 20 characters, payload ≤ 1000 (the title stands in)."""
    return without_nothing(content_type="text", title=title, payload=payload or title, image_url=image_url)


def create_postback_button(title: str, payload: str) -> Json:
    """A button whose tap comes back as a postback: title ≤ 20 characters, payload ≤ 1000."""
    return without_nothing(type="postback", title=title, payload=payload)


def create_url_button(
    title: str,
    url: str,
    webview_height_ratio: str | None = None,
    messenger_extensions: bool | None = None,
    fallback_url: str | None = None,
) -> Json:
    """A button that opens a page. `webview_height_ratio`: compact, tall or full."""
    return without_nothing(
        type="web_url",
        title=title,
        url=url,
        webview_height_ratio=webview_height_ratio,
        messenger_extensions=messenger_extensions,
        fallback_url=fallback_url,
    )


def create_call_button(title: str, phone_number: str) -> Json:
    """A button that calls. Raises Unsendable for a number that is not international."""
    return without_nothing(type="phone_number", title=title, payload=e164(phone_number))


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
        without_nothing(
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
