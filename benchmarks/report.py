"""Results of rows: printed, written as JSON, put into the pages that show them."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table. `value` holds against `bar` when it is at least (`is_floor`), else at most, that."""

    what: str
    yardstick: str
    value: float
    bar: float
    unit: str
    """%, ×, /s, ms, MB, s; written behind value and bar."""
    is_floor: bool
    figures: Mapping[str, float | str] = field(default_factory=dict)
    """What the value was made from, by name."""

    @property
    def holds(self) -> bool:
        return self.value >= self.bar if self.is_floor else self.value <= self.bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole run: results in order, figures of the machine, the sandbox's CPU by row (share of one core)."""

    results: Sequence[tuple[str, Result]]
    machine: Mapping[str, float | str]
    sandbox_cpu: Mapping[str, float]
    row_seconds: Mapping[str, float]
    broken: Mapping[str, str]


def as_text(report: Report) -> str:
    lines = ["", *_machine(report), ""]
    for row, one in report.results:
        mark = "ok   " if one.holds else "SHORT"
        lines.append(
            f"{mark} {row:10} {one.what}; beside {one.yardstick}: {_number(one.value, one.unit)} (bar {_bar(one)})"
        )
        lines.append(f"      {'':10} {_figures(one.figures)}")
    for row, reason in report.broken.items():
        lines.append(f"BROKEN {row}: {reason}")
    lines += ["", "sandbox's CPU by row: " + _figures({n: f"{v:.0%}" for n, v in report.sandbox_cpu.items()})]
    lines += ["seconds by row: " + _figures({n: round(v, 1) for n, v in report.row_seconds.items()}), ""]
    short = [one.what for _, one in report.results if not one.holds]
    lines.append(f"Short of the bar: {'; '.join(short)}." if short else "Every row holds its bar.")
    return "\n".join(lines)


def as_json(report: Report) -> str:
    rows = [{"row": row, **asdict(one), "holds": one.holds} for row, one in report.results]
    return json.dumps({**asdict(report), "results": rows}, indent=2)


def as_markdown(report: Report) -> str:
    lines = ["| what | beside | measured | bar | |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.what} | {one.yardstick} | **{_number(one.value, one.unit)}** | {_bar(one)} | "
        f"{_figures(one.figures)}{'' if one.holds else ' · **short of the bar**'} |"
        for _, one in report.results
    ]
    return "\n".join([*lines, "", *_machine(report)])


def write_into(page: Path, report: Report) -> bool:
    """Put the table between the markers of a page; False when it has none."""
    if not page.exists() or BEGIN not in (text := page.read_text(encoding="utf-8")):
        return False
    table = f"{BEGIN}\n{as_markdown(report)}\n{END}"
    page.write_text(re.sub(f"{BEGIN}.*?{END}", lambda _: table, text, flags=re.DOTALL), encoding="utf-8")
    return True


def _machine(report: Report) -> Iterable[str]:
    yield f"The same run on {platform.machine()}: {_figures(report.machine)}."


def _figures(figures: Mapping[str, float | str]) -> str:
    return " · ".join(f"{name} {_plain(value)}" for name, value in figures.items())


def _plain(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _number(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
    return f"{text}{unit}" if unit == "×" else f"{text} {unit}"


def _bar(one: Result) -> str:
    bar = f"{one.bar:,g}"
    return f"{'≥' if one.is_floor else '≤'} {bar}{one.unit if one.unit == '×' else ' ' + one.unit}"
