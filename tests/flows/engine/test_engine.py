"""What the engine's callers count on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hubbub.connectors.registry import PLATFORMS, connector_for
from hubbub.flows.engine import Person, Returned, Said, Send, advance, begin, escape, faults_of, read_definition
from hubbub.kit.text import length

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def person(number: int = 1, platform: str = "facebook") -> Person:
    return Person(id=f"p{number}", platform=platform, capabilities=connector_for(platform).capabilities)


def test_every_fault_is_listed_with_its_place() -> None:
    document: Any = {
        "start": {
            "actions": [{"type": "fly"}, {"type": "send_text", "txt": "x"}, {"type": "go_to", "step": "nowhere"}]
        },
        "next one": {
            "actions": [{"type": "condition", "if": {"all": [{"variable": "x", "op": "~"}]}, "then": []}],
            "next": 7,
        },
    }
    assert [fault.place for fault in faults_of(document)] == [
        "start.actions[0].type",
        "start.actions[1].txt",
        "start.actions[1].text",
        "start.actions[2].step",
        "next one.actions[0].if.all[0].op",
        "next one.actions[0].if.all[0].value",
        "next one.next",
    ]


@pytest.mark.parametrize("document", [None, [], "x", {}, {"steps": {}}, {"start": 1}, {"start": {"actions": {}}}])
def test_what_is_no_definition_has_a_fault(document: Any) -> None:
    assert faults_of(document)


def test_a_random_split_is_fair_and_sticks() -> None:
    variants: Any = [{"name": "A"}, {"name": "B"}]
    definition = read_definition({"start": {"actions": [{"type": "random_split", "variants": variants}]}})
    first = [begin(definition, person(n), Said(now=NOON)).state.variants for n in range(1000)]
    again = [begin(definition, person(n), Said(now=NOON)).state.variants for n in range(1000)]
    assert first == again
    assert 400 < sum("A" in one.values() for one in first) < 600


def test_two_flows_split_people_apart_from_one_another() -> None:
    variants: Any = [{"name": "A"}, {"name": "B"}]
    document: Any = {"start": {"actions": [{"type": "random_split", "variants": variants}]}}
    one, other = read_definition(document, "one"), read_definition(document, "other")
    alike = sum(
        begin(one, person(n), Said(now=NOON)).state.variants == begin(other, person(n), Said(now=NOON)).state.variants
        for n in range(1000)
    )
    assert 400 < alike < 600


@pytest.mark.parametrize("platform", PLATFORMS)
def test_long_texts_are_cut_for_the_channel_and_lose_no_letter(platform: str) -> None:
    said = "กขค 👩‍👩‍👧 word " * 500
    definition = read_definition({"start": {"actions": [{"type": "send_text", "text": said}]}})
    who = person(platform=platform)
    texts = [
        effect.content.text or ""
        for effect in begin(definition, who, Said(now=NOON)).effects
        if isinstance(effect, Send)
    ]
    caps = who.capabilities
    assert all(0 < length(text, caps.text_unit) <= caps.text_limit for text in texts)
    assert "".join("".join(texts).split()) == "".join(said.split())


def test_a_delay_that_a_person_interrupted_goes_on_when_they_give_the_conversation_back() -> None:
    definition = read_definition({"start": {"actions": [{"type": "delay", "for": "1h"}]}})
    state = begin(definition, person(), Said(now=NOON)).state
    later = NOON + timedelta(hours=3)
    assert advance(definition, person(), state, Returned(now=later)).state.due_at == later


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("Human!", "en", "human"),
        ("  STOP. ", "th", "stop"),
        ("เมนู", "th", "menu"),
        ("ขอคุยกับแอดมิน", "th_TH", "human"),
        ("ヘルプ", "ja", "help"),
        ("Hilfe", "de", "help"),
        ("إلغاء", "ar", "stop"),
        ("人工", "zh", "human"),
        ("ayuda", "es", "help"),
        ("ayuda", "", "help"),
    ],
)
def test_escape_words_are_understood_in_the_customer_s_language(text: str, language: str, kind: str) -> None:
    assert escape(text, language) == kind


@pytest.mark.parametrize("text", ["", "stop by tomorrow?", "I need help with my order", "😀", "?" * 100])
def test_a_sentence_is_no_escape_word(text: str) -> None:
    assert escape(text, "en") is None
