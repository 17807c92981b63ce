"""When a flow may start: working hours in a time zone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from hubbub.kit.json import JsonValue, as_list, as_object

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = frozenset({"time_zone", "days", "is_outside"})
MIDNIGHT_AFTER = "24:00"
PAIR = 2


def faults_of_hours(value: JsonValue) -> list[str]:
    """What is wrong with working hours, in sentences; an empty object is right: always."""
    hours = as_object(value)
    if hours is None:
        return ['working_hours is an object: {"time_zone": "Asia/Bangkok", "days": {"mon": [["09:00", "18:00"]]}}.']
    if not hours:
        return []
    faults = [f"working_hours has no {name!r}." for name in sorted(set(hours) - NAMES)]
    if zone_of(hours.get("time_zone")) is None:
        faults.append("working_hours.time_zone names a zone, like Asia/Bangkok.")
    if not isinstance(hours.get("is_outside", False), bool):
        faults.append("working_hours.is_outside is true or false.")
    return faults + _faults_of_days(hours.get("days"))


def _faults_of_days(value: JsonValue) -> list[str]:
    days = as_object(value)
    if days is None:
        return ['working_hours.days lists spans by day: {"mon": [["09:00", "18:00"]]}.']
    faults = [f"working_hours.days has no {name!r}: the days are {', '.join(DAYS)}." for name in set(days) - set(DAYS)]
    faults += [
        f"working_hours.days.{name} holds pairs of hours, the earlier first: 09:00 and 18:00."
        for name in DAYS
        if any(_span(span) is None for span in as_list(days.get(name)))
    ]
    return faults


def is_within(hours: Mapping[str, JsonValue], now: datetime) -> bool:
    """Whether `now` (aware) lies in the hours; with `is_outside`, whether it does not. Empty hours: always."""
    if not hours:
        return True
    zone = zone_of(hours.get("time_zone"))
    local = now.astimezone(zone) if zone else now
    days = as_object(hours.get("days")) or {}
    is_open = any(_holds(span, local.time()) for span in as_list(days.get(DAYS[local.weekday()])))
    return is_open is not bool(hours.get("is_outside"))


def zone_of(name: JsonValue) -> ZoneInfo | None:
    """The time zone of that name, or None."""
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _holds(span: JsonValue, moment: time) -> bool:
    found = _span(span)
    if found is None:
        return False
    start, end = found
    return start <= moment and (end is None or moment < end)


def _span(value: JsonValue) -> tuple[time, time | None] | None:
    pair = as_list(value)
    if len(pair) != PAIR:
        return None
    start, end = time_of(pair[0]), time_of(pair[1])
    if start is not None and pair[1] == MIDNIGHT_AFTER:
        return start, None
    return (start, end) if start is not None and end is not None and start < end else None


def time_of(value: JsonValue) -> time | None:
    """The time of "09:30", or None."""
    if not isinstance(value, str) or len(value) != len("09:30") or value[2] != ":":
        return None
    try:
        return time.fromisoformat(value)
    except ValueError:
        return None
