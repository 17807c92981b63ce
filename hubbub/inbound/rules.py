"""A channel's own rules for what comes in, applied after the raw delivery is stored (docs/inbound.md).

`webhook_events`: kinds to apply; empty means all. `webhook_filters`: {"drop": [condition, …]}: matching events are kept
but ignored. `webhook_transformation_rules`: [{"when": condition, "tags": […], "priority": "high"}, …]. A condition is
{"kind": …, "text_contains": …, "sender": …}; every key that it has must match.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hubbub.conversations.models import Priority
from hubbub.inbound.batch import Arrival

PRIORITIES = frozenset(Priority.values)


def apply_rules(arrival: Arrival) -> None:
    """Ignore the event, or note tags and priority for its conversation."""
    channel = arrival.channel
    if channel.webhook_events and arrival.event.kind not in channel.webhook_events:
        _ignore(arrival, "This channel does not apply events of this kind.")
        return
    drops = channel.webhook_filters.get("drop")
    if isinstance(drops, list) and any(_matches(arrival, one) for one in drops):
        _ignore(arrival, "A filter of this channel drops it.")
        return
    for rule in channel.webhook_transformation_rules:
        if _matches(arrival, rule.get("when")):
            _transform(arrival, rule)


def _ignore(arrival: Arrival, why: str) -> None:
    arrival.state, arrival.error = "ignored", why


def _transform(arrival: Arrival, rule: Mapping[str, object]) -> None:
    tags = rule.get("tags")
    if isinstance(tags, list):
        arrival.tags = (*arrival.tags, *(str(tag)[:100] for tag in tags))
    if rule.get("priority") in PRIORITIES:
        arrival.priority = str(rule["priority"])


def _matches(arrival: Arrival, condition: object) -> bool:
    if not isinstance(condition, dict) or not condition:
        return False
    return all(name in TESTS and TESTS[name](arrival, str(wanted)) for name, wanted in condition.items())


def _text(arrival: Arrival) -> str:
    return getattr(getattr(arrival.event, "content", None), "text", None) or ""


def _sender(arrival: Arrival) -> str:
    return getattr(getattr(arrival.event, "sender", None), "external_id", "")


TESTS: dict[str, Callable[[Arrival, str], bool]] = {
    "kind": lambda arrival, wanted: arrival.event.kind == wanted,
    "text_contains": lambda arrival, wanted: wanted.casefold() in _text(arrival).casefold(),
    "sender": lambda arrival, wanted: _sender(arrival) == wanted,
}
