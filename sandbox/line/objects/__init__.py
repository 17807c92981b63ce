"""LINE's message objects. https://developers.line.biz/en/reference/messaging-api/#message-objects"""

from __future__ import annotations

from typing import Any

from sandbox.counting import utf16_units
from sandbox.shapes import Fields, Items, Problem, Tagged, Text
from sandbox.state import LineBot, Thread

Json = dict[str, Any]
MESSAGES = Items(
    Tagged("type", {"text": Fields({"type": Text(), "text": Text(5000, 1, utf16_units)}, ("text",), extra=True)}), 1, 5
)


def check_context(bot: LineBot, messages: list[Json], thread: Thread | None) -> list[Problem]:
    return []
