"""Does a template send fit the template as it was approved?

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.whatsapp.parts import complaint, media_shape
from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.origins import as_public
from sandbox.shapes import Anything, Choice, Fields, Items, Number, Shape, Tagged, Text, check
from sandbox.state import WhatsAppNumber

Json = dict[str, Any]
PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
BAD_TEXT = re.compile(r"[\n\t\r]| {5,}")
STATUS_ERRORS = {"PAUSED": 132015, "DISABLED": 132016}
_LANGUAGE = Fields({"code": Text(), "policy": Choice(("deterministic",))}, ("code",))


def _parameter(**keys: Shape) -> Shape:
    return Fields({"type": Text(), "parameter_name": Text(), **keys}, tuple(keys))


_PLACE = Fields(
    {
        "latitude": Number(-90, 90, texts=True),
        "longitude": Number(-180, 180, texts=True),
        "name": Text(),
        "address": Text(),
    },
    ("latitude", "longitude"),
)
_PARAMETER = Tagged(
    "type",
    {
        "text": Fields({"type": Text(), "parameter_name": Text(), "text": Text()}, ("text",)),
        "currency": _parameter(
            currency=Fields(
                {"code": Text(3, 3), "amount_1000": Number(), "fallback_value": Text()},
                ("code", "amount_1000", "fallback_value"),
            )
        ),
        "date_time": _parameter(date_time=Fields({"fallback_value": Text()}, ("fallback_value",))),
        "image": _parameter(image=media_shape({})),
        "video": _parameter(video=media_shape({})),
        "document": _parameter(document=media_shape({"filename": Text(240)})),
        "location": _parameter(location=_PLACE),
        "product": _parameter(product=Anything()),
        "payload": _parameter(payload=Text(128, numbers=True)),
        "coupon_code": _parameter(coupon_code=Text(20, 1)),
        "action": Fields({"type": Text(), "action": Anything()}),
        "limited_time_offer": _parameter(
            limited_time_offer=Fields({"expiration_time_ms": Number(0)}, ("expiration_time_ms",))
        ),
    },
)
_SUB_TYPES = ("url", "quick_reply", "copy_code", "flow", "catalog", "mpm", "voice_call", "phone_number")
_COMPONENT = Fields(
    {
        "type": Choice(("header", "body", "button", "carousel", "limited_time_offer")),
        "sub_type": Choice(_SUB_TYPES),
        "index": Number(0, 9, whole=True, texts=True),
        "parameters": Items(_PARAMETER),
        "cards": Anything(),
    },
    ("type",),
)
TEMPLATE = Fields({"name": Text(512), "language": _LANGUAGE, "components": Items(_COMPONENT)}, ("name", "language"))


@dataclass(frozen=True, slots=True)
class SendTemplate:
    """``shown`` is what the person sees: ``text``, and ``header``, ``footer``, ``buttons`` where there are any."""

    name: str
    category: str
    shown: Json
    is_paced: bool


def check_template(call: GraphCall, number: WhatsAppNumber, body: Json) -> SendTemplate:
    """Raises WhatsAppError."""
    template = body.get("template")
    problems = check(TEMPLATE, as_public(call.world.settings, template), "template")
    if template is None:
        raise WhatsAppError(131008, "The parameter template is required.")
    if problems:
        raise complaint(problems[0])
    stored = _stored(number, template)
    category = str(stored["category"]).lower()
    if category == "authentication" and not body.get("to"):
        raise WhatsAppError(131062)
    given = _given(template)
    header = _check_header(stored, given)
    text = _check_body(stored, given)
    _check_buttons(stored, template)
    parts = {
        "header": header,
        "footer": component_of(stored, "FOOTER").get("text"),
        "buttons": _labels(stored, template),
    }
    shown = {"text": text, **{name: part for name, part in parts.items() if part}}
    return SendTemplate(stored["name"], category, shown, bool(stored.get("is_paced")))


def _stored(number: WhatsAppNumber, template: Json) -> Json:
    code = template["language"]["code"]
    stored = number.waba.templates.get((template["name"], code))
    if stored is None:
        raise WhatsAppError(132001, f"template name ({template['name']}) does not exist in {code}")
    if stored["status"] != "APPROVED":
        raise WhatsAppError(
            STATUS_ERRORS.get(stored["status"], 132001), f"template ({template['name']}) is {stored['status']}"
        )
    return stored


def _given(template: Json) -> dict[str, list[Json]]:
    """Parameters of header and body."""
    found: dict[str, list[Json]] = {}
    for component in template.get("components", []):
        if component["type"] in ("header", "body"):
            found[component["type"]] = component.get("parameters", [])
    return found


def component_of(stored: Json, kind: str) -> Json:
    """The template's component of that type, or {}."""
    return next((one for one in stored["components"] if str(one.get("type", "")).upper() == kind), {})


def _check_header(stored: Json, given: dict[str, list[Json]]) -> str:
    """What it reads, "" where it is a file."""
    header = component_of(stored, "HEADER")
    form = str(header.get("format", "TEXT" if header else "")).upper()
    parameters = given.get("header", [])
    wanted = PLACEHOLDER.findall(header.get("text", "")) if form == "TEXT" else [form] if form else []
    _count("header", parameters, len(wanted))
    if not wanted:
        return str(header.get("text", ""))
    kind = "text" if form == "TEXT" else form.lower()
    if parameters[0]["type"] != kind:
        raise WhatsAppError(
            132012, f"header: Format mismatch, expected {form}, received {parameters[0]['type'].upper()}"
        )
    if form != "TEXT":
        return ""
    _check_names(stored, "header", parameters, wanted)
    return _hydrate("header", header["text"], wanted, parameters)


def _count(where: str, parameters: list[Json], expected: int) -> None:
    if len(parameters) != expected:
        raise WhatsAppError(
            132000,
            f"{where}: number of localizable_params ({len(parameters)}) does not match "
            f"the expected number of params ({expected})",
        )


def _check_names(stored: Json, where: str, parameters: list[Json], wanted: list[str]) -> None:
    named = [parameter.get("parameter_name") for parameter in parameters]
    if str(stored.get("parameter_format", "POSITIONAL")).upper() == "NAMED":
        if None in named:
            raise WhatsAppError(132000, f"{where}: parameter_name is required in a template with named parameters")
        if set(named) != set(wanted):
            raise WhatsAppError(132012, f"{where}: expected the parameters {', '.join(wanted)}")
    elif set(named) != {None}:
        raise WhatsAppError(132012, f"{where}: parameter_name is only for templates with named parameters")


def _check_body(stored: Json, given: dict[str, list[Json]]) -> str:
    text = str(component_of(stored, "BODY").get("text", ""))
    wanted = list(dict.fromkeys(PLACEHOLDER.findall(text)))
    parameters = given.get("body", [])
    if stored["category"].upper() == "AUTHENTICATION" and not text:
        return parameters[0]["text"] if parameters else ""
    _count("body", parameters, len(wanted))
    if wanted:
        _check_names(stored, "body", parameters, wanted)
    return _hydrate("body", text, wanted, parameters)


def _hydrate(where: str, text: str, wanted: list[str], parameters: list[Json]) -> str:
    values = {}
    for position, parameter in enumerate(parameters):
        value = _shown(parameter)
        if BAD_TEXT.search(value):
            raise WhatsAppError(
                132012, f"{where}: param text cannot have new-line/tab characters or more than 4 consecutive spaces"
            )
        values[parameter.get("parameter_name") or wanted[position]] = value
    filled = PLACEHOLDER.sub(lambda match: values.get(match.group(1), ""), text)
    if len(filled) > 1024:
        raise WhatsAppError(132005, f"{where}: the text is longer than 1024 characters")
    return filled


def _shown(parameter: Json) -> str:
    kind = parameter["type"]
    if kind == "text":
        return str(parameter["text"])
    if kind in ("currency", "date_time"):
        return str(parameter[kind]["fallback_value"])
    raise WhatsAppError(132012, f"body: a parameter of type {kind} is not allowed here")


BUTTON_PARAMETERS = {"url": "text", "quick_reply": "payload", "copy_code": "coupon_code", "flow": "action"}
BUTTON_TYPES = {
    "URL": ("url",),
    "QUICK_REPLY": ("quick_reply",),
    "COPY_CODE": ("copy_code",),
    "FLOW": ("flow",),
    "OTP": ("url", "copy_code"),
    "CATALOG": ("catalog",),
    "MPM": ("mpm",),
    "PHONE_NUMBER": ("phone_number",),
    "VOICE_CALL": ("voice_call",),
}


def _check_buttons(stored: Json, template: Json) -> None:
    buttons: list[Json] = component_of(stored, "BUTTONS").get("buttons", [])
    filled: set[int] = set()
    for component in template.get("components", []):
        if component["type"] != "button":
            continue
        if "index" not in component or "sub_type" not in component:
            raise WhatsAppError(131008, "button: sub_type and index are required")
        at = int(component["index"])
        if at >= len(buttons) or component["sub_type"] not in BUTTON_TYPES.get(str(buttons[at]["type"]).upper(), ()):
            raise WhatsAppError(132012, f"button: there is no {component['sub_type']} button at index {at}")
        _check_button_parameter(component, at)
        filled.add(at)
    for at, button in enumerate(buttons):
        if _needs_parameter(button) and at not in filled:
            raise WhatsAppError(131008, f"buttons: Button at index {at} of type {button['type']} requires a parameter")


def _labels(stored: Json, template: Json) -> list[Json]:
    """The buttons as they are pressed: ``type``, ``title``, and of a quick reply the ``payload`` that comes back."""
    payloads = {
        int(component["index"]): component["parameters"][0]["payload"]
        for component in template.get("components", [])
        if component["type"] == "button" and component["sub_type"] == "quick_reply" and component.get("parameters")
    }
    return [
        {"type": str(button["type"]).lower(), "title": label, "payload": payloads.get(at, label)}
        for at, button in enumerate(component_of(stored, "BUTTONS").get("buttons", []))
        for label in [str(button.get("text") or button["type"])]
    ]


def _check_button_parameter(component: Json, at: int) -> None:
    wanted = BUTTON_PARAMETERS.get(component["sub_type"])
    kinds = [parameter["type"] for parameter in component.get("parameters", [])]
    if wanted is not None and kinds != [wanted] and not (wanted == "action" and not kinds):
        raise WhatsAppError(132012, f"button at index {at}: expected one parameter of type {wanted}")


def _needs_parameter(button: Json) -> bool:
    kind = str(button.get("type", "")).upper()
    return (kind == "URL" and "{{" in button.get("url", "")) or kind in ("COPY_CODE", "OTP")
