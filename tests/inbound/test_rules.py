"""The rules in docs/inbound.md do what its table says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.inbound.shop import open_shop
from tests.support import line

pytestmark = pytest.mark.usefixtures("database")

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "inbound.md").read_text("utf-8")
SECTION = PAGE.split("## Rules of a channel")[1].split("\n## ")[0]
RULES: dict[str, Any] = json.loads(SECTION.split("```json")[1].split("```")[0])
EXAMPLES = re.findall(r"^\| `(\w+)` (?:says \"(.+)\"|(follows)) \| (.+) \|$", SECTION, re.MULTILINE)


def test_the_page_has_examples_of_everything() -> None:
    assert len(EXAMPLES) == SECTION.count("\n| `")
    assert {name for _, _, _, result in EXAMPLES for name in result.replace(",", "").split()} >= {
        "stored",
        "ignored",
        "tags",
        "priority",
    }


@pytest.mark.parametrize(("who", "text", "follows", "result"), EXAMPLES)
def test_the_examples_of_the_page_hold(who: str, text: str, follows: str, result: str) -> None:
    shop = open_shop(**RULES)
    event = line.event("follow", user=who, follow={}) if follows else line.text(text, user=who)
    shop.receive(line.body(shop.address, event))
    if result == "ignored":
        assert (shop.states(), shop.messages(), shop.identities()) == (["ignored"], [], [])
        return
    tags, priority = re.search(r"tags ([\w, ]+?)(?:, priority|$)", result), re.search(r"priority (\w+)", result)
    conversation = shop.conversation()
    assert shop.texts() == [text]
    assert conversation.tags == (tags[1].split(", ") if tags else [])
    assert conversation.priority == (priority[1] if priority else "normal")


@pytest.mark.parametrize("condition", [{}, [], "text", {"colour": "red"}, {"kind": "message_received", "colour": "x"}])
def test_a_condition_that_is_empty_or_not_understood_matches_nothing(condition: object) -> None:
    rules: dict[str, Any] = {
        "webhook_filters": {"drop": [condition]},
        "webhook_transformation_rules": [{"when": condition, "tags": ["x"]}],
    }
    shop = open_shop(**rules)
    shop.receive(line.body(shop.address, line.text("hello")))
    assert (shop.texts(), shop.conversation().tags) == (["hello"], [])


@pytest.mark.parametrize("rules", [{"drop": "all"}, {"drop": None}, {"keep": [1]}])
def test_odd_rules_harm_nobody(rules: dict[str, Any]) -> None:
    odd = [{"when": {"sender": "Umali"}, "tags": "x", "priority": "highest"}]
    shop = open_shop(webhook_filters=rules, webhook_transformation_rules=odd)
    shop.receive(line.body(shop.address, line.text("hello")))
    assert (shop.texts(), shop.conversation().priority) == (["hello"], "normal")
