"""What a new template may look like. https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from sandbox.graph.errors import GraphError
from sandbox.graph.whatsapp.outgoing_template import PLACEHOLDER, component_of
from sandbox.shapes import Choice, Fields, Items, Shape, Tagged, Text, check

Json = dict[str, Any]
NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Z]{2,3})?")
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
LABEL = Text(25, 1)
HEADER_FORMATS = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "PRODUCT")


def _button(required: tuple[str, ...], **keys: Shape) -> Shape:
    return Fields({"type": Text(), "text": LABEL, **keys}, required, extra=True)


_BUTTON = Tagged(
    "type",
    {
        "QUICK_REPLY": _button(("text",)),
        "URL": _button(("text", "url"), url=Text(2000, 1)),
        "PHONE_NUMBER": _button(("text", "phone_number"), phone_number=Text(20, 1)),
        "COPY_CODE": _button(()),
        "FLOW": _button(("text",)),
        "OTP": _button(()),
        "CATALOG": _button(("text",)),
        "MPM": _button(("text",)),
        "VOICE_CALL": _button(("text",)),
        "REQUEST_CONTACT_INFO": _button(()),
    },
)
_COMPONENT = Tagged(
    "type",
    {
        "HEADER": Fields(
            {"type": Text(), "format": Choice(HEADER_FORMATS), "text": Text(60, 1)}, ("format",), extra=True
        ),
        "BODY": Fields({"type": Text(), "text": Text(1024, 1)}, extra=True),
        "FOOTER": Fields({"type": Text(), "text": Text(60, 1)}, extra=True),
        "BUTTONS": Fields({"type": Text(), "buttons": Items(_BUTTON, 1, 10)}, ("buttons",), extra=True),
        "CAROUSEL": Fields({"type": Text()}, extra=True),
        "LIMITED_TIME_OFFER": Fields({"type": Text()}, extra=True),
    },
)
COMPONENTS = Items(_COMPONENT, 1)
MOST_OF = {"QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}


def refuse(subcode: int, sentence: str) -> GraphError:
    """Code 100 with one of the 2388xxx subcodes."""
    error = GraphError(100, subcode, "Invalid parameter")
    error.title = sentence
    return error


def check_new(name: str, language: str, category: str, components: Any) -> None:
    """Raises GraphError."""
    if not NAME.fullmatch(name):
        raise refuse(2388047, "The name may have only lowercase letters, digits and underscores, at most 512")
    if not LANGUAGE.fullmatch(language):
        raise GraphError(100, None, f"(#100) Param language must be a language code, got {language}")
    if category not in CATEGORIES:
        raise GraphError(100, None, f"(#100) Param category must be one of {{{', '.join(CATEGORIES)}}}")
    check_components(category, components)


def check_components(category: str, components: Any) -> None:
    """Raises GraphError."""
    problems = check(COMPONENTS, components, "components")
    if problems:
        problem = problems[0]
        if problem.kind == "length":
            raise refuse(2388040, f"{problem.bracketed()} is longer than {problem.high:g} characters")
        raise refuse(2388072, f"{problem.bracketed()} is missing or has the wrong form")
    stored = {"components": components}
    body = component_of(stored, "BODY")
    if not body or (category != "AUTHENTICATION" and not body.get("text")):
        raise refuse(2388072, "A template needs a body")
    _check_body(str(body.get("text", "")), body)
    _check_header(component_of(stored, "HEADER"))
    _check_buttons(component_of(stored, "BUTTONS").get("buttons", []))


def _check_body(text: str, body: Json) -> None:
    variables = PLACEHOLDER.findall(text)
    if not variables:
        return
    stripped = text.strip()
    if stripped.startswith("{{") or stripped.endswith("}}"):
        raise refuse(2388299, "Variables can't be at the start or end of the template")
    if re.search(r"\}\}\s*\{\{", text):
        raise refuse(2388299, "Variables can't stand next to each other")
    words = len(PLACEHOLDER.sub(" ", text).split())
    if words < 2 * len(variables) + 1:
        raise refuse(2388293, "This template has too many variables for its length")
    example = body.get("example") or {}
    if not example.get("body_text") and not example.get("body_text_named_params"):
        raise refuse(2388043, "Give an example of each variable")


def _check_header(header: Json) -> None:
    if not header:
        return
    variables = PLACEHOLDER.findall(header.get("text", ""))
    if len(variables) > 1:
        raise refuse(2388047, "A header has at most one variable")
    if header["format"] in ("IMAGE", "VIDEO", "DOCUMENT") and not (header.get("example") or {}).get("header_handle"):
        raise refuse(2388273, "Give an example of the header: a handle of a resumable upload")
    if header["format"] == "TEXT" and not header.get("text"):
        raise refuse(2388072, "A text header needs text")


def _check_buttons(buttons: list[Json]) -> None:
    kinds = [button["type"] for button in buttons]
    for kind, most in MOST_OF.items():
        if kinds.count(kind) > most:
            raise refuse(2388072, f"At most {most} buttons of type {kind}")
    groups = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(1 for before, after in pairwise(groups) if before != after) > 1:
        raise refuse(2388072, "Quick replies must stand together")
    for button in buttons:
        if button["type"] == "URL" and not re.fullmatch(r"[^{}]*(\{\{1\}\})?", button["url"]):
            raise refuse(2388072, "A URL has at most one variable, at its end")
