"""What starts a flow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hubbub.flows.hours import faults_of_hours, is_within
from hubbub.flows.matching import (
    Trigger,
    TriggerFacts,
    compile_trigger,
    facts_of_message,
    faults_of_trigger,
    interrupts,
)
from hubbub.flows.models import TriggerType

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday."""
OFFICE: dict[str, Any] = {
    "time_zone": "Asia/Bangkok",
    "days": {"mon": [["09:00", "18:00"]], "sun": [["00:00", "24:00"]]},
}


def fits(kind_of: str, value: str = "", *, settings: dict[str, Any] | None = None, **facts: Any) -> bool:
    trigger = Trigger(type=kind_of, value=value, settings=settings or {})
    assert faults_of_trigger(trigger) == []
    return compile_trigger(trigger)(TriggerFacts(now=NOON, **facts))


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ("demo", "demo"),
        ("interested,demo,pricing", "Can I get a DEMO?"),
        ("demo", "(demo)"),
        ("demo", "ขอdemoหน่อย"),
        ("ราคา", "สอบถามราคาหน่อยค่ะ"),
        ("価格", "この価格はいくらですか"),
        ("가격", "가격은 얼마예요?"),
        ("straße", "Welche STRASSE?"),
        ("café", "un cafe\u0301 noir"),
        ("c++", "I write C++ and C"),
        ("new york", "to New York!"),
        ("ﬁt", "does it fit"),
        ("🎁", "a 🎁 for you"),
    ],
)
def test_a_keyword_is_found_as_a_word_in_any_language(keywords: str, text: str) -> None:
    assert fits("keyword", keywords, text=text)


@pytest.mark.parametrize(
    ("keywords", "text"),
    [("demo", "democracy"), ("demo", "undemo"), ("demo", "demo2"), ("demo", ""), ("naive", "naïvely"), ("ร", "รั")],
)
def test_a_part_of_a_word_is_no_keyword(keywords: str, text: str) -> None:
    assert not fits("keyword", keywords, text=text)


def test_a_keyword_can_be_the_whole_text_its_beginning_or_anywhere() -> None:
    assert fits("keyword", "hi", text="Hi!", settings={"match": "exact"})
    assert not fits("keyword", "hi", text="hi there", settings={"match": "exact"})
    assert fits("keyword", "hi", text="hi there", settings={"match": "starts"})
    assert not fits("keyword", "hi", text="oh hi", settings={"match": "starts"})
    assert fits("keyword", "emo", text="democracy", settings={"match": "contains"})


def test_a_keyword_is_text_and_no_pattern() -> None:
    assert fits("keyword", "a.c", text="a.c")
    assert not fits("keyword", "a.c", text="abc")
    assert not fits("keyword", "(.*)+", text="anything")


def test_taps_start_flows_by_their_payload() -> None:
    assert fits("postback", "SUPPORT,SALES", kind="tap", payload="SALES")
    assert fits("postback", "MENU_*", kind="tap", payload="MENU_2")
    assert not fits("postback", "MENU_*", kind="tap", payload="MENU")
    assert not fits("postback", "SUPPORT", text="SUPPORT")
    assert fits("ice_breaker", "HOURS", kind="tap", payload="HOURS")
    assert fits("get_started", kind="tap", payload="GET_STARTED")
    assert fits("get_started", "BEGIN", kind="tap", payload="BEGIN")
    assert fits("get_started", kind="followed")


def test_links_ads_and_topics_start_flows_with_or_without_a_value() -> None:
    assert fits("referral", ref="summer")
    assert fits("referral", "summer,winter", ref="winter")
    assert not fits("referral", "summer", ref="spring")
    assert fits("ad", "120", ad_id="120")
    assert not fits("ad", text="hello")
    assert fits("opt_in", "news", kind="opt_in", topic="news")


def test_messages_start_flows() -> None:
    assert fits("first_message", text="hi", is_first=True)
    assert not fits("first_message", text="hi")
    assert fits("any_message")
    assert not fits("any_message", kind="comment")
    assert fits("story_mention", kind="story_mention")
    assert fits("comment", kind="comment", text="nice")
    assert fits("comment", "price", kind="comment", text="what price?")
    assert not fits("comment", "price", kind="comment", text="nice")


def test_a_trigger_can_be_for_some_languages() -> None:
    assert fits("any_message", settings={"languages": ["th"]}, language="th-TH")
    assert not fits("any_message", settings={"languages": ["th"]}, language="en_US")


def test_a_schedule_is_started_by_its_time_only() -> None:
    assert not fits("schedule", settings={"at": "09:00"}, text="09:00", is_first=True)


@pytest.mark.parametrize("name", TriggerType.values)
def test_every_trigger_can_be_compiled(name: str) -> None:
    settings = {"at": "09:00"} if name == "schedule" else {}
    assert isinstance(fits(name, "x", settings=settings), bool)


@pytest.mark.parametrize(
    "trigger",
    [
        Trigger(type="moon"),
        Trigger(type="keyword"),
        Trigger(type="keyword", value=" , "),
        Trigger(type="keyword", value="x", settings={"match": "regex"}),
        Trigger(type="keyword", value="x" * 201),
        Trigger(type="keyword", value=",".join("x" * 201)),
        Trigger(type="postback"),
        Trigger(type="ice_breaker"),
        Trigger(type="any_message", settings={"color": "red"}),
        Trigger(type="any_message", settings={"languages": [1]}),
        Trigger(type="any_message", settings={"interrupts": "yes"}),
        Trigger(type="schedule"),
        Trigger(type="schedule", settings={"at": "25:00"}),
        Trigger(type="schedule", settings={"at": "09:00", "time_zone": "Moon/Base"}),
        Trigger(type="schedule", settings={"at": "09:00", "days": ["monday"]}),
    ],
)
def test_a_trigger_with_a_fault_says_so(trigger: Trigger) -> None:
    assert len(faults_of_trigger(trigger)) == 1


def test_taps_outside_a_flow_interrupt_it_and_words_do_not() -> None:
    assert interrupts(Trigger(type="postback", value="X"))
    assert not interrupts(Trigger(type="keyword", value="x"))
    assert interrupts(Trigger(type="keyword", value="x", settings={"interrupts": True}))


def test_the_facts_of_a_message_are_read_from_its_columns() -> None:
    facts = facts_of_message(
        now=NOON,
        type="interactive",
        text="Get started",
        content={"payload": "GET_STARTED", "extra": {"params": {"referral": {"ref": "summer", "ad_id": 12}}}},
    )
    assert (facts.kind, facts.payload, facts.ref, facts.ad_id) == ("tap", "GET_STARTED", "summer", "12")
    assert facts_of_message(now=NOON, type="story_mention", text="", content={}).kind == "story_mention"
    assert facts_of_message(now=NOON, type="text", text="x", content={"extra": {"referral": {"ref": "r"}}}).ref == "r"


@pytest.mark.parametrize(
    ("hour", "day", "is_open"),
    [(2, 23, True), (1, 23, False), (10, 23, True), (11, 23, False), (5, 24, False), (17, 22, False), (16, 22, True)],
)
def test_working_hours_count_in_their_time_zone(hour: int, day: int, is_open: bool) -> None:
    moment = datetime(2026, 11, day, hour, 30, tzinfo=UTC)
    assert is_within(OFFICE, moment) is is_open
    assert is_within({**OFFICE, "is_outside": True}, moment) is not is_open


def test_no_working_hours_are_always() -> None:
    assert is_within({}, NOON)


@pytest.mark.parametrize(
    "hours",
    [
        [],
        {"time_zone": "Asia/Bangkok"},
        {"days": {}},
        {"time_zone": "Asia/Bangkok", "days": {"funday": []}},
        {"time_zone": "Asia/Bangkok", "days": {"mon": [["18:00", "09:00"]]}},
        {"time_zone": "Asia/Bangkok", "days": {"mon": [["9", "18"]]}},
        {"time_zone": "Asia/Bangkok", "days": {"mon": ["09:00"]}},
        {"time_zone": "../etc/passwd", "days": {}},
        {"time_zone": "UTC", "days": {}, "open": True},
        {"time_zone": "UTC", "days": {}, "is_outside": "no"},
    ],
)
def test_hours_with_a_fault_say_so(hours: Any) -> None:
    assert len(faults_of_hours(hours)) == 1


def test_right_hours_have_no_fault() -> None:
    assert faults_of_hours(OFFICE) == []
    assert faults_of_hours({}) == []
