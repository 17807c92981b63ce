"""Actions, with the labels that each place allows. https://developers.line.biz/en/reference/messaging-api/#action-objects"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sandbox.counting import graphemes, utf16_units
from sandbox.shapes import Anything, Choice, Fields, Path, Problem, Shape, Tagged, Text

Shapes = dict[str, Shape]
URI = re.compile(r"(https?://|line://|tel:)[!-~]+", re.IGNORECASE)
INPUT_OPTIONS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
DATE_FORMS = {"date": "%Y-%m-%d", "time": "%H:%M", "datetime": "%Y-%m-%dT%H:%M"}
EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2101, 1, 1)  # noqa: DTZ001 - the picker has no time zone


def text16(most: int, least: int = 1) -> Text:
    """Counted in UTF-16 units, as most properties are."""
    return Text(most, least, utf16_units)


def clusters(most: int, least: int = 1) -> Text:
    """Counted in grapheme clusters, as labels are."""
    return Text(most, least, graphemes)


def _one_text(value: Any, path: Path, problems: list[Problem]) -> None:
    if value.get("displayText") and value.get("text"):
        problems.append(Problem((*path, "text"), "value", "absent when displayText is set"))
    if value.get("fillInText") and value.get("inputOption") != "openKeyboard":
        problems.append(Problem((*path, "fillInText"), "value", "absent unless inputOption is openKeyboard"))


def _dates(value: Any, path: Path, problems: list[Problem]) -> None:
    form = DATE_FORMS[value["mode"]]
    for name in ("initial", "max", "min"):
        given = value.get(name)
        if given is not None and not _is_date(given, form):
            problems.append(Problem((*path, name), "value", f"a {value['mode']}"))


def _is_date(given: Any, form: str) -> bool:
    try:
        moment = datetime.strptime(str(given).replace("t", "T"), form)  # noqa: DTZ007 - the picker has no time zone
    except ValueError:
        return False
    return form == DATE_FORMS["time"] or EARLIEST <= moment < LATEST


def _actions(label: Text, *, is_label_required: bool, strict: bool) -> Shapes:
    """The shapes by type. ``strict``: unknown keys are refused (flex)."""
    needs = ("label",) if is_label_required else ()
    common: Shapes = {"type": Text(), "label": label}

    def action(keys: Shapes, required: tuple[str, ...], *rules: Any) -> Shape:
        return Fields({**common, **keys}, (*needs, *required), extra=not strict, rules=rules)

    postback: Shapes = {
        "data": text16(300),
        "displayText": clusters(300),
        "text": clusters(300),
        "inputOption": Choice(INPUT_OPTIONS),
        "fillInText": clusters(300),
    }
    picker: Shapes = {
        "data": text16(300),
        "mode": Choice(DATE_FORMS),
        "initial": Anything(),
        "max": Anything(),
        "min": Anything(),
    }
    uri: Shapes = {"uri": Text(1000, 1, utf16_units, URI)}
    if strict:
        uri["altUri"] = Fields({"desktop": Text(1000, 1, utf16_units, URI)}, extra=True)
    return {
        "postback": action(postback, ("data",), _one_text),
        "message": action({"text": clusters(300)}, ("text",)),
        "uri": action(uri, ("uri",)),
        "datetimepicker": action(picker, ("data", "mode"), _dates),
        "clipboard": action({"clipboardText": text16(1000)}, ("clipboardText",)),
    }


def _only_in_quick_replies() -> Shapes:
    shape = Fields({"type": Text(), "label": clusters(20)}, ("label",), extra=True)
    return {"camera": shape, "cameraRoll": shape, "location": shape}


_SWITCH = Fields(
    {
        "type": Text(),
        "label": clusters(20),
        "richMenuAliasId": Text(32, 1, pattern=re.compile(r"[a-z0-9_-]+")),
        "data": text16(300),
    },
    ("richMenuAliasId", "data"),
    extra=True,
)
TEMPLATE_ACTION = Tagged("type", _actions(clusters(20), is_label_required=True, strict=False))
IMAGE_CAROUSEL_ACTION = Tagged("type", _actions(clusters(12), is_label_required=False, strict=False))
QUICK_REPLY_ACTION = Tagged(
    "type", {**_actions(clusters(20), is_label_required=True, strict=False), **_only_in_quick_replies()}
)
RICH_MENU_ACTION = Tagged(
    "type", {**_actions(clusters(20), is_label_required=False, strict=False), "richmenuswitch": _SWITCH}
)
FLEX_BUTTON_ACTION = Tagged("type", _actions(clusters(40), is_label_required=True, strict=True))
FLEX_ACTION = Tagged("type", _actions(Text(), is_label_required=False, strict=True))
