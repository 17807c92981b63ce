"""The judge of the chaos run sees what it is there to see."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.judge import Cut, Verdict, judge_unknown
from tests.chaos.plan import PLANS, too_gentle

GOOD: dict[str, Any] = {"said": 10, "acknowledged": 20, "visible": 10, "answered": 10}


def send(text: str, *, answered: bool) -> dict[str, Any]:
    return {"platform": "line", "request": {"messages": [{"text": text}]}, "answered": answered}


def message(text: str, status: str) -> dict[str, Any]:
    return {"text": text, "status": status, "id": text, "error": None}


def test_a_clean_run_has_no_faults() -> None:
    assert Verdict(**GOOD).faults() == []


@pytest.mark.parametrize("name", Verdict.FORBIDDEN)
def test_each_thing_that_must_not_happen_is_a_fault(name: str) -> None:
    assert Verdict(**{**GOOD, name: 1}).faults() == [f"{name} = 1"]


@pytest.mark.parametrize("name", ["said", "acknowledged", "answered"])
def test_a_run_that_did_nothing_fails(name: str) -> None:
    assert Verdict(**{**GOOD, name: 0}).faults() == ["the run did nothing"]


def test_only_a_message_whose_call_was_cut_may_be_unknown() -> None:
    verdict = Verdict(**GOOD)
    sends = [send("cut", answered=False), send("told", answered=True)]
    shown = [message(text, "unknown") for text in ("cut", "killed", "told")]
    judge_unknown(verdict, sends, shown, Cut(left_sending={"killed", "cut"}, vague_answers=0))
    assert (verdict.answers_lost, verdict.left_sending, verdict.calls_cut) == (1, 2, 2)
    assert verdict.faults() == ["unknown_not_cut = 1", "unknown = 3, but only 2 calls were cut"]


def test_an_answer_that_tells_nothing_excuses_one_unknown_message() -> None:
    verdict = Verdict(**GOOD)
    busy = {"platform_code": "503"}
    shown = [{**message(text, "unknown"), "error": busy} for text in ("one", "another")]
    judge_unknown(verdict, [], shown, Cut(left_sending=set(), vague_answers=1))
    assert verdict.faults() == ["unknown_not_cut = 1", "unknown = 2, but only 1 calls were cut"]


def test_what_was_planned_and_did_not_happen_is_told() -> None:
    plan = PLANS["short"]
    happened = {"edge kills": 4, "outbound kills": 3, "postgres kills": 1, "seconds without the database": 10.0}
    assert too_gentle(plan, happened) == ["outbound kills: 3, not 4"]
    assert too_gentle(plan, {"commits whose answer was lost": 0}) == ["commits whose answer was lost: 0, not 20"]
