"""Every row, in the order in which it is measured. Imported when Django is set up."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.report import Result
from benchmarks.rows.acks import measure_acks
from benchmarks.rows.apply import measure_apply
from benchmarks.town import Town

ROWS: dict[str, Callable[[Town], list[Result]]] = {
    "acks": measure_acks,
    "apply": measure_apply,
}
