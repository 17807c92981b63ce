"""The placeholders in docs/automation.md are filled in as its table says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hubbub.automation.responders import NEUTRAL_WORDS, fill_in

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "automation.md").read_text("utf-8")
EXAMPLES = re.findall(r"^\| `(.*\{\{.*)` \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
MALI = {
    "first_name": "Mali",
    "last_name": "Boonmee",
    "user_name": "Mali Boonmee",
    "page_name": "Shop",
    "message_text": "hi",
}
NOBODY = {**MALI, "first_name": "", "last_name": "", "user_name": ""}


def test_the_page_has_examples_and_names_every_placeholder() -> None:
    assert len(EXAMPLES) == 5
    assert all(f"| `{name}` |" in PAGE for name in NEUTRAL_WORDS)


@pytest.mark.parametrize(("text", "for_mali", "for_nobody"), EXAMPLES)
def test_the_examples_of_the_page_hold(text: str, for_mali: str, for_nobody: str) -> None:
    text = text.replace("\\|", "|")
    assert (fill_in(text, MALI), fill_in(text, NOBODY)) == (for_mali, for_nobody)


def test_what_a_customer_says_is_not_filled_in_again() -> None:
    said = {**MALI, "message_text": "{{first_name}}"}
    assert fill_in("You said {{message_text}}", said) == "You said {{first_name}}"
