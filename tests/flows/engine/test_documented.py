"""docs/flows.md says what the engine does."""

from __future__ import annotations

import re
from pathlib import Path

from hubbub.flows.engine import faults_of, limits
from hubbub.flows.engine.actions import ACTIONS
from hubbub.flows.engine.conditions import CHANNEL, MESSAGE, OPERATORS, SUBJECTS, TIME, WINDOW
from hubbub.flows.engine.texts import BUILT_IN
from hubbub.kit.json import loads

PAGE = (Path(__file__).parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| ((?:`\w+`(?:, )?)+) \|(.*)$", PAGE.partition("## Actions")[2].partition("## Conditions")[0], re.MULTILINE
)


def test_every_action_is_described_with_its_fields() -> None:
    described = {name: rest for names, rest in ROWS for name in re.findall(r"`(\w+)`", names)}
    assert described.keys() == ACTIONS.keys()
    for name, (_, fields) in ACTIONS.items():
        assert [field for field in fields if f"`{field}`" not in described[name]] == [], name


def test_every_operator_subject_and_built_in_variable_is_described() -> None:
    words = {*OPERATORS, *BUILT_IN, *MESSAGE, *TIME, *WINDOW, *CHANNEL} - {"is_open"}
    assert [word for word in words if f"`{word}`" not in PAGE and f'"{word}"' not in PAGE] == []
    assert [subject for subject in SUBJECTS if f'{{"{subject}": ' not in PAGE] == []


def test_the_limits_are_as_written() -> None:
    written = (
        f"| steps on one input | {limits.STEPS_PER_TURN}",
        f"| steps of a run | {limits.STEPS_PER_RUN} |",
        f"| messages on one input | {limits.MESSAGES_PER_TURN} |",
        f"| sub-flows in one another | {limits.SUB_FLOW_DEPTH} |",
        f"| wait for an answer without a time-out | {limits.WAIT_FOR_ANSWER.days} days",
        f"| delay | {limits.LONGEST_DELAY.days} days |",
        f"| text | {limits.LONGEST_TEXT:,} characters |",
        f"| variables | {limits.VARIABLES}, of {limits.LONGEST_VALUE:,} characters |",
        f"| steps, actions in a list | {limits.STEPS}, {limits.ACTIONS} |",
        f"| nesting of actions, conditions, values | {limits.DEPTH} |",
        f"| choices, cards, buttons | {limits.OPTIONS}, {limits.CARDS}, {limits.BUTTONS} |",
    )
    assert [one for one in written if one not in PAGE] == []


def test_the_example_can_run() -> None:
    [example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert faults_of(loads(example)) == []
