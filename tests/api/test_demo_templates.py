"""The demo's WhatsApp templates are such as WhatsApp takes, in every state that people see."""

from __future__ import annotations

from typing import Any

from hubbub.api.demo import TEMPLATES
from hubbub.connectors.whatsapp.templates import check_definition
from hubbub.kit.json import as_list, loads


def test_each_could_have_been_handed_in() -> None:
    for template in demo_templates():
        check_definition({name: value for name, value in template.items() if name in NEEDED})


def test_they_show_languages_states_and_both_sorts_of_blanks() -> None:
    found = demo_templates()
    assert {template["language"] for template in found} == {"en", "th", "de"}
    assert {template.get("status", "APPROVED") for template in found} == {"APPROVED", "PAUSED", "REJECTED"}
    assert {template.get("parameter_format", "POSITIONAL") for template in found} == {"POSITIONAL", "NAMED"}
    assert len({template["id"] for template in found}) == len(found)


NEEDED = ("name", "language", "category", "components")


def demo_templates() -> list[Any]:
    return as_list(loads(TEMPLATES.read_bytes()))
