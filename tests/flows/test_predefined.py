"""The flows that come along, played from end to end."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.channels.models import PLATFORMS
from hubbub.flows import simulation
from hubbub.flows.actions import change_flow
from hubbub.flows.engine import faults_of
from hubbub.flows.exchange import export_flows
from hubbub.flows.matching import TriggerFacts, faults_of_trigger
from hubbub.flows.predefined import KINDS, install, values_of
from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput
from hubbub.organizations.scope import organization_scope
from tests.flows.test_catalogue import book_of
from tests.support.factories import make_channel, make_tenant

HUMAN = {"text": "Talk to a person", "payload": "HUMAN"}
WALKS: dict[str, list[tuple[list[str | dict[str, str]], str, set[str]]]] = {
    "welcome": [
        (["hi", {"payload": "PRODUCTS"}, "a red dress"], "handed_over", {"hand_over", "add_tag"}),
        (["hi", {"payload": "QUESTION"}, "are you open?"], "handed_over", {"hand_over", "add_tag"}),
        (["hi", "what?", "what?", "what?"], "handed_over", {"hand_over"}),
    ],
    "lead_generation": [
        (
            ["demo", "Mali", "a shop", {"payload": "NOW"}, "mali@example.com", "0812345678", {"payload": "NO"}],
            "completed",
            {"create_lead", "add_tag"},
        ),
        (
            ["demo", "Mali", "a shop", {"payload": "LOOKING"}, "no", "never", "no", "never", HUMAN],
            "handed_over",
            {"create_lead", "add_tag", "hand_over"},
        ),
    ],
    "customer_service": [
        (
            ["help", {"payload": "PAYMENT"}, "A-1", "paid twice", {"payload": "NORMAL"}],
            "handed_over",
            {"assign", "add_tag", "hand_over"},
        ),
        (
            ["help", {"payload": "OTHER"}, "all is broken", {"payload": "URGENT"}],
            "handed_over",
            {"assign", "add_tag", "hand_over"},
        ),
    ],
    "faq": [
        (
            ["faq", {"payload": "HOURS"}, {"payload": "MORE"}, {"payload": "RETURNS"}, {"payload": "YES"}],
            "completed",
            set(),
        ),
        (["faq", {"payload": "DELIVERY"}, HUMAN], "handed_over", {"hand_over"}),
    ],
    "feedback": [
        (["feedback", {"payload": "5"}, "the colours"], "completed", {"set_attribute"}),
        (["feedback", {"payload": "3"}, "the price"], "completed", {"set_attribute"}),
        (["feedback", {"payload": "1"}, "it broke"], "handed_over", {"set_attribute", "add_tag", "hand_over"}),
    ],
}
"""Kind → what the customer does, how it ends, and what is done beside sending."""


def played(kind: str, inputs: list[str | dict[str, str]], **setting: Any) -> list[dict[str, Any]]:
    given = [{"text": one} if isinstance(one, str) else one for one in inputs]
    begun = simulation.start(values_of(kind)["definition"], simulation.Setting(**setting))
    return simulation.played(begun, given)


def effects_of(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [effect for turn in turns for effect in turn["effects"]]


def sent(turns: list[dict[str, Any]]) -> list[str]:
    return [effect["content"].get("text", "") for effect in effects_of(turns) if effect["effect"] == "send"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_predefined_flow_has_no_fault(kind: str) -> None:
    values = values_of(kind)
    assert faults_of(values["definition"]) == []
    assert [fault for trigger in values["triggers"] for fault in faults_of_trigger(trigger)] == []
    assert values["is_active"]


@pytest.mark.parametrize(("kind", "walk"), [(kind, walk) for kind, walks in WALKS.items() for walk in walks])
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("language", ["en", "th"])
def test_a_predefined_flow_runs_to_its_end(kind: str, walk: Any, platform: str, language: str) -> None:
    inputs, status, wanted = walk
    turns = played(kind, inputs, platform=platform, language=language)
    assert [turn["error"] for turn in turns if turn["error"]] == []
    assert turns[-1]["status"] == status
    assert {effect["effect"] for effect in effects_of(turns)} - {"send", "count"} == wanted
    assert all(sent([turn]) for turn in turns)


def test_every_kind_is_walked() -> None:
    assert set(WALKS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_predefined_flow_offers_a_person(kind: str) -> None:
    reaching = [walk for walk in WALKS[kind] if walk[1] == "handed_over"]
    assert reaching
    choices = [one for step in values_of(kind)["definition"].values() for one in _choices(step)]
    assert {"en": "Talk to a person", "th": "คุยกับเจ้าหน้าที่"} in [one["title"] for one in choices]


def _choices(step: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [one for action in step["actions"] for one in action.get("choices", [])]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_is_there_in_english_and_thai(kind: str) -> None:
    texts = [text for step in values_of(kind)["definition"].values() for text in _texts(step)]
    assert texts
    assert [text for text in texts if not isinstance(text, dict) or set(text) < {"en", "th"}] == []


def _texts(step: dict[str, Any]) -> list[Any]:
    parts = [*step["actions"], *_choices(step)]
    return [part[name] for part in parts for name in ("text", "retry_text", "title") if name in part]


def test_a_lead_has_what_was_told_and_a_score_of_how_promising_it_is() -> None:
    scores = []
    for inputs, _, _ in WALKS["lead_generation"]:
        [lead] = [
            effect for effect in effects_of(played("lead_generation", inputs)) if effect["effect"] == "create_lead"
        ]
        scores.append(lead["score"])
        assert lead["fields"]["name"] == "Mali"
    assert scores == [100, 10]


def test_urgent_matters_are_marked_and_others_go_to_their_team() -> None:
    normal, urgent = (effects_of(played("customer_service", inputs)) for inputs, _, _ in WALKS["customer_service"])
    assert [one["team"] for one in normal if one["effect"] == "assign"] == ["Billing"]
    assert "urgent" in [one["tag"] for one in urgent if one["effect"] == "add_tag"]


def test_another_name_is_no_predefined_flow() -> None:
    with pytest.raises(InvalidInput, match="choose among welcome"):
        values_of("../../../etc/passwd")


@pytest.mark.usefixtures("database")
def test_predefined_flows_are_installed_once_and_put_back_by_force() -> None:
    tenant = make_tenant()
    with organization_scope(tenant.id):
        first = {kind: install(None, tenant.id, kind) for kind in KINDS}
        before = export_flows(tenant.id)
        welcome = first["welcome"].flow
        change_flow(None, tenant.id, welcome.id, {"name": "Ours"})
        kept = install(None, tenant.id, "welcome")
        assert (kept.what, kept.flow.name) == ("kept", "Ours")
        assert install(None, tenant.id, "welcome", is_forced=True).what == "replaced"
        assert export_flows(tenant.id) == before
    assert {one.what for one in first.values()} == {"created"}
    book = book_of(tenant)
    for text, key in {"ราคาเท่าไหร่": "lead-generation", "I need help": "customer-service", "รีวิว": "feedback"}.items():
        found = book.match(welcome.id, TriggerFacts(now=clock.now(), text=text))
        assert found is not None
        assert found.key == key


@pytest.mark.usefixtures("database")
def test_two_pages_have_a_predefined_flow_each() -> None:
    tenant = make_tenant()
    pages = [make_channel(tenant), make_channel(tenant)]
    with organization_scope(tenant.id):
        made = [install(None, tenant.id, "faq", channel_id=page.id) for page in pages]
    assert [one.flow.key for one in made] == [f"faq-{page.external_id}" for page in pages]
    book = book_of(tenant)
    for page, one in zip(pages, made, strict=True):
        found = book.match(page.id, TriggerFacts(now=clock.now(), text="faq"))
        assert found is not None
        assert found.flow_id == one.flow.id
