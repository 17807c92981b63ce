"""Actions that decide where the run goes."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from hubbub.flows.engine import limits
from hubbub.flows.engine.code import Builder, Label
from hubbub.flows.engine.conditions import Test, read_condition
from hubbub.flows.engine.turn import SPLIT, Call, End, GoTo, Result, Turn
from hubbub.flows.engine.values import Count
from hubbub.kit.json import JsonValue

HEAVIEST = 10_000.0


def _path(builder: Builder, part: Mapping[str, JsonValue], place: str, name: str = "actions") -> None:
    """Actions, and then perhaps a step to go to."""
    if name in part:
        builder.actions(part[name], f"{place}.{name}")
    if "next" in part:
        step = builder.reader.step(part["next"], f"{place}.next")
        builder.add(f"{place}.next", lambda _: GoTo(step))


def _condition(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    condition = read_condition(builder.reader, part.get("if"), f"{place}.if")
    if "then" not in part and "else" not in part:
        builder.reader.fault(place, "A condition needs then, else, or both.")
    otherwise, after = Label(), Label()
    holds = condition.holds
    builder.add(place, lambda turn: None if holds(turn) else otherwise.at, names=condition.names)
    builder.actions(part.get("then"), f"{place}.then")
    builder.jump(after)
    builder.here(otherwise)
    builder.actions(part.get("else"), f"{place}.else")
    builder.here(after)


def _branch(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    """The first case that holds."""
    after = Label()
    for number, value in enumerate(builder.reader.items(part.get("cases"), f"{place}.cases", limits.OPTIONS, least=1)):
        where = f"{place}.cases[{number}]"
        case = builder.reader.part(value, where)
        builder.reader.known(case, {"if", "actions", "next"}, where)
        condition = read_condition(builder.reader, case.get("if"), f"{where}.if")
        _case(builder, case, where, after, condition.holds, condition.names)
    builder.actions(part.get("else"), f"{place}.else")
    if "next" in part:
        step = builder.reader.step(part["next"], f"{place}.next")
        builder.add(f"{place}.next", lambda _: GoTo(step))
    builder.here(after)


def _case(
    builder: Builder, case: Mapping[str, JsonValue], where: str, after: Label, test: Test, names: frozenset[str]
) -> None:
    following = Label()
    builder.add(where, lambda turn: None if test(turn) else following.at, names=names)
    _path(builder, case, where)
    builder.jump(after)
    builder.here(following)


def _random_split(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    """Chosen by who the person is: the same person always goes the same way."""
    reader, after = builder.reader, Label()
    key = reader.word(part.get("name"), f"{place}.name", default="") or place
    items = reader.items(part.get("variants"), f"{place}.variants", limits.BUTTONS, least=2)
    variants = [reader.part(one, f"{place}.variants[{number}]") for number, one in enumerate(items)]
    names = [reader.word(one.get("name"), f"{place}.variants[{at}].name") for at, one in enumerate(variants)]
    weights = [
        reader.number(one.get("weight"), f"{place}.variants[{at}].weight", low=0, high=HEAVIEST, default=1.0)
        for at, one in enumerate(variants)
    ]
    if len(set(names)) != len(names):
        reader.fault(f"{place}.variants", "Two variants have the same name.")
    if variants and not sum(weights):
        reader.fault(f"{place}.variants", "All weights are 0: nobody would go anywhere.")
    labels = {name: Label() for name in names}
    builder.add(place, lambda turn: labels[_chosen(turn, key, names, weights)].at)
    for number, (name, variant) in enumerate(zip(names, variants, strict=True)):
        where = f"{place}.variants[{number}]"
        reader.known(variant, {"name", "weight", "actions", "next"}, where)
        builder.here(labels[name])
        _path(builder, variant, where)
        builder.jump(after)
    builder.here(after)


def _chosen(turn: Turn, key: str, names: list[str], weights: list[float]) -> str:
    kept = turn.variants.get(f"{turn.scoped_step}{SPLIT}{key}")
    if kept in names:
        return str(kept)
    chosen = _drawn(f"{turn.person.id}\0{turn.key}\0{key}", names, weights)
    turn.variants[f"{turn.scoped_step}{SPLIT}{key}"] = chosen
    turn.effects.append(Count(step=turn.scoped_step, what="entered", variant=chosen))
    return chosen


def _drawn(seed: str, names: list[str], weights: list[float]) -> str:
    digest = blake2b(seed.encode("utf-8", "replace"), digest_size=8).digest()
    at = int.from_bytes(digest, "big") / 2**64 * sum(weights)
    for name, weight in zip(names, weights, strict=True):
        at -= weight
        if at < 0:
            return name
    return names[-1]


def _go_to(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    step = builder.reader.step(part.get("step"), f"{place}.step")
    builder.add(place, lambda _: GoTo(step))


def _sub_flow(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    key = builder.reader.word(part.get("flow"), f"{place}.flow")
    builder.add(place, lambda _: Call(key), resume=_after_call)


def _after_call(turn: Turn) -> Result:  # noqa: ARG001 - one signature
    return None


def _end(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:  # noqa: ARG001 - one signature
    builder.add(place, lambda _: End())


ACTIONS = {
    "condition": (_condition, {"if", "then", "else"}),
    "branch": (_branch, {"cases", "else", "next"}),
    "random_split": (_random_split, {"name", "variants"}),
    "go_to": (_go_to, {"step"}),
    "sub_flow": (_sub_flow, {"flow"}),
    "end": (_end, set[str]()),
}
