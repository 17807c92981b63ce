"""Flow tests as data: each file in cases/ holds a flow, a person, inputs and what must come of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hubbub.connectors.registry import connector_for
from hubbub.flows.engine import (
    HttpAnswered,
    Input,
    Person,
    Returned,
    RunState,
    Said,
    Woke,
    advance,
    begin,
    read_definition,
)
from hubbub.flows.engine.actions import ACTIONS
from hubbub.flows.simulation import effect_json
from hubbub.kit.json import dumps, loads

FOLDER = Path(__file__).parent / "cases"
CASES = {path.stem: loads(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))}
BEGAN = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""A Monday, noon in Bangkok."""
SAYS = frozenset({"send"})


def person_in(case: dict[str, Any]) -> Person:
    given = dict(case.get("person", {}))
    platform = given.pop("platform", "facebook")
    tags = frozenset(given.pop("tags", ()))
    minutes = given.pop("window_minutes", None)
    closes = None if minutes is None else BEGAN + timedelta(minutes=minutes)
    defaults = {"id": "p1", "first_name": "Mali", "language": "en", "time_zone": "Asia/Bangkok", "channel_name": "Shop"}
    return Person(
        **{**defaults, **given},
        platform=platform,
        tags=tags,
        window_closes_at=closes,
        capabilities=connector_for(platform).capabilities,
    )


def input_of(given: dict[str, Any], state: RunState | None) -> Input:
    """{"text", "payload"}, {"wait": true}, {"returned": true} or {"http": {…}}; `after`: minutes since the start."""
    now = BEGAN + timedelta(minutes=given.get("after", 0))
    if "http" in given:
        return HttpAnswered(now=now, **given["http"])
    if given.get("wait"):
        assert state is not None
        assert state.due_at is not None
        return Woke(now=max(now, state.due_at))
    if given.get("returned"):
        return Returned(now=now)
    return Said(now=now, text=given.get("text", ""), payload=given.get("payload", ""), at=now)


def is_part(wanted: Any, found: Any) -> bool:
    """Whether everything that is wanted is there; lists must be as long."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and is_part(one, found[name]) for name, one in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(wanted) == len(found) and all(map(is_part, wanted, found))
    return bool(wanted == found)


@pytest.mark.parametrize("name", CASES)
def test_the_case_comes_out_as_written(name: str) -> None:
    case: Any = CASES[name]
    definition = read_definition(case["flow"], "case")
    subflows = {key: read_definition(one, key) for key, one in case.get("subflows", {}).items()}
    person, state = person_in(case), None
    for number, turn in enumerate(case["turns"]):
        given = input_of(turn["input"], state)
        came = begin(definition, person, given, subflows)
        if state is not None:
            came = advance(definition, person, RunState.from_json(loads(dumps(state.to_json()))), given, subflows)  # type: ignore[arg-type]
        state = came.state
        effects = loads(dumps([effect_json(one) for one in came.effects]))
        shown = [one for one in effects if isinstance(one, dict) and one["effect"] != "count"]  # type: ignore[union-attr]
        counts = [one for one in effects if isinstance(one, dict) and one["effect"] == "count"]  # type: ignore[union-attr]
        where = f"turn {number}"
        assert is_part(turn["effects"], shown), f"{where}: {dumps(shown).decode()} {state.error}"
        assert is_part(turn.get("counts", counts), counts), f"{where}: {dumps(counts).decode()}"
        assert is_part(turn.get("state", {}), state.to_json()), f"{where}: {dumps(state.to_json()).decode()}"


def test_every_action_has_a_case() -> None:
    used: set[str] = set()
    ahead: list[Any] = [case["flow"] for case in CASES.values()]  # type: ignore[index,call-overload]
    while ahead:
        part = ahead.pop()
        if isinstance(part, dict):
            used |= {part["type"]} if isinstance(part.get("type"), str) else set()
            ahead += part.values()
        elif isinstance(part, list):
            ahead += part
    assert set(ACTIONS) - used == set()
