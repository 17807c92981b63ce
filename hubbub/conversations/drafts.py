"""What we want to say as JSON, in `message.content["outbound"]` and in the API, and back again.

Only what differs from the defaults is written. Reading is strict: an unknown name or a value of the wrong type is
refused with a sentence that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from hubbub.connectors.messages import (
    Button,
    ButtonType,
    Card,
    ListSection,
    Media,
    OutboundKind,
    OutboundMessage,
    TemplateUse,
)
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue
from hubbub.kit.text import clean

Reader = Callable[[object, str], Any]
Value = TypeVar("Value")
MOST_ITEMS = 500


def to_json(value: Any) -> dict[str, JsonValue]:
    """An OutboundMessage (or a part of one) as a JSON object, without what is as by default."""
    found: dict[str, JsonValue] = {}
    for name, default in _defaults(type(value)):  # type: ignore[arg-type]
        held = getattr(value, name)
        if held is not default and held != default:
            found[name] = _plain(held)
    return found


@cache
def _defaults(kind: type[Any]) -> tuple[tuple[str, object], ...]:
    """What each field is when nothing is said of it."""
    return tuple(
        (field.name, field.default_factory() if field.default_factory is not MISSING else field.default)
        for field in fields(kind)
        if field.name != "message_id"
    )


def _plain(value: Any) -> JsonValue:
    if is_dataclass(value):
        return to_json(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


def from_json(value: object, *, message_id: str = "") -> OutboundMessage:
    """The message of a JSON object. Raises InvalidInput with the place and what is expected there."""
    return _read(OutboundMessage, MESSAGE, value, "message", {"message_id": message_id})


def _read(
    kind: type[Value], readers: Mapping[str, Reader], value: object, place: str, given: Mapping[str, object]
) -> Value:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{place} must be an object.")
    unknown = sorted(set(value) - set(readers))
    if unknown:
        raise InvalidInput(f"{place} has no field {unknown[0][:80]!r}; it has {', '.join(sorted(readers))}.")
    read = {name: readers[name](held, f"{place}.{name}") for name, held in value.items() if held is not None}
    try:
        return kind(**given, **read)
    except TypeError:
        needed = [one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING]  # type: ignore[arg-type]
        missing = next(name for name in needed if name not in read and name not in given)
        raise InvalidInput(f"{place}.{missing} is missing.") from None


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"{place} must be text.")
    return clean(value)


def _flag(value: object, place: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(f"{place} must be true or false.")
    return value


def _whole(value: object, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise InvalidInput(f"{place} must be a whole number.")
    return value


def _number(value: object, place: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not -(10**6) < value < 10**6:
        raise InvalidInput(f"{place} must be a number.")
    return float(value)


def _object(value: object, place: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise InvalidInput(f"{place} must be an object.")
    return value


def _choice(among: type[StrEnum]) -> Reader:
    def read(value: object, place: str) -> StrEnum:
        try:
            return among(_text(value, place))
        except ValueError:
            raise InvalidInput(f"{place} must be one of {', '.join(among)}.") from None

    return read


def _many(reader: Reader) -> Reader:
    def read(value: object, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) > MOST_ITEMS:
            raise InvalidInput(f"{place} must be a list of at most {MOST_ITEMS}.")
        return tuple(reader(item, f"{place}[{position}]") for position, item in enumerate(value))

    return read


def _part(kind: type[Any], readers: Mapping[str, Reader]) -> Reader:
    return lambda value, place: _read(kind, readers, value, place, {})


BUTTON: dict[str, Reader] = {
    "type": _choice(ButtonType),
    **dict.fromkeys(("title", "payload", "url", "image_url", "description"), _text),
    "native": _object,
}
BUTTONS = _many(_part(Button, BUTTON))
CARD: dict[str, Reader] = {
    **dict.fromkeys(("title", "subtitle", "image_url", "default_url"), _text),
    "buttons": BUTTONS,
}
MEDIA: dict[str, Reader] = {
    **dict.fromkeys(("type", "url", "handle", "storage_key", "preview_url", "mime_type", "file_name"), _text),
    "size_bytes": _whole,
    "duration_ms": _whole,
    "is_voice": _flag,
    "is_reusable": _flag,
}
SECTION: dict[str, Reader] = {"title": _text, "rows": BUTTONS}
TEMPLATE: dict[str, Reader] = {
    **dict.fromkeys(("name", "language", "category"), _text),
    "components": _many(_object),
}
MESSAGE: dict[str, Reader] = {
    "kind": _choice(OutboundKind),
    "media": _many(_part(Media, MEDIA)),
    "quick_replies": BUTTONS,
    "buttons": BUTTONS,
    "cards": _many(_part(Card, CARD)),
    "sections": _many(_part(ListSection, SECTION)),
    "template": _part(TemplateUse, TEMPLATE),
    "contacts": _many(_object),
    **dict.fromkeys(("sticker", "native"), _object),
    **dict.fromkeys(("latitude", "longitude"), _number),
    "is_silent": _flag,
    **dict.fromkeys(
        (
            "text",
            "list_button",
            "header",
            "footer",
            "title",
            "address",
            "reaction_to_external_id",
            "reaction_emoji",
            "reply_to_external_id",
            "reply_to_quote_token",
            "comment_external_id",
            "alt_text",
            "tag",
            "persona_id",
        ),
        _text,
    ),
}
"""Every field of OutboundMessage but its id, which is ours to give."""
