"""Quick replies, buttons, the generic and the button template, as Messenger and Instagram share them.

A platform makes one `Form` of its label, its capabilities and its tables of buttons; the functions below put our values
into Meta's shape and raise `Unsendable`, with a sentence that says which limit and what to do, for what does not fit.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/generic
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/generic-template
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

from hubbub.connectors.capabilities import Capabilities
from hubbub.connectors.messages import Button, ButtonType, Card
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.errors import Unsendable
from hubbub.kit.json import JsonValue
from hubbub.kit.text import Unit, length

JsonObject = dict[str, JsonValue]

LONGEST_URL = 2083


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What one platform takes."""

    platform: str
    """Its label, for sentences."""
    capabilities: Capabilities
    buttons: Mapping[ButtonType, RenderButton]
    quick_replies: Mapping[ButtonType, RenderButton]


RenderButton = Callable[[Form, Button], JsonObject]


def refuse(sentence: str, code: ErrorCode = ErrorCode.CONTENT_REFUSED) -> NoReturn:
    raise Unsendable(sentence, code=code.value)


UNITS: dict[Unit, str] = {
    "characters": "characters",
    "utf16": "UTF-16 units",
    "bytes": "bytes",
    "graphemes": "characters",
}


def fitting(form: Form, text: str | None, what: str, limit: int, unit: Unit = "characters") -> str:
    """`text` if there is any and it is not over `limit`; `what` begins a sentence ("The title of a card")."""
    if not text or not text.strip():
        refuse(f"{what} is empty. Write something in it.")
    if (size := length(text, unit)) > limit:
        refuse(f"{what} has {size:,} {UNITS[unit]}; {form.platform} takes at most {limit:,}. Shorten it.")
    return text


def at_most(form: Form, count: int, limit: int, what: str) -> None:
    """Refuses more than `limit` of `what` ("quick replies")."""
    if count > limit:
        refuse(f"There are {count} {what}; {form.platform} takes at most {limit}. Leave some out.")


def web_address(text: str | None, what: str) -> str:
    """`text` if it is an http(s) address of a length that browsers take."""
    if not text:
        refuse(f"{what} has no web address. Enter one.")
    if len(text) > LONGEST_URL:
        refuse(f"{what} has a web address of {len(text):,} characters; at most {LONGEST_URL:,} work. Shorten it.")
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        refuse(f"{what} has a web address that does not begin with https://. Correct it.")
    return text


# --- Buttons ----------------------------------------------------------------------------------------------------------


def _title(form: Form, button: Button, limit: int, what: str) -> str:
    return fitting(form, button.title, what, limit)


def _button_title(form: Form, button: Button) -> str:
    return _title(form, button, form.capabilities.button_title_limit, "The title of a button")


def url_button(form: Form, button: Button) -> JsonObject:
    title = _button_title(form, button)
    return {"type": "web_url", "title": title, "url": web_address(button.url, f'The button "{title}"')}


def postback_button(form: Form, button: Button) -> JsonObject:
    title = _button_title(form, button)
    return {
        "type": "postback",
        "title": title,
        "payload": _payload(form, button, f'The payload of the button "{title}"'),
    }


def _payload(form: Form, button: Button, what: str) -> str:
    """The title stands in for a payload that was not given."""
    return fitting(form, button.payload or button.title, what, form.capabilities.payload_limit)


def render_buttons(form: Form, buttons: Sequence[Button], limit: int, what: str) -> list[JsonValue]:
    at_most(form, len(buttons), limit, what)
    return [_render(form, form.buttons, button, "Buttons") for button in buttons]


def _render(form: Form, table: Mapping[ButtonType, RenderButton], button: Button, what: str) -> JsonObject:
    render = table.get(button.type)
    if render is None:
        kinds = ", ".join(kind.value for kind in table)
        refuse(
            f"{what} of the type {button.type.value} do not exist on {form.platform}. Use one of: {kinds}.",
            ErrorCode.UNSUPPORTED,
        )
    return render(form, button)


# --- Quick replies ----------------------------------------------------------------------------------------------------


def text_quick_reply(form: Form, reply: Button) -> JsonObject:
    limit = form.capabilities.quick_reply_title_limit
    title = _title(form, reply, limit, "The title of a quick reply")
    payload = _payload(form, reply, f'The payload of the quick reply "{title}"')
    return {"content_type": "text", "title": title, "payload": payload}


def phone_quick_reply(form: Form, reply: Button) -> JsonObject:  # noqa: ARG001  one signature for the table
    return {"content_type": "user_phone_number"}


def email_quick_reply(form: Form, reply: Button) -> JsonObject:  # noqa: ARG001  one signature for the table
    return {"content_type": "user_email"}


def render_quick_replies(form: Form, replies: Sequence[Button]) -> list[JsonValue]:
    at_most(form, len(replies), form.capabilities.quick_replies_limit, "quick replies")
    return [_render(form, form.quick_replies, reply, "Quick replies") for reply in replies]


# --- Templates --------------------------------------------------------------------------------------------------------


def generic_template(form: Form, cards: Sequence[Card]) -> JsonObject:
    """The `attachment` of a message that shows `cards` side by side."""
    if not cards:
        refuse("There is no card in this message. Add at least one.")
    at_most(form, len(cards), form.capabilities.cards_limit, "cards")
    elements: list[JsonValue] = [_element(form, card) for card in cards]
    return _template({"template_type": "generic", "elements": elements})


def _element(form: Form, card: Card) -> JsonObject:
    limits = form.capabilities
    title = fitting(form, card.title, "The title of a card", limits.card_title_limit)
    element: JsonObject = {"title": title}
    if card.subtitle:
        element["subtitle"] = fitting(
            form, card.subtitle, f'The text of the card "{title}"', limits.card_subtitle_limit
        )
    if card.image_url:
        element["image_url"] = web_address(card.image_url, f'The picture of the card "{title}"')
    if card.default_url:
        link = web_address(card.default_url, f'The card "{title}"')
        element["default_action"] = {"type": "web_url", "url": link}
    if card.buttons:
        what = f'buttons on the card "{title}"'
        element["buttons"] = render_buttons(form, card.buttons, limits.card_buttons_limit, what)
    if len(element) == 1:
        refuse(f'The card "{title}" has only a title. Add a text, a picture, a link or a button.')
    return element


def button_template(form: Form, text: str | None, buttons: Sequence[Button]) -> JsonObject:
    """The `attachment` of a message with a text and buttons below it."""
    limits = form.capabilities
    shown = fitting(form, text, "The text above the buttons", limits.button_text_limit)
    rendered = render_buttons(form, buttons, limits.buttons_limit, "buttons")
    return _template({"template_type": "button", "text": shown, "buttons": rendered})


def _template(payload: JsonObject) -> JsonObject:
    return {"type": "template", "payload": payload}
