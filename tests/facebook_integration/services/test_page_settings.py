"""What a person sees first: one call, from the short forms that people write."""

from __future__ import annotations

from typing import Any

import pytest

from facebook_integration.services.facebook_api import FacebookGraphAPI, FacebookMessengerService
from facebook_integration.services.page_settings import flattened, greeting, ice_breakers, persistent_menu
from hubbub.kit.errors import InvalidInput
from tests.facebook_integration.services.seen import calls
from tests.support.outbound import Line

Json = dict[str, Any]


def item(title: str) -> Json:
    return {"type": "postback", "title": title, "payload": title.upper()}


MENU: list[Json] = [
    item("Get Started"),
    {"type": "nested", "title": "Help", "call_to_actions": [item("Contact Support"), item("FAQ")]},
    {"type": "web_url", "title": "Visit Website", "url": "https://example.com"},
]
SETTINGS: Json = {
    "persistent_menu": MENU,
    "greeting_text": "Hi {{user_first_name}}! How can we help you today?",
    "get_started_payload": "GET_STARTED",
    "ice_breakers": [{"question": "What services do you offer?", "payload": "SERVICES"}],
}


def test_everything_is_set_in_one_call(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    success, response = messenger.configure_page_settings(SETTINGS)
    assert success, response
    assert len(calls(line, "messenger_profile")) == 1
    _, profile = messenger.api.get_messenger_profile()
    assert profile == {
        "get_started": {"payload": "GET_STARTED"},
        "greeting": [{"locale": "default", "text": "Hi {{user_first_name}}! How can we help you today?"}],
        "persistent_menu": [
            {
                "locale": "default",
                "composer_input_disabled": False,
                "call_to_actions": [
                    item("Get Started"),
                    {**item("Contact Support"), "title": "Help: Contact Support"},
                    {**item("FAQ"), "title": "Help: FAQ"},
                    {"type": "web_url", "title": "Visit Website", "url": "https://example.com"},
                ],
            }
        ],
        "ice_breakers": [
            {
                "locale": "default",
                "call_to_actions": [{"question": "What services do you offer?", "payload": "SERVICES"}],
            }
        ],
    }


def test_a_greeting_that_is_too_long_does_not_undo_the_rest(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    success, response = messenger.configure_page_settings({**SETTINGS, "greeting_text": "x" * 161})
    assert not success
    assert "161" in response["rejected"]["greeting"]
    assert response["set"] == ["get_started", "ice_breakers", "persistent_menu"]
    assert sorted(messenger.api.get_messenger_profile()[1]) == ["get_started", "ice_breakers", "persistent_menu"]


def test_a_greeting_that_facebook_refuses_does_not_undo_the_rest(line: Line) -> None:
    line.platforms.fault("error:100", path_contains="messenger_profile", method="POST", times=1)
    messenger = FacebookMessengerService(line.channel)
    success, response = messenger.configure_page_settings(SETTINGS)
    assert not success
    assert list(response["rejected"]) == ["greeting"]
    assert sorted(messenger.api.get_messenger_profile()[1]) == ["get_started", "ice_breakers", "persistent_menu"]


def test_a_menu_alone_brings_the_button_to_begin_unless_there_is_one(line: Line) -> None:
    api = FacebookGraphAPI(line.channel)
    messenger = FacebookMessengerService(line.channel)
    assert messenger.configure_page_settings({"persistent_menu": MENU})[0]
    assert api.get_messenger_profile(["get_started"])[1] == {"get_started": {"payload": "GET_STARTED"}}
    api.set_get_started("HELLO")
    assert messenger.configure_page_settings({"persistent_menu": [item("Only")]})[0]
    assert api.get_messenger_profile(["get_started"])[1] == {"get_started": {"payload": "HELLO"}}


def test_domains_and_commands_are_set_from_their_short_forms(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    success, _ = messenger.configure_page_settings(
        {"whitelisted_domains": ["shop.example.com"], "commands": [{"name": "/hours", "description": "When we open"}]}
    )
    assert success
    assert messenger.api.get_messenger_profile()[1] == {
        "whitelisted_domains": ["https://shop.example.com"],
        "commands": [{"locale": "default", "commands": [{"name": "hours", "description": "When we open"}]}],
    }


def test_properties_can_be_removed(line: Line) -> None:
    api = FacebookGraphAPI(line.channel)
    api.set_get_started()
    assert api.delete_messenger_profile(["get_started"])[0]
    assert api.get_messenger_profile() == (True, {})


def test_the_eleventh_change_in_ten_minutes_is_refused_before_it_is_made(line: Line) -> None:
    api = FacebookGraphAPI(line.channel)
    answers = [api.set_get_started(f"P{number}") for number in range(11)]
    assert [success for success, _ in answers] == [True] * 10 + [False]
    error = answers[-1][1]["error"]
    assert error["reason"] == "throttled"
    assert 0 < error["retry_after"] <= 610
    assert len(calls(line, "messenger_profile")) == 10


def test_an_unknown_setting_and_a_menu_of_21_items_are_refused(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    with pytest.raises(InvalidInput, match="greetings"):
        messenger.configure_page_settings({"greetings": "Hi"})
    with pytest.raises(InvalidInput, match="at most 20"):
        messenger.configure_page_settings({"persistent_menu": [item(f"Item {number}") for number in range(21)]})
    assert calls(line, "messenger_profile") == []


def test_a_nested_title_that_does_not_fit_keeps_the_items_own_words() -> None:
    nested = [{"type": "nested", "title": "Questions and answers", "call_to_actions": [item("Opening hours today")]}]
    assert flattened(nested) == [item("Opening hours today")]
    (long,) = flattened([item("An item with a very long title indeed")])
    assert isinstance(long, dict)
    assert long["title"] == "An item with a very long titl…"


def test_settings_by_locale_get_an_entry_for_everybody_else() -> None:
    assert greeting({"th_TH": "สวัสดี", "en": "Hello"}) == [
        {"locale": "default", "text": "Hello"},
        {"locale": "th_TH", "text": "สวัสดี"},
        {"locale": "en", "text": "Hello"},
    ]
    question = {"question": "?", "payload": "Q"}
    assert ice_breakers({"default": [question]}) == [{"locale": "default", "call_to_actions": [question]}]
    entry = {"locale": "default", "composer_input_disabled": True, "call_to_actions": [item("A")]}
    assert persistent_menu([entry]) == [entry]
