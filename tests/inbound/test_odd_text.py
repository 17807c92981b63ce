"""Text is stored as it was said: equal but for NUL and what is no character, on the row and on the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hubbub.kit.ids import new_id
from tests.inbound.bodies import page, said
from tests.inbound.shop import open_shop
from tests.support import line
from tests.support.web import api_for

pytestmark = pytest.mark.usefixtures("database")

TEXTS = {
    "NUL": ("a\x00b", "ab"),
    "a lone surrogate": ("a\ud800b", "a\ufffdb"),
    "right to left": ("\u202eשלום\u200f مرحبا", "\u202eשלום\u200f مرحبا"),
    "a byte order mark inside": ("a\ufeffb", "a\ufeffb"),
    "an emoji of four bytes, joined": ("👩‍👩‍👧‍👦 ok", "👩‍👩‍👧‍👦 ok"),
    "many combining marks": ("e" + "\u0301" * 1000, "e" + "\u0301" * 1000),
    "composed and decomposed": ("é e\u0301", "é e\u0301"),
    "markup and quotes": (
        "<b>'; DROP TABLE message; -- \\u0000 %s {{x}}",
        "<b>'; DROP TABLE message; -- \\u0000 %s {{x}}",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_stored_and_shown_as_it_was_said(name: str) -> None:
    given, wanted = TEXTS[name]
    shop = open_shop("facebook")
    shop.receive(page(shop.address, said(shop.address, given)))
    (message,) = shop.messages()
    assert message.text == wanted
    (shown,) = api_for(shop.tenant).get(f"/conversations/{message.conversation_id}/messages").items
    assert shown["text"] == wanted


def fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all strings in a JSON value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from fields(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from fields(inner, (*path, place))
    elif isinstance(value, str):
        yield path


def put(value: Any, path: tuple[Any, ...], special: str) -> None:
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = str(value[path[-1]]) + special


@pytest.mark.parametrize("special", ["\x00", "\ud800", "\u202e\u200f\ufeff", "👩‍👩‍👧‍👦", "x" * 5000])
def test_specials_in_any_field_kill_nothing(special: str) -> None:
    shop = open_shop()
    image = {
        "id": "1",
        "type": "image",
        "contentProvider": {"type": "external", "originalContentUrl": "https://x.test/a"},
    }
    emojis = [{"index": 0, "length": 1, "productId": "p", "emojiId": "e"}]
    events = [
        line.text("hello", source={"type": "group", "groupId": "C1", "userId": "U1"}),
        line.event("message", message=image),
        line.event("message", message={"id": "2", "type": "text", "text": "$", "emojis": emojis}),
        line.event("postback", postback={"data": "x", "params": {"date": "2026-11-01"}}, replyToken="t"),
        line.event("unsend", unsend={"messageId": "77"}),
    ]
    bodies = []
    for event in events:
        for path in fields(event):
            changed = line.body(shop.address, {**event, "webhookEventId": new_id().hex})
            changed["events"][0] = _copy(changed["events"][0])
            put(changed["events"][0], path, special)
            bodies.append(changed)
    shop.receive(*bodies, line.body(shop.address, line.text("still here")))
    assert "dead" not in shop.states()
    assert "still here" in shop.texts()
    assert all("\x00" not in message.text for message in shop.messages())


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value
