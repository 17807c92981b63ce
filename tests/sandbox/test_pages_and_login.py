"""Subscriptions of Pages and apps, the login of Facebook, tokens and what is told about them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.sandbox.conftest import APP, NUMBER, PAGE, PAGE_TOKEN, SECRET, WA_TOKEN, WABA, Player, error

APP_TOKEN = f"{APP}|{SECRET}"
DAY = 86400


def app(player: Player, method: str, path: str, body: Any = None, **query: str) -> Any:
    return player.graph(method, path, body, token=APP_TOKEN, **query)


def test_subscribing_a_page_replaces_the_list(player: Player) -> None:
    path = f"{PAGE}/subscribed_apps"
    assert player.graph("POST", path, subscribed_fields="messages,feed").json() == {"success": True}
    player.graph("POST", path, {"subscribed_fields": ["messaging_postbacks"]})
    listed = player.graph("GET", path).json()["data"][0]
    assert (listed["id"], listed["subscribed_fields"]) == (APP, ["messaging_postbacks"])
    assert player.say("facebook")["status"] is None
    assert player.act("facebook", "postback", payload="P")["status"] == 200
    assert player.graph("DELETE", path).json() == {"success": True}
    assert player.graph("GET", path).json() == {"data": []}


def test_one_unknown_field_fails_the_whole_subscription(player: Player) -> None:
    answer = player.graph("POST", f"{PAGE}/subscribed_apps", subscribed_fields="messages,message_edit")
    assert error(answer) == (100, None)
    listed = player.graph("GET", f"{PAGE}/subscribed_apps").json()["data"][0]["subscribed_fields"]
    assert "message_edits" in listed


def test_a_field_must_be_enabled_at_both_levels(player: Player) -> None:
    body = {"object": "page", "callback_url": f"{player.hub.url}/webhooks/facebook", "verify_token": "verify-me"}
    assert app(player, "POST", f"{APP}/subscriptions", {**body, "fields": "messages"}).json() == {"success": True}
    assert player.say("facebook")["status"] == 200
    assert player.act("facebook", "postback", payload="P")["status"] is None


def test_an_app_subscription_needs_the_handshake(player: Player) -> None:
    body = {"object": "page", "callback_url": f"{player.hub.url}/webhooks/facebook", "fields": "messages"}
    assert error(app(player, "POST", f"{APP}/subscriptions", {**body, "verify_token": "wrong"})) == (2200, None)
    elsewhere = {**body, "callback_url": "https://nowhere.test/hook", "verify_token": "verify-me"}
    assert error(app(player, "POST", f"{APP}/subscriptions", elsewhere)) == (2200, None)
    plain = {**body, "callback_url": "http://127.0.0.1:1/hook", "verify_token": "verify-me"}
    assert error(app(player, "POST", f"{APP}/subscriptions", plain)) == (2200, None)
    player.put("/settings", {"origins": {"https://hub.test": player.hub.url}})
    public = {**body, "callback_url": "https://hub.test/webhooks/facebook", "verify_token": "verify-me"}
    assert app(player, "POST", f"{APP}/subscriptions", public).status_code == 200


def test_app_subscriptions_are_listed_and_deleted(player: Player) -> None:
    listed = app(player, "GET", f"{APP}/subscriptions").json()["data"]
    assert {one["object"] for one in listed} == {"page", "instagram", "whatsapp_business_account"}
    app(player, "DELETE", f"{APP}/subscriptions", object="page", fields="messages")
    assert player.say("facebook")["status"] is None
    app(player, "DELETE", f"{APP}/subscriptions", object="page")
    assert {one["object"] for one in app(player, "GET", f"{APP}/subscriptions").json()["data"]} == {
        "instagram",
        "whatsapp_business_account",
    }
    assert error(player.graph("GET", f"{APP}/subscriptions")) == (15, None)


def test_without_values_an_app_only_learns_that_something_changed(player: Player) -> None:
    body = {"object": "page", "callback_url": f"{player.hub.url}/webhooks/facebook", "verify_token": "verify-me"}
    for wanted, key in (("", "changed_fields"), ("true", "changes")):
        more = {"include_values": wanted} if wanted else {}
        app(player, "POST", f"{APP}/subscriptions", {**body, **more, "fields": "feed"})
        player.hub.received.clear()
        assert player.act("facebook", "comment", text="Nice")["status"] == 200
        (entry,) = player.hub.bodies()[0]["entry"]
        assert key in entry
        assert len({"changes", "changed_fields"} & set(entry)) == 1


def login(player: Player, **query: str) -> dict[str, list[str]]:
    base = {"client_id": APP, "redirect_uri": "https://hub.test/back", "state": "s1", "response_type": "code"}
    answer = player.http.get("/facebook/v26.0/dialog/oauth", params={**base, **query})
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["location"]).query)


def test_a_login_leads_to_a_page_token_that_never_expires(player: Player) -> None:
    tasks = ["MESSAGING", "MODERATE"]
    player.put("/people/55", {"name": "Ann", "pages": {PAGE: tasks, "999": tasks}})
    code = login(player, scope="pages_show_list,pages_messaging")["code"][0]
    exchange = {"client_id": APP, "client_secret": SECRET, "redirect_uri": "https://hub.test/back", "code": code}
    short = player.http.get("/graph/v26.0/oauth/access_token", params=exchange).json()
    assert short["expires_in"] == 3600
    again = player.http.get("/graph/v26.0/oauth/access_token", params=exchange)
    assert error(again) == (100, 36009)
    form = {"grant_type": "fb_exchange_token", "client_id": APP, "client_secret": SECRET}
    form["fb_exchange_token"] = short["access_token"]
    long = player.http.get("/graph/v26.0/oauth/access_token", params=form).json()
    assert long["expires_in"] == 60 * DAY
    accounts = player.graph("GET", "me/accounts", token=long["access_token"]).json()["data"]
    assert [one["id"] for one in accounts] == [PAGE]
    assert accounts[0]["tasks"] == tasks
    told = app(player, "GET", "debug_token", input_token=accounts[0]["access_token"]).json()["data"]
    assert (told["type"], told["expires_at"], told["is_valid"], told["profile_id"]) == ("PAGE", 0, True, PAGE)
    of_short = player.graph("GET", "me/accounts", token=short["access_token"]).json()["data"][0]["access_token"]
    told = app(player, "GET", "debug_token", input_token=of_short).json()["data"]
    assert told["expires_at"] > 0
    assert player.graph("GET", "me", token=long["access_token"]).json()["name"] == "Ann"


def test_a_person_needs_the_tasks_on_the_page(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    person = {"pages": {PAGE: ["ANALYZE"]}, "access_token": "user-token", "app_id": APP}
    player.put("/people/55", person)
    token = player.graph("GET", "me/accounts", token="user-token").json()["data"][0]["access_token"]
    body = {"recipient": {"id": who}, "message": {"text": "x"}}
    assert error(player.graph("POST", f"{PAGE}/messages", body, token=token)) == (200, None)
    assert error(player.graph("POST", f"{PAGE}/subscribed_apps", token=token, subscribed_fields="feed")) == (200, None)
    player.put("/people/55", {"pages": {PAGE: ["PROFILE_PLUS_MESSAGING", "MODERATE"]}})
    assert player.graph("POST", f"{PAGE}/messages", body, token=token).status_code == 200
    assert player.graph("POST", f"{PAGE}/subscribed_apps", token=token, subscribed_fields="feed").status_code == 200
    player.put("/people/55", {"pages": {}})
    assert error(player.graph("POST", f"{PAGE}/messages", body, token=token)) == (190, 492)


def test_a_code_is_bound_to_its_redirect_and_lives_ten_minutes(player: Player) -> None:
    player.put("/people/55", {"name": "Ann"})

    def exchange(**changes: str) -> Any:
        code = login(player)["code"][0]
        form = {"client_id": APP, "client_secret": SECRET, "redirect_uri": "https://hub.test/back", "code": code}
        if "advance" in changes:
            player.put("/clock", {"advance": int(changes.pop("advance"))})
        return player.http.get("/graph/v26.0/oauth/access_token", params={**form, **changes})

    assert error(exchange(redirect_uri="https://hub.test/other")) == (100, 36008)
    assert error(exchange(client_secret="wrong")) == (1, None)
    assert error(exchange(client_id="1")) == (101, None)
    assert error(exchange(advance="601")) == (100, 36007)


def test_a_person_can_decline(player: Player) -> None:
    player.put("/people/55", {"name": "Ann"})
    player.put("/login", {"declines": True})
    assert login(player)["error"] == ["access_denied"]


def test_pages_are_listed_only_with_their_permission(player: Player) -> None:
    player.put(
        "/people/55",
        {"pages": {PAGE: ["MESSAGING"]}, "granted": ["email"], "access_token": "user-token", "app_id": APP},
    )
    assert error(player.graph("GET", "me/accounts", token="user-token")) == (200, None)
    assert player.graph("GET", "me/permissions", token="user-token").json()["data"][0]["permission"] == "email"


def test_debug_token_tells_why_a_token_is_dead(player: Player) -> None:
    assert error(player.graph("GET", "debug_token", input_token=PAGE_TOKEN)) == (100, None)
    player.put(f"/tokens/{PAGE_TOKEN}", {"subcode": 460})
    told = app(player, "GET", "debug_token", input_token=PAGE_TOKEN).json()["data"]
    assert (told["is_valid"], told["error"]["subcode"]) == (False, 460)
    assert app(player, "GET", "debug_token", input_token="nonsense").json()["data"]["is_valid"] is False


def test_an_app_token_with_the_wrong_secret_is_refused(player: Player) -> None:
    assert error(player.graph("GET", "debug_token", token=f"{APP}|wrong", input_token="x")) == (190, None)


def test_an_embedded_signup_code_lives_thirty_seconds_and_gives_a_business_token(player: Player) -> None:
    def code() -> str:
        return str(player.post("/codes", {"kind": "business", "app_id": APP, "accounts": [NUMBER]})["code"])

    form = {"client_id": APP, "client_secret": SECRET, "code": code()}
    token = player.http.get("/graph/v26.0/oauth/access_token", params=form).json()["access_token"]
    assert player.graph("GET", f"{WABA}/phone_numbers", token=token).json()["data"][0]["id"] == NUMBER
    late = {**form, "code": code()}
    player.put("/clock", {"advance": 31})
    assert error(player.http.get("/graph/v26.0/oauth/access_token", params=late)) == (100, 36007)


def test_a_whatsapp_account_is_subscribed_per_waba_with_an_override(player: Player) -> None:
    path = f"{WABA}/subscribed_apps"
    assert player.graph("DELETE", path, token=WA_TOKEN).json() == {"success": True}
    assert player.say("whatsapp")["status"] is None
    override = {"override_callback_uri": f"{player.hub.url}/tenant/7", "verify_token": "verify-me"}
    assert player.graph("POST", path, override, token=WA_TOKEN).json() == {"success": True}
    player.say("whatsapp")
    assert player.hub.received[-1][0] == "/tenant/7"
    assert player.graph("GET", path, token=WA_TOKEN).json()["data"][0]["override_callback_uri"].endswith("/tenant/7")
    assert player.graph("POST", path, token=WA_TOKEN).json() == {"success": True}
    player.say("whatsapp")
    assert player.hub.received[-1][0] == "/webhooks/whatsapp"
    too_long = {"override_callback_uri": "https://a.test/" + "x" * 200, "verify_token": "verify-me"}
    assert error(player.graph("POST", path, too_long, token=WA_TOKEN)) == (100, None)


def test_a_number_overrides_its_account(player: Player) -> None:
    override = {"override_callback_uri": f"{player.hub.url}/number/1", "verify_token": "verify-me"}
    body = {"webhook_configuration": override}
    assert player.graph("POST", NUMBER, body, token=WA_TOKEN).json() == {"success": True}
    player.say("whatsapp")
    assert player.hub.received[-1][0] == "/number/1"
    found = player.graph("GET", NUMBER, token=WA_TOKEN, fields="webhook_configuration").json()["webhook_configuration"]
    assert found["phone_number"].endswith("/number/1")
    player.graph("POST", NUMBER, {"webhook_configuration": {"override_callback_uri": ""}}, token=WA_TOKEN)
    player.say("whatsapp")
    assert player.hub.received[-1][0] == "/webhooks/whatsapp"


def test_the_sticker_catalogue_wants_an_app_token(player: Player) -> None:
    assert app(player, "GET", "sticker_search", q="hello").json()["data"][0]["label"] == "hello"
    assert error(app(player, "GET", "sticker_search", q="h")) == (100, None)
    assert error(player.graph("GET", "sticker_packs")) == (15, None)
