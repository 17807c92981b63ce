"""Durations, times of day, quiet hours. Pure; `now` comes in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from hubbub.flows.engine import limits
from hubbub.kit.json import JsonValue

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
DURATION = re.compile(r"\s*(?:\d{1,7}\s*[smhd]\s*)+")
PART = re.compile(r"(\d{1,7})\s*([smhd])")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
DAY = timedelta(days=1)
PAIR = 2
Span = tuple[time, time]


def duration_of(value: JsonValue) -> timedelta | None:
    """Seconds as a number, or "1h 30m"."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return timedelta(seconds=value) if 0 <= value <= limits.LONGEST_DELAY.total_seconds() else None
    if not isinstance(value, str) or len(value) > limits.LONGEST_NAME or not DURATION.fullmatch(value):
        return None
    seconds = sum(int(number) * UNITS[unit] for number, unit in PART.findall(value))
    return timedelta(seconds=seconds) if seconds <= limits.LONGEST_DELAY.total_seconds() else None


def clock_of(value: JsonValue) -> time | None:
    """The time of "09:30"."""
    found = CLOCK.fullmatch(value) if isinstance(value, str) and value.isascii() else None
    return time(int(found[1]), int(found[2])) if found else None


def span_of(value: JsonValue) -> Span | None:
    """Two different times of day; the second may be on the next day."""
    if not isinstance(value, list) or len(value) != PAIR:
        return None
    start, end = clock_of(value[0]), clock_of(value[1])
    return (start, end) if start is not None and end is not None and start != end else None


@lru_cache(maxsize=1000)
def zone_of(name: str) -> tzinfo:
    """The zone of that name; UTC where it is unknown."""
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        return UTC


@lru_cache(maxsize=1000)
def is_zone(name: str) -> bool:
    return name == "UTC" or zone_of(name) is not UTC


def is_in(span: Span, moment: time) -> bool:
    """Whether a time of day lies in a span, which may go over midnight."""
    start, end = span
    return start <= moment < end if start < end else moment >= start or moment < end


def next_clock(now: datetime, clock: time, zone: tzinfo) -> datetime:
    """The next time that a clock there shows this."""
    local = now.astimezone(zone)
    found = datetime.combine(local.date(), clock, tzinfo=zone).astimezone(UTC)
    return found if found > now else datetime.combine(local.date() + DAY, clock, tzinfo=zone).astimezone(UTC)


def allowed_moment(
    wanted: datetime, now: datetime, quiet: Span | None, zone: tzinfo, closes_at: datetime | None
) -> datetime:
    """`wanted`, moved out of the quiet hours and, where there is a way, inside the platform's window.

    Quiet hours win: a message in the night is worse than one that the platform refuses.
    """
    moment = _after_quiet(wanted, quiet, zone)
    last = closes_at - limits.WINDOW_MARGIN if closes_at else None
    if last is None or moment <= last or last <= now:
        return moment
    if quiet is None or not is_in(quiet, last.astimezone(zone).timetz().replace(tzinfo=None)):
        return last
    evening = _start_of_quiet(last, quiet, zone) - timedelta(minutes=1)
    return evening if evening > now else moment


def _after_quiet(moment: datetime, quiet: Span | None, zone: tzinfo) -> datetime:
    if quiet is None or not is_in(quiet, moment.astimezone(zone).time()):
        return moment
    return next_clock(moment, quiet[1], zone)


def _start_of_quiet(moment: datetime, quiet: Span, zone: tzinfo) -> datetime:
    """When the quiet hours began in which `moment` lies."""
    return next_clock(moment - DAY, quiet[0], zone)
