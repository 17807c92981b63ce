"""Messenger's form: which buttons and quick replies exist, and what each must hold.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
"""

from __future__ import annotations

import re
from typing import NoReturn

from hubbub.connectors.messages import Button, ButtonType
from hubbub.connectors.messenger.capabilities import CAPABILITIES
from hubbub.connectors.messenger.render.templates import BUTTON
from hubbub.connectors.meta.rules import check
from hubbub.connectors.meta.templates import (
    Form,
    JsonObject,
    email_quick_reply,
    fitting,
    phone_quick_reply,
    postback_button,
    refuse,
    text_quick_reply,
    url_button,
    web_address,
)
from hubbub.connectors.outcomes import ErrorCode

LABEL = "Facebook Messenger"

_PHONE = re.compile(r"\+[1-9][0-9]{5,14}")


def _phone_button(form: Form, button: Button) -> JsonObject:
    title = fitting(form, button.title, "The title of a button", form.capabilities.button_title_limit)
    number = button.payload or ""
    if not _PHONE.fullmatch(number):
        refuse(f'The button "{title}" needs a phone number in the international form, like +15105551234.')
    return {"type": "phone_number", "title": title, "payload": number}


def _login_button(form: Form, button: Button) -> JsonObject:  # noqa: ARG001  one signature for the table
    link = web_address(button.url, "The log-in button")
    if not link.lower().startswith("https://"):
        refuse("The log-in button needs a web address that begins with https://. Correct it.")
    return {"type": "account_link", "url": link}


def _logout_button(form: Form, button: Button) -> JsonObject:  # noqa: ARG001  one signature for the table
    return {"type": "account_unlink"}


def _native_button(form: Form, button: Button) -> JsonObject:  # noqa: ARG001  one signature for the table
    """A button in Messenger's own shape: web_url with webview options, game_play, audio_call."""
    check(BUTTON, button.native, "button")
    return dict(button.native)


def _quick_reply(form: Form, reply: Button) -> JsonObject:
    """With a picture, the payload may be left out."""
    if not reply.image_url:
        return text_quick_reply(form, reply)
    title = fitting(form, reply.title, "The title of a quick reply", form.capabilities.quick_reply_title_limit)
    picture = web_address(reply.image_url, f'The picture of the quick reply "{title}"')
    payload = reply.payload or ""
    if payload:
        fitting(form, payload, f'The payload of the quick reply "{title}"', form.capabilities.payload_limit)
    return {"content_type": "text", "title": title, "payload": payload, "image_url": picture}


def _no_location(form: Form, reply: Button) -> NoReturn:  # noqa: ARG001  one signature for the table
    refuse(
        f"{form.platform} has had no quick reply for the location since 2019. Ask for the address in a text.",
        ErrorCode.UNSUPPORTED,
    )


FORM = Form(
    platform=LABEL,
    capabilities=CAPABILITIES,
    buttons={
        ButtonType.URL: url_button,
        ButtonType.POSTBACK: postback_button,
        ButtonType.MESSAGE: postback_button,
        ButtonType.PHONE: _phone_button,
        ButtonType.LOGIN: _login_button,
        ButtonType.LOGOUT: _logout_button,
        ButtonType.NATIVE: _native_button,
    },
    quick_replies={
        ButtonType.POSTBACK: _quick_reply,
        ButtonType.MESSAGE: _quick_reply,
        ButtonType.SHARE_PHONE: phone_quick_reply,
        ButtonType.SHARE_EMAIL: email_quick_reply,
        ButtonType.SHARE_LOCATION: _no_location,
    },
)
