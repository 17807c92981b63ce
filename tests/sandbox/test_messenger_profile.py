"""The Messenger profile, per-person menus, and Instagram's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import IG, PAGE, Player, error

Json = dict[str, Any]
START: Json = {"get_started": {"payload": "GET_STARTED"}}
ITEM: Json = {"type": "postback", "title": "Talk", "payload": "CARE"}


def menu(*items: Json, **more: Any) -> Json:
    return {"persistent_menu": [{"locale": "default", "call_to_actions": list(items), **more}]}


def post(player: Player, value: Json, **query: str) -> Any:
    return player.graph("POST", "me/messenger_profile", value, **query)


def ice(*questions: str) -> Json:
    items = [{"question": question, "payload": "P"} for question in questions]
    return {"ice_breakers": [{"locale": "default", "call_to_actions": items}]}


def test_only_given_properties_are_replaced_and_read_back_in_one_object(player: Player) -> None:
    assert post(player, START).json() == {"result": "success"}
    assert post(player, {"greeting": [{"locale": "default", "text": "Hi {{user_first_name}}"}]}).status_code == 200
    found = player.graph("GET", "me/messenger_profile", fields="get_started,greeting,persistent_menu").json()
    assert found == {"data": [{**START, "greeting": [{"locale": "default", "text": "Hi {{user_first_name}}"}]}]}
    gone = player.graph("DELETE", "me/messenger_profile", {"fields": ["greeting"]})
    assert gone.json() == {"result": "success"}


def test_a_menu_needs_get_started_and_keeps_it(player: Player) -> None:
    assert error(post(player, menu(ITEM))) == (100, None)
    assert post(player, {**START, **menu(ITEM)}).status_code == 200
    assert error(player.graph("DELETE", "me/messenger_profile", {"fields": ["get_started"]})) == (100, None)
    both = {"fields": ["get_started", "persistent_menu"]}
    assert player.graph("DELETE", "me/messenger_profile", both).status_code == 200


REFUSED: dict[str, Json] = {
    "a nested menu": menu({"type": "nested", "title": "More", "call_to_actions": [ITEM]}),
    "21 items": menu(*[ITEM] * 21),
    "a long title": menu({**ITEM, "title": "x" * 31}),
    "a menu without default": {"persistent_menu": [{"locale": "th_TH", "call_to_actions": [ITEM]}]},
    "a closed composer without items": {"persistent_menu": [{"locale": "default", "composer_input_disabled": True}]},
    "a long greeting": {"greeting": [{"locale": "default", "text": "x" * 161}]},
    "a greeting without default": {"greeting": [{"locale": "th_TH", "text": "x"}]},
    "an unknown variable": {"greeting": [{"locale": "default", "text": "Hi {{first_name}}"}]},
    "a plain greeting": {"greeting": "Hi"},
    "five questions": ice("a", "b", "c", "d", "e"),
    "an insecure domain": {"whitelisted_domains": ["http://shop.test"]},
    "an address as domain": {"whitelisted_domains": ["https://10.0.0.1/"]},
    "localhost": {"whitelisted_domains": ["https://localhost/"]},
    "51 domains": {"whitelisted_domains": ["https://shop.test/"] * 51},
    "a command with a slash": {
        "commands": [{"locale": "default", "commands": [{"name": "/hours", "description": "x"}]}]
    },
    "a dead property": {"home_url": {"url": "https://shop.test"}},
    "nothing": {},
}


@pytest.mark.parametrize("name", REFUSED)
def test_this_profile_is_refused(player: Player, name: str) -> None:
    post(player, START)
    assert error(post(player, REFUSED[name])) == (100, None)


ACCEPTED: dict[str, Json] = {
    "20 items": menu(*[ITEM] * 20),
    "a link": menu({"type": "web_url", "title": "Shop", "url": "https://shop.test", "webview_height_ratio": "full"}),
    "four questions": ice("a", "b", "c", "d"),
    "flat questions": {"ice_breakers": [{"question": "Open?", "payload": "P"}]},
    "domains": {"whitelisted_domains": ["https://www.shop.test/"]},
    "account linking": {"account_linking_url": "https://shop.test/link"},
    "commands": {"commands": [{"locale": "default", "commands": [{"name": "hours", "description": "When"}]}]},
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_this_profile_is_accepted(player: Player, name: str) -> None:
    post(player, START)
    answer = post(player, ACCEPTED[name])
    assert answer.status_code == 200, answer.text


def test_the_eleventh_call_in_ten_minutes_is_refused(player: Player) -> None:
    for _ in range(10):
        assert post(player, START).status_code == 200
    assert error(post(player, START)) == (613, None)
    player.put("/clock", {"advance": 601})
    assert post(player, START).status_code == 200


def test_instagram_has_only_ice_breakers_and_menu(player: Player) -> None:
    assert post(player, ice("Open?"), platform="instagram").status_code == 200
    found = player.graph("GET", f"{IG}/messenger_profile", fields="ice_breakers").json()
    assert found["data"] == ice("Open?")["ice_breakers"]
    assert post(player, menu(ITEM), platform="instagram").status_code == 200
    found = player.graph("GET", "me/messenger_profile", fields="persistent_menu", platform="instagram").json()
    assert found["data"][0].keys() == {"persistent_menu"}
    assert error(post(player, START, platform="instagram")) == (100, None)
    assert error(post(player, menu(ITEM, composer_input_disabled=True), platform="instagram")) == (100, None)
    player.put("/clock", {"advance": 601})
    gone = player.graph("DELETE", "me/messenger_profile", {"fields": ["ice_breakers"]}, platform="instagram")
    assert gone.status_code == 200


def test_one_person_can_have_a_menu_of_their_own(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    body = {"psid": who, **menu(ITEM)}
    assert player.graph("POST", "me/custom_user_settings", body).status_code == 200
    found = player.graph("GET", "me/custom_user_settings", psid=who).json()
    assert found["data"][0]["user_level_persistent_menu"] == menu(ITEM)["persistent_menu"]
    query = {"psid": who, "params": '["persistent_menu"]'}
    assert player.graph("DELETE", f"{PAGE}/custom_user_settings", **query).status_code == 200
    assert player.graph("GET", "me/custom_user_settings", psid=who).json() == {"data": []}
    assert error(player.graph("POST", "me/custom_user_settings", {**body, "psid": "1234567890123"})) == (100, 2018001)
