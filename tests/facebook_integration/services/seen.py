"""What the platform got of one Page."""

from __future__ import annotations

from typing import Any

from tests.support.outbound import Line

Json = dict[str, Any]


def messages(line: Line) -> list[Json]:
    """The message objects that were accepted, without our own mark."""
    shown = []
    for one in line.platforms.sends(line.channel.external_id):
        message = dict(one["request"].get("message") or {})
        message.pop("metadata", None)
        shown.append(message)
    return shown


def payload(line: Line) -> Json:
    """The payload of the one template that was accepted."""
    (message,) = messages(line)
    assert message["attachment"]["type"] == "template"
    return message["attachment"]["payload"]  # type: ignore[no-any-return]


def calls(line: Line, word: str) -> list[Json]:
    """The calls whose path holds `word`, refused ones too."""
    return [one for one in line.platforms.get("/calls")["calls"] if word in one["path"]]
