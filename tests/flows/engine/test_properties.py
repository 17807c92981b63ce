"""Whatever a definition says and whatever comes in: declared errors only, always an end, a state that is JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.connectors.registry import PLATFORMS, connector_for
from hubbub.flows.engine import (
    FaultyDefinition,
    HttpAnswered,
    Input,
    Person,
    Returned,
    RunState,
    Said,
    Woke,
    advance,
    begin,
    faults_of,
    read_definition,
)
from hubbub.flows.engine.limits import MESSAGES_PER_TURN
from hubbub.flows.engine.values import LIVE
from hubbub.kit.json import dumps, loads

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
STEPS = ("start", "a", "b", "end")
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
texts = st.sampled_from(["Hi {{first_name}}", "{{message_text}}", "{{x|none}}", "{{x}}", "ก" * 700, "a {{contact.c}}"])
steps = st.sampled_from(STEPS)
names = st.sampled_from(["x", "y"])
spans = st.sampled_from([["21:00", "08:00"], ["00:00", "12:00"], ["12:00", "23:59"]])
values = texts | st.integers() | st.lists(st.integers(), max_size=3)
conditions: st.SearchStrategy[Any] = st.recursive(
    st.fixed_dictionaries(
        {"variable": names, "op": st.sampled_from(["is", ">", "contains", "in", "exists"]), "value": values}
    )
    | st.just({"window": "is_open"})
    | st.fixed_dictionaries({"message": st.just("text"), "op": st.just("between"), "value": values})
    | st.fixed_dictionaries({"time": st.just("clock"), "op": st.just("between"), "value": spans}),
    lambda inner: (
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=2)}) | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=4,
)
choices = st.lists(st.sampled_from(["Yes", "No", "Maybe a very long title indeed"]), min_size=1, max_size=15)


def action(kind: str, **fields: Any) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


plain = st.one_of(
    action("send_text", text=texts),
    action("send_quick_replies", text=texts, quick_replies=choices),
    action("send_cards", cards=st.lists(st.fixed_dictionaries({"title": texts}), min_size=1, max_size=12)),
    action("send_buttons", text=texts, buttons=st.just([{"title": "Go", "type": "url", "url": "https://x.example"}])),
    action("send_image", url=st.just("https://x.example/{{x}}.jpg")),
    action("set_variable", name=names, value=values),
    action("set_variable", name=names, add=values),
    action("ask", text=texts, answer=st.sampled_from(["text", "number", "email", "phone", "date"]), variable=names),
    action("ask", text=texts, choices=choices, otherwise=steps),
    action("delay", **{"for": st.sampled_from(["1s", "20d"]), "quiet_hours": spans}),
    action("http_request", url=st.just("https://x.example"), save=st.just({"x": "a[0].b", "y": ""})),
    action("create_lead", score=st.just("{{x|7}}"), fields=st.just({"x": "{{x|}}"})),
    action("hand_over"),
    action("go_to", step=steps),
    action("sub_flow", flow=st.sampled_from(["self", "none"])),
)
actions: st.SearchStrategy[Any] = st.recursive(
    plain,
    lambda inner: st.one_of(
        action(
            "condition", **{"if": conditions, "then": st.lists(inner, max_size=2), "else": st.lists(inner, max_size=2)}
        ),
        action("follow_up", after=st.just("1h"), actions=st.lists(inner, max_size=2)),
        action(
            "random_split",
            variants=st.just([{"name": "A", "next": "a"}, {"name": "B"}]),
        ),
    ),
    max_leaves=4,
)
step = st.fixed_dictionaries({"actions": st.lists(actions, max_size=4)}, optional={"next": steps})
definitions = st.fixed_dictionaries(dict.fromkeys(STEPS, step))
said = st.sampled_from(["1", "yes", "Mali", "a@b.co", "31/12/2026", "", "\x00\ud800", "๒"]) | st.text(max_size=30)
inputs = st.one_of(
    st.builds(lambda text: Said(now=NOON, text=text), said),
    st.just(Woke(now=NOON)),
    st.just(Woke(now=NOON + timedelta(days=60))),
    st.builds(lambda body: HttpAnswered(now=NOON, status=200, body=body), anything),
    st.just(HttpAnswered(now=NOON, error="gone")),
    st.just(Returned(now=NOON)),
)


def person(platform: str) -> Person:
    return Person(
        id="p", platform=platform, capabilities=connector_for(platform).capabilities, time_zone="Asia/Bangkok",
        window_closes_at=NOON + timedelta(hours=20),
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(document=anything | st.dictionaries(steps, st.fixed_dictionaries({"actions": st.lists(anything)})))
def test_whatever_is_no_definition_is_refused_with_places(document: Any) -> None:
    faults = faults_of(document)
    if faults:
        with pytest.raises(FaultyDefinition) as raised:
            read_definition(document)
        assert raised.value.faults == tuple(faults)
    else:
        read_definition(document)


@settings(max_examples=250, deadline=None)
@given(document=definitions, given=st.lists(inputs, min_size=1, max_size=8), platform=st.sampled_from(PLATFORMS))
def test_every_run_ends_or_waits_and_its_state_is_json(document: Any, given: list[Input], platform: str) -> None:
    definition = read_definition(document)
    subflows = {"self": definition}
    who = person(platform)
    came = begin(definition, who, given[0], subflows)
    for one in given[1:]:
        state = came.state
        stored = loads(dumps(state.to_json()))
        assert isinstance(stored, dict)
        assert RunState.from_json(stored).to_json() == state.to_json()
        came = advance(definition, who, RunState.from_json(stored), one, subflows)
        if state.status not in LIVE:
            assert came.effects == ()
    assert bool(came.state.error) is (came.state.status == "failed")
    assert sum(type(effect).__name__ == "Send" for effect in came.effects) <= MESSAGES_PER_TURN
