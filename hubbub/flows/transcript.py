"""What a turn of a simulated flow looks like in a terminal. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

TAPPED = frozenset({"postback", "message"})
Effect = Mapping[str, Any]


def lines_of(turn: Mapping[str, Any]) -> Iterator[str]:
    """One line for each thing that the flow says or does, then where it stands."""
    number = 0
    for effect in turn["effects"]:
        if effect["effect"] == "count":
            continue
        if effect["effect"] != "send":
            yield f"  [{OTHERS[effect['effect']](effect)}]"
            continue
        yield from _message(effect["content"])
        for title, _ in _buttons(effect["content"]):
            number += 1
            yield f"    /{number} {title}"
    yield f"  ({_standing(turn)})"


def buttons_of(turn: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Title and payload of everything in the turn that can be tapped, in the order shown."""
    sends = [effect["content"] for effect in turn["effects"] if effect["effect"] == "send"]
    return [button for content in sends for button in _buttons(content)]


def _message(content: Effect) -> Iterator[str]:
    if text := content.get("text"):
        yield f"  {text}"
    for media in content.get("media", []):
        yield f"  <{media['type']} {media.get('url', '')}>"
    for card in content.get("cards", []):
        yield f"  ▢ {card['title']}{' – ' + card['subtitle'] if card.get('subtitle') else ''}"
    if template := content.get("template"):
        yield f"  <template {template['name']} ({template['language']})>"


def _buttons(content: Effect) -> list[tuple[str, str]]:
    rows = [row for section in content.get("sections", []) for row in section["rows"]]
    of_cards = [button for card in content.get("cards", []) for button in card.get("buttons", [])]
    buttons = [*content.get("quick_replies", []), *content.get("buttons", []), *rows, *of_cards]
    return [(one.get("title", ""), one.get("payload", "")) for one in buttons if one["type"] in TAPPED]


def _standing(turn: Mapping[str, Any]) -> str:
    when = f" until {turn['due_at']:%Y-%m-%d %H:%M:%S} UTC" if turn["due_at"] and turn["status"] != "waiting" else ""
    why = f": {turn['error']}" if turn["error"] else ""
    return f"{turn['status']} at {turn['step']}{when}{why}"


OTHERS: Mapping[str, Callable[[Effect], str]] = {
    "set_attribute": lambda one: f"{one['name']} of the contact is {one.get('value', '')!r}",
    "add_tag": lambda one: f"tag {one['tag']!r} added",
    "remove_tag": lambda one: f"tag {one['tag']!r} removed",
    "assign": lambda one: f"assigned to {one.get('team') or one.get('agent')}",
    "hand_over": lambda one: f"handed over to a person{': ' + one['note'] if one.get('note') else ''}",
    "create_lead": lambda one: f"lead with a score of {one.get('score', 0)}: {one.get('fields', {})}",
    "request_http": lambda one: f"{one['method']} {one['url']}: answer with /http",
}
"""Effect → what happens, in words."""
