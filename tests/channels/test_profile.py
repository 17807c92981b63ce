"""What stands on the account itself, and asking the platform now, through the API, against the sandbox."""

from __future__ import annotations

from typing import Any

from hubbub.channels.access import access_to, call
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.kit.json import JsonValue
from hubbub.organizations.models import Role
from tests.support.factories import make_channel, make_tenant
from tests.support.outbound import Platforms, connect
from tests.support.web import api_for

MESSENGER = MessengerConnector()
START = {"payload": "START"}
GREETING = [{"locale": "default", "text": "Hello there"}, {"locale": "th_TH", "text": "สวัสดี"}]
MENU = [
    {
        "locale": "default",
        "composer_input_disabled": False,
        "call_to_actions": [{"type": "postback", "title": "Help", "payload": "HELP"}],
    }
]


def test_what_is_set_stands_at_the_platform_and_does_not_differ(platforms: Platforms) -> None:
    page = connect(platforms, "facebook")
    api, path = api_for(page.tenant), f"/channels/{page.channel.id}/profile"
    settings = {"persistent_menu": MENU, "greeting": GREETING, "get_started": START}
    answer = api.put(path, {"settings": settings})
    assert answer.status == 200, answer.body
    assert (answer.body["ours"], answer.body["theirs"]) == (settings, settings)
    assert (answer.body["drift"], answer.body["problem"]) == ([], "")


def test_what_somebody_changed_over_there_is_named(platforms: Platforms) -> None:
    page = connect(platforms, "facebook")
    api, path = api_for(page.tenant), f"/channels/{page.channel.id}/profile"
    api.put(path, {"settings": {"get_started": START, "greeting": GREETING}})
    changed = api.patch(f"/channels/{page.channel.id}", {"settings": {"profile": {"get_started": {"payload": "X"}}}})
    assert changed.body["settings"]["profile"]["get_started"] == START
    greeting: JsonValue = [{"locale": "default", "text": "Bought by another"}]
    call(MESSENGER.profile_settings_request(access_to(page.channel), {"greeting": greeting}))
    found = api.get(path).body
    assert (found["ours"]["greeting"], found["theirs"]["greeting"]) == (GREETING, greeting)
    assert found["drift"] == ["greeting"]


def test_null_takes_away_and_the_button_goes_after_the_menu_that_needs_it(platforms: Platforms) -> None:
    page = connect(platforms, "facebook")
    api, path = api_for(page.tenant), f"/channels/{page.channel.id}/profile"
    api.put(path, {"settings": {"get_started": START, "persistent_menu": MENU, "greeting": GREETING}})
    found = api.put(path, {"settings": {"get_started": None, "persistent_menu": None}}).body
    assert (found["ours"], found["theirs"], found["drift"]) == ({"greeting": GREETING}, {"greeting": GREETING}, [])


def test_what_the_platform_refuses_is_not_kept(platforms: Platforms) -> None:
    page = connect(platforms, "facebook")
    api, path = api_for(page.tenant), f"/channels/{page.channel.id}/profile"
    answer = api.put(path, {"settings": {"persistent_menu": MENU}})
    assert answer.status == 422
    assert api.get(path).body["ours"] == {}
    assert "rich_menu" in api.put(path, {"settings": {"rich_menu": {}}}).sentence


def test_ice_breakers_of_instagram_are_read_back(platforms: Platforms) -> None:
    account = connect(platforms, "instagram")
    api, path = api_for(account.tenant), f"/channels/{account.channel.id}/profile"
    questions = [{"question": "When are you open?", "payload": "HOURS"}]
    found = api.put(path, {"settings": {"ice_breakers": questions}}).body
    assert found["theirs"]["ice_breakers"] == [{"locale": "default", "call_to_actions": questions}]
    assert found["drift"] == []


def test_line_tells_its_rich_menus_and_which_is_shown(platforms: Platforms) -> None:
    bot = connect(platforms, "line")
    found = api_for(bot.tenant).get(f"/channels/{bot.channel.id}/profile").body
    assert (found["settable"], found["theirs"]) == (["default_rich_menu_id"], {"rich_menus": []})


def test_whatsapp_has_nothing_of_the_kind(platforms: Platforms) -> None:
    number = connect(platforms, "whatsapp")
    api, path = api_for(number.tenant), f"/channels/{number.channel.id}/profile"
    assert api.get(path).body["settable"] == []
    assert api.put(path, {"settings": {"greeting": None}}).status == 422


def test_a_dead_token_is_a_problem_in_a_sentence(platforms: Platforms) -> None:
    tenant = make_tenant()
    channel = make_channel(tenant, "line", credentials={"access_token": "dead", "channel_secret": "x"})
    api = api_for(tenant)
    found = api.get(f"/channels/{channel.id}/profile").body
    assert found["theirs"] is None
    assert "token" in found["problem"]
    tested = api.post(f"/channels/{channel.id}/test").body
    assert (tested["is_ok"], "token" in tested["problem"]) == (False, True)


def test_a_test_asks_for_the_account_and_its_webhooks(platforms: Platforms) -> None:
    page = connect(platforms, "facebook")
    found: dict[str, Any] = api_for(page.tenant).post(f"/channels/{page.channel.id}/test").body
    assert (found["is_ok"], found["missing_fields"]) == (True, [])
    assert "messages" in found["subscribed_fields"]


def test_a_sync_takes_over_what_the_platform_says(platforms: Platforms) -> None:
    page = connect(platforms, "facebook")
    platforms.put(f"/accounts/facebook/{page.channel.external_id}", {"name": "A new name"})
    answer = api_for(page.tenant).post(f"/channels/{page.channel.id}/sync")
    assert (answer.status, answer.body["sync_status"]) == (200, "idle")
    assert answer.body["last_sync_at"] is not None


def test_addresses_and_verify_tokens_are_for_those_who_connect(platforms: Platforms) -> None:
    tenant = make_tenant()
    found = {row["platform"]: row for row in api_for(tenant).get("/channels/webhook-setup").items}
    assert found["line"]["url"].endswith("/webhooks/line")
    assert found["line"]["verify_token"] is None
    assert found["facebook"]["verify_token"]
    assert api_for(tenant, Role.VIEWER).get("/channels/webhook-setup").status == 403


def test_activity_names_every_channel(platforms: Platforms) -> None:
    page = connect(platforms, "facebook")
    (row,) = api_for(page.tenant, Role.VIEWER).get("/channels/activity").items
    assert (row["channel_id"], row["failures"]) == (str(page.channel.id), 0)
