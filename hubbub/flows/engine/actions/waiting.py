"""Actions that let time pass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hubbub.flows.engine.code import Builder, Label
from hubbub.flows.engine.moments import Span, allowed_moment, clock_of, next_clock
from hubbub.flows.engine.turn import Halt, Result, Stay, Turn
from hubbub.flows.engine.values import DELAYED, WAITING, Said, Woke
from hubbub.kit.json import JsonValue


def _moment(turn: Turn, wanted: datetime, quiet: Span | None, *, is_held: bool) -> datetime:
    closes_at = turn.person.window_closes_at if is_held else None
    return allowed_moment(wanted, turn.now, quiet, turn.zone, closes_at)


def _is_time(turn: Turn) -> bool:
    until = turn.awaiting.until if turn.awaiting else None
    return isinstance(turn.given, Woke) and (until is None or turn.now >= until)


def _delay(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    """For a time, or until a time of day; what the customer says meanwhile does not shorten it."""
    reader = builder.reader
    if ("for" in part) is ("until" in part):
        reader.fault(place, 'A delay needs either for ("2h") or until ("09:00").')
    clock = clock_of(part["until"]) if "until" in part else None
    if "until" in part and clock is None:
        reader.fault(f"{place}.until", 'This must be a time of day, like "09:00".')
    pause = reader.duration(part["for"], f"{place}.for") if "for" in part else timedelta(0)
    quiet = reader.span(part.get("quiet_hours"), f"{place}.quiet_hours")
    is_held = reader.flag(part.get("within_window"), f"{place}.within_window", default=True)

    def act(turn: Turn) -> Result:
        wanted = next_clock(turn.now, clock, turn.zone) if clock else turn.now + pause
        return Halt(DELAYED, "time", _moment(turn, wanted, quiet, is_held=is_held))

    builder.add(place, act, resume=lambda turn: None if _is_time(turn) else Stay())


def _follow_up(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    """Wait for the customer; who says nothing for so long gets these actions."""
    reader = builder.reader
    patience = reader.duration(part.get("after"), f"{place}.after")
    quiet = reader.span(part.get("quiet_hours"), f"{place}.quiet_hours")
    is_held = reader.flag(part.get("within_window"), f"{place}.within_window", default=True)
    after = Label()

    def act(turn: Turn) -> Result:
        return Halt(WAITING, "message", _moment(turn, turn.now + patience, quiet, is_held=is_held))

    def resume(turn: Turn) -> Result:
        if isinstance(turn.given, Said):
            return after.at
        return None if _is_time(turn) else Stay()

    builder.add(place, act, resume=resume)
    builder.is_answered = True
    builder.actions(part.get("actions"), f"{place}.actions")
    builder.here(after)


WHEN = {"quiet_hours", "within_window"}
ACTIONS = {
    "delay": (_delay, {"for", "until"} | WHEN),
    "follow_up": (_follow_up, {"after", "actions"} | WHEN),
}
