"""Templates as they are sent: the blanks filled in, component by component.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from hubbub.connectors.messages import TemplateUse
from hubbub.connectors.outcomes import ErrorCode
from hubbub.connectors.whatsapp.render.checks import JsonObject, file, items, part, refuse, text
from hubbub.kit.errors import Unsendable
from hubbub.kit.json import JsonValue, as_int

NAME = re.compile(r"[a-z0-9_]{1,512}")
BAD_TEXT = re.compile(r"[\n\t\r]| {5,}")
BLANKS = ("text", "currency", "date_time")
"""Types of parameters that fill a variable, and so have a name in templates with named parameters."""
BODY_LIMIT = 1024
PAYLOAD_LIMIT = 128
COUPON_LIMIT = 20
BUTTONS = 10
CARDS = (2, 10)
SUB_TYPES = ("url", "quick_reply", "copy_code", "flow", "catalog", "mpm", "voice_call", "phone_number")


def template_object(use: TemplateUse) -> JsonObject:
    """The `template` object. Raises `Unsendable` with the code template_refused."""
    try:
        return _template(use)
    except Unsendable as error:
        raise Unsendable(error.sentence, code=ErrorCode.TEMPLATE_REFUSED.value) from None


def _template(use: TemplateUse) -> JsonObject:
    if not NAME.fullmatch(use.name):
        refuse("The name of the template may have only small letters, digits and underscores. Choose it from the list.")
    if not use.language:
        refuse("The template needs a language. Choose one in which it is approved.")
    components = [*use.components]
    for component in components:
        _component(component)
    _refuse_mixed(components)
    found: JsonObject = {"name": use.name, "language": {"code": use.language}}
    return {**found, "components": [*components]} if components else found


def _component(component: JsonObject) -> None:
    kind = component.get("type")
    check = COMPONENTS.get(kind) if isinstance(kind, str) else None
    if check is None:
        refuse(f"A part of the template has an unknown type. Known are: {', '.join(COMPONENTS)}.")
    check(component)


def _refuse_mixed(components: Sequence[JsonObject]) -> None:
    """Named parameters need their names, positional ones must have none; a template has one sort only."""
    named = {"parameter_name" in parameter for parameter in _blanks(components)}
    if len(named) > 1:
        refuse("Some blanks of the template have names and others have none. Fill all of them in the same way.")


def _blanks(components: Sequence[JsonObject]) -> Iterator[JsonObject]:
    for component in components:
        if component.get("type") in ("header", "body"):
            yield from (one for one in _parameters(component) if one.get("type") in BLANKS)
        for card in items(component.get("cards", []), "cards", CARDS[1], 0):
            yield from _blanks(items(card.get("components", []), "parts of a card", BUTTONS + 2, 0))


def _parameters(component: JsonObject) -> list[JsonObject]:
    return items(component.get("parameters", []), "blanks of the template", 100, 0)


def _filled(allowed: Sequence[str]) -> Callable[[JsonObject], None]:
    def check(component: JsonObject) -> None:
        for number, parameter in enumerate(_parameters(component), 1):
            kind = parameter.get("type")
            if kind not in allowed:
                refuse(f"Blank {number} of the template has an unknown type. Known are: {', '.join(allowed)}.")
            PARAMETERS[str(kind)](parameter, f"blank {number} of the template")

    return check


def _button(component: JsonObject) -> None:
    if component.get("sub_type") not in SUB_TYPES:
        refuse(f"A button of the template has an unknown type. Known are: {', '.join(SUB_TYPES)}.")
    if as_int(component.get("index"), low=0, high=BUTTONS - 1) is None:
        refuse(f"A button of the template needs its place, index 0 to {BUTTONS - 1}.")
    _filled(("text", "payload", "coupon_code", "action"))(component)


def _carousel(component: JsonObject) -> None:
    for card in items(component.get("cards"), "cards of the template", CARDS[1], CARDS[0]):
        if as_int(card.get("card_index"), low=0, high=CARDS[1] - 1) is None:
            refuse("Each card of the template needs its place, card_index 0 to 9.")
        for inner in items(card.get("components"), "parts of a card", BUTTONS + 2):
            _component(inner)


# --- Parameters -------------------------------------------------------------------------------------------------------


def _text(parameter: JsonObject, noun: str) -> None:
    _plain(parameter.get("text"), noun)
    if "parameter_name" in parameter:
        text(parameter["parameter_name"], f"the name of {noun}", 512)


def _plain(value: JsonValue, noun: str) -> None:
    found = text(value, noun, BODY_LIMIT)
    if BAD_TEXT.search(found):
        refuse(f"In {noun} stand line breaks, tabs or more than four blanks in a row. Remove them.")


def _fallback(kind: str) -> Callable[[JsonObject, str], None]:
    return lambda parameter, noun: _plain(part(parameter.get(kind), noun).get("fallback_value"), noun)


def _file(kind: str) -> Callable[[JsonObject, str], None]:
    def check(parameter: JsonObject, noun: str) -> None:
        file(parameter.get(kind), noun)

    return check


def _limited(kind: str, most: int) -> Callable[[JsonObject, str], None]:
    def check(parameter: JsonObject, noun: str) -> None:
        text(parameter.get(kind), noun, most)

    return check


def _present(kind: str) -> Callable[[JsonObject, str], None]:
    def check(parameter: JsonObject, noun: str) -> None:
        part(parameter.get(kind), noun)

    return check


PARAMETERS: Mapping[str, Callable[[JsonObject, str], None]] = {
    "text": _text,
    "currency": _fallback("currency"),
    "date_time": _fallback("date_time"),
    "image": _file("image"),
    "video": _file("video"),
    "document": _file("document"),
    "location": _present("location"),
    "product": _present("product"),
    "payload": _limited("payload", PAYLOAD_LIMIT),
    "coupon_code": _limited("coupon_code", COUPON_LIMIT),
    "action": _present("action"),
    "limited_time_offer": _present("limited_time_offer"),
}
COMPONENTS: Mapping[str, Callable[[JsonObject], None]] = {
    "header": _filled(("text", "image", "video", "document", "location", "product")),
    "body": _filled(BLANKS),
    "button": _button,
    "carousel": _carousel,
    "limited_time_offer": _filled(("limited_time_offer",)),
}
