"""Every row, in the order in which it is measured. Imported when Django is set up."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.report import Result
from benchmarks.rows.acks import measure_acks
from benchmarks.rows.answers import measure_answers
from benchmarks.rows.apply import measure_apply
from benchmarks.rows.automation import measure_automation
from benchmarks.rows.engine import measure_engine
from benchmarks.rows.growth import measure_growth
from benchmarks.rows.latency import measure_latency
from benchmarks.rows.listing import measure_list
from benchmarks.rows.screens import measure_screens
from benchmarks.rows.send import measure_send
from benchmarks.rows.snapshot import measure_snapshot
from benchmarks.rows.standing import measure_standing
from benchmarks.town import Town

ROWS: dict[str, Callable[[Town], list[Result]]] = {
    "acks": measure_acks,
    "apply": measure_apply,
    "automation": measure_automation,
    "engine": measure_engine,
    "send": measure_send,
    "latency": measure_latency,
    "answers": measure_answers,
    "list": measure_list,
    "screens": measure_screens,
    "snapshot": measure_snapshot,
    "standing": measure_standing,
    "growth": measure_growth,
}
