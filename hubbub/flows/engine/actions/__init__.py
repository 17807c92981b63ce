"""What a flow can do: action type → how it is read, and which fields it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hubbub.flows.engine.actions import asking, knowing, saying, steering, waiting, working
from hubbub.flows.engine.code import Builder
from hubbub.kit.json import JsonValue

Read = Callable[[Builder, Mapping[str, JsonValue], str], None]
ACTIONS: Mapping[str, tuple[Read, frozenset[str]]] = {
    name: (read, frozenset(fields))
    for table in (
        saying.ACTIONS,
        asking.ACTIONS,
        knowing.ACTIONS,
        steering.ACTIONS,
        waiting.ACTIONS,
        working.ACTIONS,
    )
    for name, (read, fields) in table.items()
}


def read_action(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    """One action into the step's code. Faults go to the reader."""
    kind = part.get("type")
    if not isinstance(kind, str) or kind not in ACTIONS:
        named = f"{kind[:40]!r}" if isinstance(kind, str) else "without a type"
        builder.reader.fault(f"{place}.type", f"There is no action {named}. Choose among {', '.join(sorted(ACTIONS))}.")
        return
    read, fields = ACTIONS[kind]
    builder.reader.known(part, fields, place)
    read(builder, part, place)
