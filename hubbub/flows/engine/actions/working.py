"""Actions that reach beyond the conversation: people, leads, other servers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from hubbub.flows.engine import limits
from hubbub.flows.engine.actions.knowing import variable_name
from hubbub.flows.engine.actions.saying import optional_text, url_text
from hubbub.flows.engine.code import Builder, Label
from hubbub.flows.engine.conditions import number_in
from hubbub.flows.engine.faults import RunFailure
from hubbub.flows.engine.offering import say
from hubbub.flows.engine.texts import as_words, read_value
from hubbub.flows.engine.turn import Halt, Result, Stay, Turn
from hubbub.flows.engine.values import (
    ASKING_HTTP,
    HANDED_OVER,
    Assign,
    CreateLead,
    HandOver,
    HttpAnswered,
    RequestHttp,
    Returned,
    Woke,
)
from hubbub.kit.json import JsonValue, dig, dumps

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
PATH = re.compile(r"(?:[^.\[\]]+|\[\d{1,5}\])(?:\.[^.\[\]]+|\[\d{1,5}\])*")
PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
MOST_SAVED = 50
GOOD = range(200, 300)
HIGHEST_SCORE = 100


def _assign(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    if ("team" in part) is ("agent" in part):
        builder.reader.fault(place, "Assign to either a team or an agent.")
    team, agent, note = (
        optional_text(builder.reader, part.get(name), f"{place}.{name}") for name in ("team", "agent", "note")
    )

    def act(turn: Turn) -> None:
        given = [one.fill(turn) if one else "" for one in (team, agent, note)]
        turn.effects.append(Assign(team=given[0], agent=given[1], note=given[2]))

    names = frozenset[str]().union(*(one.names for one in (team, agent, note) if one))
    builder.add(place, act, names=names)


def _hand_over(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    """The run waits until the person gives the conversation back, then goes on behind this action."""
    note, text = (optional_text(builder.reader, part.get(name), f"{place}.{name}") for name in ("note", "text"))

    def act(turn: Turn) -> Result:
        if text:
            say(turn, text.fill(turn))
        turn.effects.append(HandOver(note=note.fill(turn) if note else ""))
        return Halt(HANDED_OVER, "person")

    names = frozenset[str]().union(*(one.names for one in (note, text) if one))
    builder.add(place, act, resume=lambda turn: None if isinstance(turn.given, Returned) else Stay(), names=names)


def _create_lead(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    reader = builder.reader
    score = read_value(reader, part.get("score", 0), f"{place}.score")
    given = part.get("score", 0)
    if not isinstance(given, str):
        reader.number(given, f"{place}.score", low=0, high=HIGHEST_SCORE)
    fields = read_value(reader, reader.part(part.get("fields", {}), f"{place}.fields"), f"{place}.fields")

    def act(turn: Turn) -> None:
        points = number_in(score.fill(turn))
        if points is None:
            raise RunFailure("A lead's score must be a number.")
        values = fields.fill(turn)
        assert isinstance(values, dict)
        if len(dumps(values)) > limits.LONGEST_VALUE * 2:
            raise RunFailure("The fields of the lead are too large.")
        turn.effects.append(CreateLead(score=round(min(max(points, 0), HIGHEST_SCORE)), fields=values))

    builder.add(place, act, names=score.names | fields.names)


# --- Another server ---------------------------------------------------------------------------------------------------


def _http_request(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    reader = builder.reader
    method = reader.one_of(part.get("method"), METHODS, f"{place}.method", default="GET")
    url = url_text(reader, part.get("url"), f"{place}.url")
    headers = read_value(reader, reader.part(part.get("headers", {}), f"{place}.headers"), f"{place}.headers")
    body = read_value(reader, part.get("body"), f"{place}.body")
    seconds = reader.number(part.get("timeout"), f"{place}.timeout", low=0.1, high=limits.HTTP_SECONDS, default=10.0)
    saved = _saved(builder, part, place)
    status = variable_name(reader, part["save_status"], f"{place}.save_status") if "save_status" in part else None
    failed, after = Label(), Label()

    def act(turn: Turn) -> Result:
        named = headers.fill(turn)
        assert isinstance(named, dict)
        turn.effects.append(
            RequestHttp(
                method=method,
                url=url.fill(turn),
                headers={name: as_words(value) for name, value in named.items()},
                body=body.fill(turn),
                timeout_seconds=seconds,
                place=f"{turn.scoped_step}:{place}",
            )
        )
        return Halt(ASKING_HTTP, "http", turn.now + timedelta(seconds=seconds) + limits.HTTP_GRACE)

    def resume(turn: Turn) -> Result:
        answer = _answer(turn)
        if answer is None:
            return Stay()
        if status:
            turn.set_variable(status, answer.status)
        if answer.error or answer.status not in GOOD:
            return failed.at
        for name, path in saved:
            turn.set_variable(name, dig(answer.body, *path))
        return after.at

    builder.add(place, act, resume=resume, names=url.names | headers.names | body.names)
    builder.here(failed)
    builder.actions(part.get("on_error"), f"{place}.on_error")
    builder.here(after)


def _answer(turn: Turn) -> HttpAnswered | None:
    """The answer; none in time is one that failed."""
    if isinstance(turn.given, HttpAnswered):
        return turn.given
    until = turn.awaiting.until if turn.awaiting else None
    is_late = isinstance(turn.given, Woke) and (until is None or turn.now >= until)
    return HttpAnswered(now=turn.now, error="There was no answer.") if is_late else None


def _saved(builder: Builder, part: Mapping[str, JsonValue], place: str) -> list[tuple[str, list[str | int]]]:
    """Variable → where in the answer its value stands."""
    given = builder.reader.part(part.get("save", {}), f"{place}.save")
    if len(given) > MOST_SAVED:
        builder.reader.fault(f"{place}.save", f"At most {MOST_SAVED} values can be saved.")
    found = []
    for name, path in given.items():
        where = f"{place}.save.{name[:40]}"
        variable = variable_name(builder.reader, name, where)
        if path != "" and not (isinstance(path, str) and len(path) <= limits.LONGEST_NAME and PATH.fullmatch(path)):
            builder.reader.fault(where, 'This must be a path into the answer, like "items[0].price"; "" is all of it.')
            continue
        found.append((variable, [int(at) if at else name for at, name in PART.findall(str(path))]))
    return found


ACTIONS = {
    "assign": (_assign, {"team", "agent", "note"}),
    "hand_over": (_hand_over, {"note", "text"}),
    "create_lead": (_create_lead, {"score", "fields"}),
    "http_request": (
        _http_request,
        {"method", "url", "headers", "body", "timeout", "save", "save_status", "on_error"},
    ),
}
