"""Flex messages: bubbles, carousels and their components; here LINE refuses unknown keys.

https://developers.line.biz/en/reference/messaging-api/#flex-message
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from sandbox.line.objects.actions import FLEX_ACTION, FLEX_BUTTON_ACTION, text16
from sandbox.shapes import Anything, Choice, Fields, Flag, Items, Number, Path, Problem, Shape, Tagged, Text

BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
BUBBLE_SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
COLOR = Text(9, pattern=re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?"))
HTTPS = Text(2000, 1, pattern=re.compile(r"https://[!-~]+", re.IGNORECASE))
RATIO = Text(pattern=re.compile(r"\d{1,6}(\.\d+)?:\d{1,6}(\.\d+)?"))
_SPACE = re.compile(r"none|xs|sm|md|lg|xl|xxl|\d+(\.\d+)?(px|%)")
SPACE = Text(pattern=_SPACE)
SIZE = Text(pattern=re.compile(r"xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|full|\d+(\.\d+)?(px|%)"))
POSITION: Mapping[str, Shape] = {
    "type": Text(),
    "position": Choice(("relative", "absolute")),
    "offsetTop": SPACE,
    "offsetBottom": SPACE,
    "offsetStart": SPACE,
    "offsetEnd": SPACE,
    "margin": SPACE,
    "flex": Number(0),
}


class _Later:
    """A component inside a component: looked up when it is checked."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self._tagged = Tagged("type", shapes)

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        self._tagged.check(value, path, problems)


_ANY: dict[str, Shape] = {}
_BASELINE: dict[str, Shape] = {}
_GRAVITY = Choice(("top", "bottom", "center"))
_ALIGN = Choice(("start", "end", "center"))
_TEXT_STYLE: Mapping[str, Shape] = {
    "size": SIZE,
    "weight": Choice(("regular", "bold")),
    "color": COLOR,
    "style": Choice(("normal", "italic")),
    "decoration": Choice(("none", "underline", "line-through")),
}
SPAN = Fields({"type": Text(), "text": text16(2000), **_TEXT_STYLE}, ("text",))


def _contents_fit_layout(value: Any, path: Path, problems: list[Problem]) -> None:
    allowed = _BASELINE if value["layout"] == "baseline" else _ANY
    Items(Tagged("type", allowed)).check(value["contents"], (*path, "contents"), problems)


def _text_or_spans(value: Any, path: Path, problems: list[Problem]) -> None:
    if not value.get("text") and not value.get("contents"):
        problems.append(Problem((*path, "text"), "missing"))


BOX = Fields(
    {
        **POSITION,
        "layout": Choice(("horizontal", "vertical", "baseline")),
        "contents": Anything(),
        "spacing": SPACE,
        "backgroundColor": COLOR,
        "borderColor": COLOR,
        "borderWidth": Text(pattern=re.compile(r"none|light|normal|medium|semi-bold|bold|\d+(\.\d+)?px")),
        "cornerRadius": SPACE,
        "width": SPACE,
        "maxWidth": SPACE,
        "height": SPACE,
        "maxHeight": SPACE,
        "paddingAll": SPACE,
        "paddingTop": SPACE,
        "paddingBottom": SPACE,
        "paddingStart": SPACE,
        "paddingEnd": SPACE,
        "action": FLEX_ACTION,
        "justifyContent": Choice(("flex-start", "center", "flex-end", "space-between", "space-around", "space-evenly")),
        "alignItems": Choice(("flex-start", "center", "flex-end")),
        "background": Fields(
            {
                "type": Choice(("linearGradient",)),
                "angle": Text(pattern=re.compile(r"\d+(\.\d+)?deg")),
                "startColor": COLOR,
                "endColor": COLOR,
                "centerColor": COLOR,
                "centerPosition": Text(pattern=re.compile(r"\d+(\.\d+)?%")),
            },
            ("type", "angle", "startColor", "endColor"),
        ),
    },
    ("layout",),
    rules=(
        lambda value, path, problems: (
            _contents_fit_layout(value, path, problems)
            if isinstance(value.get("contents"), list)
            else problems.append(Problem((*path, "contents"), "missing"))
        ),
    ),
)
BUTTON = Fields(
    {
        **POSITION,
        "action": FLEX_BUTTON_ACTION,
        "height": Choice(("sm", "md")),
        "style": Choice(("primary", "secondary", "link")),
        "color": COLOR,
        "gravity": _GRAVITY,
        "adjustMode": Choice(("shrink-to-fit",)),
        "scaling": Flag(),
    },
    ("action",),
)
IMAGE = Fields(
    {
        **POSITION,
        "url": HTTPS,
        "align": _ALIGN,
        "gravity": _GRAVITY,
        "size": SIZE,
        "aspectRatio": RATIO,
        "aspectMode": Choice(("cover", "fit")),
        "backgroundColor": COLOR,
        "action": FLEX_ACTION,
        "animated": Flag(),
    },
    ("url",),
)
VIDEO = Fields(
    {
        "type": Text(),
        "url": HTTPS,
        "previewUrl": HTTPS,
        "altContent": _Later({"box": BOX, "image": IMAGE}),
        "aspectRatio": RATIO,
        "action": FLEX_ACTION,
    },
    ("url", "previewUrl", "altContent"),
)
ICON = Fields({**POSITION, "url": HTTPS, "size": SIZE, "aspectRatio": RATIO, "scaling": Flag()}, ("url",))
TEXT = Fields(
    {
        **POSITION,
        **_TEXT_STYLE,
        "text": text16(2000),
        "contents": Items(Tagged("type", {"span": SPAN})),
        "adjustMode": Choice(("shrink-to-fit",)),
        "align": _ALIGN,
        "gravity": _GRAVITY,
        "wrap": Flag(),
        "lineSpacing": SPACE,
        "maxLines": Number(0, whole=True),
        "action": FLEX_ACTION,
        "scaling": Flag(),
    },
    rules=(_text_or_spans,),
)
SEPARATOR = Fields({"type": Text(), "margin": SPACE, "color": COLOR})
FILLER = Fields({"type": Text(), "flex": Number(0)})
_ANY.update({"box": BOX, "button": BUTTON, "image": IMAGE, "text": TEXT, "separator": SEPARATOR, "filler": FILLER})
_BASELINE.update({"icon": ICON, "text": TEXT, "filler": FILLER})

_BLOCK_STYLE = Fields({"backgroundColor": COLOR, "separator": Flag(), "separatorColor": COLOR})
_ONLY_BOX = Tagged("type", {"box": BOX})
_BUBBLE_KEYS: Mapping[str, Shape] = {
    "type": Text(),
    "size": Choice(BUBBLE_SIZES),
    "direction": Choice(("ltr", "rtl")),
    "header": _ONLY_BOX,
    "hero": Tagged("type", {"box": BOX, "image": IMAGE, "video": VIDEO}),
    "body": _ONLY_BOX,
    "footer": _ONLY_BOX,
    "styles": Fields(dict.fromkeys(("header", "hero", "body", "footer"), _BLOCK_STYLE)),
    "action": FLEX_ACTION,
}


def _no_more_bytes(most: int) -> Any:
    def rule(value: Any, path: Path, problems: list[Problem]) -> None:
        size = len(orjson.dumps(value))
        if size > most:
            problems.append(Problem(path, "value", f"at most {most} bytes of JSON"))

    return rule


def _same_size(value: Any, path: Path, problems: list[Problem]) -> None:
    if len({bubble.get("size", "mega") for bubble in value["contents"]}) > 1:
        problems.append(Problem((*path, "contents"), "value", "of equal bubble sizes"))


BUBBLE = Fields(_BUBBLE_KEYS, rules=(_no_more_bytes(BUBBLE_BYTES),))
CAROUSEL = Fields(
    {"type": Text(), "contents": Items(Tagged("type", {"bubble": BUBBLE}), 1, 12)},
    ("contents",),
    rules=(_no_more_bytes(CAROUSEL_BYTES), _same_size),
)
FLEX_CONTENTS = Tagged("type", {"bubble": BUBBLE, "carousel": CAROUSEL})
