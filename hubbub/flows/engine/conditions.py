"""Conditions: all, any, not, over variables, contact, message, time, window and channel. Read once, asked often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from unicodedata import normalize

from hubbub.flows.engine import limits
from hubbub.flows.engine.moments import is_in, is_zone, span_of, zone_of
from hubbub.flows.engine.reading import Reader
from hubbub.flows.engine.texts import MESSAGE_TEXT, PERSON, Value, as_words, read_value
from hubbub.flows.engine.turn import Turn
from hubbub.flows.engine.values import Said
from hubbub.kit.json import JsonValue

Test = Callable[[Turn], bool]
Read = Callable[[Turn], JsonValue]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Condition:
    holds: Test
    names: frozenset[str] = frozenset()
    """Variables that it reads."""


# --- Comparing --------------------------------------------------------------------------------------------------------


def folded(value: JsonValue) -> str:
    """A value as text, without regard to case, width and blanks at the ends."""
    return normalize("NFKC", as_words(value)).casefold().strip()


def number_in(value: JsonValue) -> float | None:
    """A number, also one that is written as text."""
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return None
    try:
        if isinstance(value, str) and len(value) > LONGEST_NUMBER:
            return None
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None


def _same(left: JsonValue, right: JsonValue) -> bool:
    first, second = number_in(left), number_in(right)
    if first is not None and second is not None:
        return first == second
    return folded(left) == folded(right)


def _compare(left: JsonValue, right: JsonValue, fits: Callable[[int], bool]) -> bool:
    """Numbers as numbers, else both as text (days as 2026-01-31 sort rightly); nothing compares with nothing."""
    first, second = number_in(left), number_in(right)
    if first is not None and second is not None:
        return fits((first > second) - (first < second))
    if left in (None, "") or right in (None, "") or (first is None) is not (second is None):
        return False
    one, other = folded(left), folded(right)
    return fits((one > other) - (one < other))


def _contains(left: JsonValue, right: JsonValue) -> bool:
    if isinstance(left, list):
        return any(_same(one, right) for one in left)
    return folded(right) in folded(left) if folded(right) else False


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _between(left: JsonValue, right: JsonValue) -> bool:
    pair = _listed(right)
    if len(pair) != 2:
        return False
    return _compare(left, pair[0], lambda sign: sign >= 0) and _compare(left, pair[1], lambda sign: sign <= 0)


OPERATORS: Mapping[str, Callable[[JsonValue, JsonValue], bool]] = {
    "is": _same,
    "is_not": lambda left, right: not _same(left, right),
    "contains": _contains,
    "not_contains": lambda left, right: not _contains(left, right),
    "starts_with": lambda left, right: bool(folded(right)) and folded(left).startswith(folded(right)),
    "ends_with": lambda left, right: bool(folded(right)) and folded(left).endswith(folded(right)),
    "in": lambda left, right: any(_same(left, one) for one in _listed(right)),
    "not_in": lambda left, right: not any(_same(left, one) for one in _listed(right)),
    ">": lambda left, right: _compare(left, right, lambda sign: sign > 0),
    ">=": lambda left, right: _compare(left, right, lambda sign: sign >= 0),
    "<": lambda left, right: _compare(left, right, lambda sign: sign < 0),
    "<=": lambda left, right: _compare(left, right, lambda sign: sign <= 0),
    "between": _between,
    "exists": lambda left, _: left not in (None, ""),
    "missing": lambda left, _: left in (None, ""),
}
WITHOUT_VALUE = frozenset({"exists", "missing"})

# --- What is looked at ------------------------------------------------------------------------------------------------


def _variable(name: str) -> Read:
    if name in PERSON:
        return PERSON[name]
    return lambda turn: turn.variables.get(name)


def _minutes_left(turn: Turn) -> JsonValue:
    closes = turn.person.window_closes_at
    return None if closes is None else max((closes - turn.now).total_seconds() / 60, 0.0)


def _is_open(turn: Turn) -> JsonValue:
    """No window, or one of which nothing is known, counts as open."""
    closes = turn.person.window_closes_at
    return closes is None or closes > turn.now


def _said(read: Callable[[Said], JsonValue]) -> Read:
    return lambda turn: read(turn.given) if isinstance(turn.given, Said) else None


MESSAGE: Mapping[str, Read] = {
    "text": lambda turn: turn.text,
    "payload": lambda turn: turn.payload,
    "type": _said(lambda said: said.type),
    "attachments": _said(lambda said: said.attachments),
}
WINDOW: Mapping[str, Read] = {"is_open": _is_open, "minutes_left": _minutes_left}
CHANNEL: Mapping[str, Read] = {
    "platform": lambda turn: turn.person.platform,
    "name": lambda turn: turn.person.channel_name,
    "key": lambda turn: turn.person.channel_key,
}
TIME: Mapping[str, Callable[[datetime], JsonValue]] = {
    "clock": lambda local: f"{local:%H:%M}",
    "hour": lambda local: local.hour,
    "weekday": lambda local: DAYS[local.weekday()],
    "date": lambda local: date.isoformat(local.date()),
}
TABLES: Mapping[str, Mapping[str, Read]] = {"message": MESSAGE, "window": WINDOW, "channel": CHANNEL}
SUBJECTS = ("variable", "contact", "tag", "message", "time", "window", "channel")
WHOLE = ("all", "any", "not")


# --- Reading ----------------------------------------------------------------------------------------------------------


def read_condition(reader: Reader, value: JsonValue, place: str, depth: int = 0) -> Condition:
    """Faults go to the reader."""
    part = reader.part(value, place)
    if depth > limits.DEPTH:
        reader.fault(place, f"Conditions are nested more than {limits.DEPTH} levels deep.")
        return Condition(lambda _: False)
    kinds = [name for name in (*WHOLE, *SUBJECTS) if name in part]
    if len(kinds) != 1:
        if isinstance(value, dict):
            reader.fault(place, f"A condition has exactly one of {', '.join((*WHOLE, *SUBJECTS))}.")
        return Condition(lambda _: False)
    kind = kinds[0]
    if kind in WHOLE:
        reader.known(part, {kind}, place)
        return _whole(reader, kind, part[kind], f"{place}.{kind}", depth)
    if kind == "tag":
        reader.known(part, {kind}, place)
        tag = reader.word(part["tag"], f"{place}.tag")
        return Condition(lambda turn: tag in turn.tags)
    return _leaf(reader, kind, part, place)


def _whole(reader: Reader, kind: str, value: JsonValue, place: str, depth: int) -> Condition:
    if kind == "not":
        inner = read_condition(reader, value, place, depth + 1)
        return Condition(lambda turn: not inner.holds(turn), inner.names)
    items = reader.items(value, place, limits.OPTIONS, least=1)
    parts = [read_condition(reader, one, f"{place}[{number}]", depth + 1) for number, one in enumerate(items)]
    names = frozenset[str]().union(*(one.names for one in parts))
    tests = [one.holds for one in parts]
    if kind == "all":
        return Condition(lambda turn: all(test(turn) for test in tests), names)
    return Condition(lambda turn: any(test(turn) for test in tests), names)


def _leaf(reader: Reader, kind: str, part: Mapping[str, JsonValue], place: str) -> Condition:
    reader.known(part, {kind, "op", "value", *(["time_zone"] if kind == "time" else [])}, place)
    read, names = _subject(reader, kind, part, place)
    operator = reader.one_of(part.get("op"), OPERATORS, f"{place}.op", default="is")
    if kind == "time" and part.get("time") == "clock" and operator == "between":
        return _clock_between(reader, read, part.get("value"), f"{place}.value")
    default = True if kind == "window" else None
    if "value" not in part and default is None and operator not in WITHOUT_VALUE:
        reader.fault(f"{place}.value", f"{operator!r} needs a value to compare with.")
    value = read_value(reader, part.get("value", default), f"{place}.value")
    test = OPERATORS[operator]
    return Condition(_compared(read, test, value), names | value.names)


def _compared(read: Read, test: Callable[[JsonValue, JsonValue], bool], value: Value) -> Test:
    return lambda turn: test(read(turn), value.fill(turn))


def _subject(reader: Reader, kind: str, part: Mapping[str, JsonValue], place: str) -> tuple[Read, frozenset[str]]:
    where = f"{place}.{kind}"
    if kind == "variable":
        name = reader.word(part[kind], where)
        return _variable(name), frozenset({name})
    if kind == "contact":
        name = reader.word(part[kind], where)
        return (lambda turn: turn.contact(name)), frozenset()
    if kind == "time":
        return _time(reader, part, place), frozenset()
    name = reader.one_of(part[kind], TABLES[kind], where)
    return TABLES[kind][name], frozenset({MESSAGE_TEXT}) if kind == "message" else frozenset()


def _time(reader: Reader, part: Mapping[str, JsonValue], place: str) -> Read:
    """In the contact's time zone, else in the one that is given."""
    look = TIME[reader.one_of(part["time"], TIME, f"{place}.time")]
    name = reader.word(part.get("time_zone"), f"{place}.time_zone", default="")
    if name and not is_zone(name):
        reader.fault(f"{place}.time_zone", "This names no time zone; write one like Asia/Bangkok.")
    zone = zone_of(name)
    return lambda turn: look(turn.now.astimezone(zone if name else turn.zone))


def _clock_between(reader: Reader, read: Read, value: JsonValue, place: str) -> Condition:
    span = span_of(value)
    if span is None:
        reader.fault(place, 'This must be two different times of day: ["09:00", "18:00"].')
        return Condition(lambda _: False)
    return Condition(lambda turn: is_in(span, datetime.strptime(str(read(turn)), "%H:%M").time()))  # noqa: DTZ007
