"""What people write as templates, as Messenger takes it today: numbers in E.164, cards' actions, lists as carousels."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.errors import Unsendable
from hubbub.kit.json import JsonValue, as_list, as_text

Json = dict[str, JsonValue]

_PUNCTUATION = re.compile(r"[\s().\-/]+")
_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
REFUSED = ErrorCode.CONTENT_REFUSED.value


def e164(phone_number: str) -> str:
    """ "+1-555-123-4567" as "+15551234567". Raises Unsendable for a number without its country."""
    digits = _PUNCTUATION.sub("", phone_number)
    number = f"+{digits.removeprefix('00')}" if digits.startswith("00") else digits
    if not _E164.fullmatch(number):
        raise Unsendable(
            "A call button needs a phone number in the international form, like +1 555 123 4567.",
            code=REFUSED,
        )
    return number


def tidy_button(button: Mapping[str, Any]) -> Json:
    """A button as Messenger wants it: phone numbers in E.164, nothing that is null."""
    tidy = without_nothing(**button)
    if tidy.get("type") == "phone_number" and isinstance(tidy.get("payload"), str):
        tidy["payload"] = e164(str(tidy["payload"]))
    return tidy


def tidy_element(element: Mapping[str, Any]) -> Json:
    """A card as Messenger wants it. Raises Unsendable for a default action that opens no page."""
    tidy = without_nothing(**element)
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
            code=REFUSED,
        )
    return without_nothing(**{name: value for name, value in action.items() if name != "title"})


def without_nothing(**values: JsonValue) -> Json:
    """The values that are not null."""
    return {name: value for name, value in values.items() if value is not None}


def tidy_template(template: Mapping[str, Any]) -> Json:
    """The payload that Messenger takes: lists as carousels, phone numbers in E.164, default actions without title."""
    given: Json = {name: value for name, value in template.items() if value is not None}
    kind = as_text(given.get("template_type"))
    if kind is None:
        raise Unsendable("A template needs its template_type, like generic or button.", code=REFUSED)
    tidy = TIDIERS.get(kind)
    return tidy(given) if tidy is not None else given


def _buttons(template: Json) -> Json:
    buttons = template.get("buttons")
    if not isinstance(buttons, list):
        return template
    return {**template, "buttons": [tidy_button(one) if isinstance(one, dict) else one for one in buttons]}


def _elements(template: Json) -> Json:
    elements = template.get("elements")
    if not isinstance(elements, list):
        return template
    return {**template, "elements": [tidy_element(one) if isinstance(one, dict) else one for one in elements]}


def _list(template: Json) -> Json:
    """Messenger has had no lists since 2019: the same elements as a carousel; the list's button on the last card."""
    elements = [dict(one) for one in as_list(template.get("elements")) if isinstance(one, dict)]
    own = as_list(template.get("buttons"))
    if own and elements:
        elements[-1]["buttons"] = [*as_list(elements[-1].get("buttons")), *own]
    generic: Json = {"template_type": "generic", "elements": [*elements]}
    if "sharable" in template:
        generic["sharable"] = template["sharable"]
    return _elements(generic)


TIDIERS: dict[str, Callable[[Json], Json]] = {
    "button": _buttons,
    "generic": _elements,
    "list": _list,
    "media": _elements,
}
