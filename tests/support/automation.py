"""Working the automation lane off by hand."""

from __future__ import annotations

from hubbub.automation.worker import Automation
from tests.support.roles import acting_as


def work_once(limit: int = 100) -> int:
    """One round; returns how many conversations there were. As the automation role."""
    return Automation().turn(limit)


def automate() -> None:
    """Work until nothing is due and every server that was asked has answered."""
    automation = Automation()
    with acting_as("automation"):
        while automation.turn() or automation.asking:
            automation.wait()
