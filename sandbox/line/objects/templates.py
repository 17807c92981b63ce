"""Template messages and imagemaps. https://developers.line.biz/en/reference/messaging-api/#template-messages"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.counting import graphemes, utf16_units
from sandbox.line.objects.actions import IMAGE_CAROUSEL_ACTION, TEMPLATE_ACTION, URI, clusters, text16
from sandbox.shapes import Choice, Fields, Items, Number, Path, Problem, Shape, Tagged, Text

HTTPS = Text(2000, 1, utf16_units, re.compile(r"https://[!-~]+", re.IGNORECASE))
COLOR = Text(7, pattern=re.compile(r"#[0-9a-fA-F]{6}"))


def _shorter_with_picture(alone: int) -> Any:
    """The text may be longer when there is neither image nor title."""

    def rule(value: Any, path: Path, problems: list[Problem]) -> None:
        most = 60 if value.get("thumbnailImageUrl") or value.get("title") else alone
        if graphemes(value["text"]) > most:
            problems.append(Problem((*path, "text"), "length", "string", 1, most))

    return rule


_PICTURE: Mapping[str, Shape] = {
    "imageAspectRatio": Choice(("rectangle", "square")),
    "imageSize": Choice(("cover", "contain")),
    "type": Text(),
}
_CARD: Mapping[str, Shape] = {
    "thumbnailImageUrl": HTTPS,
    "imageBackgroundColor": COLOR,
    "title": clusters(40),
    "text": clusters(160),
    "defaultAction": TEMPLATE_ACTION,
}
BUTTONS = Fields(
    {**_PICTURE, **_CARD, "actions": Items(TEMPLATE_ACTION, 1, 4)},
    ("text", "actions"),
    extra=True,
    rules=(_shorter_with_picture(160),),
)
CONFIRM = Fields(
    {"type": Text(), "text": clusters(240), "actions": Items(TEMPLATE_ACTION, 2, 2)}, ("text", "actions"), extra=True
)
_COLUMN = Fields(
    {**_CARD, "text": clusters(120), "actions": Items(TEMPLATE_ACTION, 1, 3)},
    ("text", "actions"),
    extra=True,
    rules=(_shorter_with_picture(120),),
)


def _alike(value: Any, path: Path, problems: list[Problem]) -> None:
    """All columns have as many actions, and all or none have an image and a title."""
    forms = {(len(one["actions"]), "thumbnailImageUrl" in one, "title" in one) for one in value}
    if len(forms) > 1:
        problems.append(Problem(path, "value", "columns with the same number of actions, image and title"))


CAROUSEL = Fields({**_PICTURE, "columns": Items(_COLUMN, 1, 10, (_alike,))}, ("columns",), extra=True)
_IMAGE_COLUMN = Fields({"imageUrl": HTTPS, "action": IMAGE_CAROUSEL_ACTION}, ("imageUrl", "action"), extra=True)
IMAGE_CAROUSEL = Fields({"type": Text(), "columns": Items(_IMAGE_COLUMN, 1, 10)}, ("columns",), extra=True)
TEMPLATE = Tagged(
    "type", {"buttons": BUTTONS, "confirm": CONFIRM, "carousel": CAROUSEL, "image_carousel": IMAGE_CAROUSEL}
)

_AREA = Fields(dict.fromkeys(("x", "y", "width", "height"), Number(0, whole=True)), extra=True)


def _has_area(value: Any, path: Path, problems: list[Problem]) -> None:
    problems.extend(
        Problem((*path, "area", name), "missing") for name in ("x", "y", "width", "height") if name not in value["area"]
    )


def _map_action(name: str, shape: Shape) -> Shape:
    keys: Mapping[str, Shape] = {"type": Text(), "label": text16(100), "area": _AREA, name: shape}
    return Fields(keys, (name, "area"), extra=True, rules=(_has_area,))


IMAGEMAP_ACTION = Tagged(
    "type",
    {
        "uri": _map_action("linkUri", Text(1000, 1, utf16_units, URI)),
        "message": _map_action("text", text16(400)),
        "clipboard": _map_action("clipboardText", text16(1000)),
    },
)
_LINK = Fields({"linkUri": Text(1000, 1, utf16_units, URI), "label": text16(30)}, ("linkUri", "label"), extra=True)
IMAGEMAP_VIDEO = Fields(
    {"originalContentUrl": HTTPS, "previewImageUrl": HTTPS, "area": _AREA, "externalLink": _LINK},
    ("originalContentUrl", "previewImageUrl", "area"),
    extra=True,
)
_SIZE = Fields(
    {"width": Number(1040, 1040, whole=True), "height": Number(1, whole=True)}, ("width", "height"), extra=True
)
IMAGEMAP: Mapping[str, Shape] = {
    "baseUrl": HTTPS,
    "altText": text16(1500),
    "baseSize": _SIZE,
    "video": IMAGEMAP_VIDEO,
    "actions": Items(IMAGEMAP_ACTION, 1, 50),
}
