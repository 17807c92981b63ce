"""LINE's other calls: profiles, groups, content, chat state, webhook settings, rich menus, tokens."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from sandbox.samples import png
from tests.sandbox.conftest import BOT, LINE_TOKEN, Player

Json = dict[str, Any]


def get(player: Player, path: str, host: str = "line", **query: str) -> Any:
    return player.line("GET", path, host=host, **query)


def test_the_bot_tells_who_it_is(player: Player) -> None:
    told = get(player, "/v2/bot/info").json()
    assert (told["userId"], told["displayName"], told["chatMode"]) == (BOT, "Shop LINE", "chat")


def test_a_profile_is_there_for_those_who_wrote_and_gone_when_they_block(player: Player) -> None:
    who = player.say("line")["customer_id"]
    player.put(f"/customers/line/{BOT}/Mali", {"profile": {"language": "th", "statusMessage": "hi"}})
    told = get(player, f"/v2/bot/profile/{who}").json()
    assert (told["displayName"], told["userId"], told["language"], told["statusMessage"]) == ("Mali", who, "th", "hi")
    assert player.http.get(told["pictureUrl"]).headers["content-type"] == "image/png"
    player.act("line", "unfollow")
    assert get(player, f"/v2/bot/profile/{who}").status_code == 404
    stranger = player.put(f"/customers/line/{BOT}/Noi", {})["customer_id"]
    assert get(player, f"/v2/bot/profile/{stranger}").status_code == 404


def test_a_group_and_its_members(player: Player) -> None:
    said = player.say("line", group="family")
    group = said["conversation"]
    assert get(player, f"/v2/bot/group/{group}/summary").json()["groupName"] == "family"
    assert get(player, f"/v2/bot/group/{group}/members/count").json() == {"count": 1}
    assert get(player, f"/v2/bot/group/{group}/member/{said['customer_id']}").json()["displayName"] == "Mali"
    assert get(player, f"/v2/bot/room/{group}/members/count").status_code == 404
    assert get(player, f"/v2/bot/group/{group}/members/ids").status_code == 403
    player.put(f"/accounts/line/{BOT}", {"is_verified": True})
    assert get(player, f"/v2/bot/group/{group}/members/ids").json() == {"memberIds": [said["customer_id"]]}
    assert player.line("POST", f"/v2/bot/group/{group}/leave").json() == {}
    assert get(player, f"/v2/bot/group/{group}/summary").status_code == 404


def test_followers_are_for_verified_accounts(player: Player) -> None:
    who = player.say("line")["customer_id"]
    assert get(player, "/v2/bot/followers/ids").status_code == 403
    player.put(f"/accounts/line/{BOT}", {"is_verified": True})
    assert get(player, "/v2/bot/followers/ids").json() == {"userIds": [who]}
    assert get(player, "/v2/bot/followers/ids", limit="1001").status_code == 400


def test_content_is_prepared_served_and_gone_after_unsend(player: Player) -> None:
    said = player.say("line", type="video", transcoding=60)
    path = f"/v2/bot/message/{said['message_id']}/content"
    assert get(player, path, "line-data").status_code == 202
    assert get(player, f"{path}/transcoding", "line-data").json() == {"status": "processing"}
    player.put("/clock", {"advance": 61})
    assert get(player, f"{path}/transcoding", "line-data").json() == {"status": "succeeded"}
    served = get(player, path, "line-data")
    assert (served.status_code, served.headers["content-type"]) == (200, "video/mp4")
    assert get(player, f"{path}/preview", "line-data").headers["content-type"] == "image/jpeg"
    player.act("line", "unsend", message_id=said["message_id"])
    assert get(player, path, "line-data").status_code == 410
    assert get(player, "/v2/bot/message/1/content", "line-data").status_code == 404


def test_bytes_of_an_external_image_are_not_served(player: Player) -> None:
    said = player.say("line", type="image", external_url="https://shop.test/a.jpg")
    assert get(player, f"/v2/bot/message/{said['message_id']}/content", "line-data").status_code == 404


def test_loading_and_reading(player: Player) -> None:
    who = player.say("line")["customer_id"]
    path = "/v2/bot/chat/loading/start"
    assert player.line("POST", path, {"chatId": who, "loadingSeconds": 20}).status_code == 202
    assert player.line("POST", path, {"chatId": who, "loadingSeconds": 7}).status_code == 400
    assert player.line("POST", path, {"chatId": "C" + "0" * 32}).status_code == 400
    token = player.hub.bodies("/webhooks/line")[-1]["events"][0]["message"]["markAsReadToken"]
    assert player.line("POST", "/v2/bot/chat/markAsRead", {"markAsReadToken": token}).json() == {}
    assert player.get("/phone", platform="line", **{"from": "Mali"})["messages"][0]["status"] == "read"
    assert player.line("POST", "/v2/bot/chat/markAsRead", {"markAsReadToken": "x"}).status_code == 400
    player.put(f"/accounts/line/{BOT}", {"chat_mode": "bot"})
    assert player.line("POST", "/v2/bot/chat/markAsRead", {"markAsReadToken": token}).status_code == 400


def test_the_webhook_endpoint_is_set_read_and_tested(player: Player) -> None:
    path = "/v2/bot/channel/webhook/endpoint"
    player.put("/settings", {"origins": {"https://hub.test": player.hub.url}})
    url = "https://hub.test/webhooks/line/7"
    assert player.line("PUT", path, {"endpoint": url}).json() == {}
    assert get(player, path).json() == {"endpoint": url, "active": True}
    assert player.line("PUT", path, {"endpoint": "http://hub.test/x"}).status_code == 400
    assert player.line("PUT", path, {"endpoint": "https://hub.test/" + "x" * 500}).status_code == 400
    told = player.line("POST", "/v2/bot/channel/webhook/test", {}).json()
    assert (told["success"], told["statusCode"], told["reason"]) == (True, 200, "OK")
    assert player.hub.bodies("/webhooks/line/7")[-1] == {"destination": BOT, "events": []}
    player.hub.answers = [500]
    told = player.line("POST", "/v2/bot/channel/webhook/test", {}).json()
    assert (told["success"], told["statusCode"], told["reason"]) == (False, 500, "ERROR_STATUS_CODE")


def test_a_public_endpoint_is_reached_through_its_origin(player: Player) -> None:
    player.put("/settings", {"origins": {"https://hub.test": player.hub.url}})
    player.line("PUT", "/v2/bot/channel/webhook/endpoint", {"endpoint": "https://hub.test/webhooks/line/7"})
    assert player.say("line")["status"] == 200
    assert player.hub.received[-1][0] == "/webhooks/line/7"


MENU: Json = {
    "size": {"width": 800, "height": 540},
    "selected": True,
    "name": "Menu",
    "chatBarText": "Tap",
    "areas": [{"bounds": {"x": 0, "y": 0, "width": 400, "height": 540}, "action": {"type": "postback", "data": "m=1"}}],
}


def make_menu(player: Player) -> str:
    return str(player.line("POST", "/v2/bot/richmenu", MENU).json()["richMenuId"])


def upload(player: Player, menu: str, body: bytes, mime: str = "image/png") -> Any:
    headers = {"authorization": f"Bearer {LINE_TOKEN}", "content-type": mime}
    return player.http.post(f"/line-data/v2/bot/richmenu/{menu}/content", content=body, headers=headers)


def test_a_rich_menu_is_made_painted_and_linked(player: Player) -> None:
    who = player.say("line")["customer_id"]
    menu = make_menu(player)
    assert player.line("POST", f"/v2/bot/user/all/richmenu/{menu}").status_code == 400
    assert upload(player, menu, png(800, 500)).status_code == 400
    assert upload(player, menu, png(800, 540)).json() == {}
    assert upload(player, menu, png(800, 540)).status_code == 400
    assert upload(player, menu, b"x", "image/gif").status_code == 415
    assert get(player, f"/v2/bot/richmenu/{menu}/content", "line-data").content == png(800, 540)
    assert player.line("POST", f"/v2/bot/user/all/richmenu/{menu}").json() == {}
    assert get(player, "/v2/bot/user/all/richmenu").json() == {"richMenuId": menu}
    assert player.line("POST", f"/v2/bot/user/{who}/richmenu/{menu}").json() == {}
    assert get(player, f"/v2/bot/user/{who}/richmenu").json() == {"richMenuId": menu}
    assert player.line("DELETE", f"/v2/bot/user/{who}/richmenu").json() == {}
    assert get(player, f"/v2/bot/user/{who}/richmenu").status_code == 404
    bulk = {"richMenuId": menu, "userIds": [who]}
    assert player.line("POST", "/v2/bot/richmenu/bulk/link", bulk).status_code == 202
    alias = {"richMenuAliasId": "main", "richMenuId": menu}
    assert player.line("POST", "/v2/bot/richmenu/alias", alias).json() == {}
    assert get(player, "/v2/bot/richmenu/alias/main").json() == alias
    assert [one["richMenuId"] for one in get(player, "/v2/bot/richmenu/list").json()["richmenus"]] == [menu]
    assert player.line("DELETE", f"/v2/bot/richmenu/{menu}").json() == {}
    assert get(player, f"/v2/bot/richmenu/{menu}").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"size": {"width": 700, "height": 300}},
        {"size": {"width": 800, "height": 700}},
        {"name": "x" * 301},
        {"chatBarText": "x" * 15},
        {"areas": MENU["areas"] * 21},
        {"selected": "yes"},
    ],
)
def test_a_rich_menu_has_limits(player: Player, changes: Json) -> None:
    assert player.line("POST", "/v2/bot/richmenu/validate", {**MENU, **changes}).status_code == 400
    assert player.line("POST", "/v2/bot/richmenu/validate", MENU).json() == {}


def oauth(player: Player, path: str, **form: str) -> Any:
    return player.http.post(f"/line{path}", data=form)


def channel(player: Player) -> dict[str, str]:
    bot = player.world.state.line_bot(BOT)
    assert bot is not None
    return {"client_id": bot.channel_id, "client_secret": "line-secret"}


def test_a_stateless_token_lives_fifteen_minutes(player: Player) -> None:
    made = oauth(player, "/oauth2/v3/token", grant_type="client_credentials", **channel(player)).json()
    assert made["expires_in"] == 900
    headers = {"authorization": f"Bearer {made['access_token']}"}
    assert player.http.get("/line/v2/bot/info", headers=headers).status_code == 200
    player.put("/clock", {"advance": 901})
    assert player.http.get("/line/v2/bot/info", headers=headers).status_code == 401
    wrong = {**channel(player), "client_secret": "x"}
    answer = oauth(player, "/oauth2/v3/token", grant_type="client_credentials", **wrong)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_a_token_is_verified_and_revoked(player: Player) -> None:
    told = oauth(player, "/v2/oauth/verify", access_token=LINE_TOKEN).json()
    assert told["client_id"] == channel(player)["client_id"]
    assert oauth(player, "/v2/oauth/revoke", access_token=LINE_TOKEN).json() == {}
    assert oauth(player, "/v2/oauth/verify", access_token=LINE_TOKEN).json()["error"] == "invalid_request"
    assert get(player, "/v2/bot/info").status_code == 401


def test_the_31st_short_token_withdraws_the_oldest(player: Player) -> None:
    form = {"grant_type": "client_credentials", **channel(player)}
    made = [oauth(player, "/v2/oauth/accessToken", **form).json()["access_token"] for _ in range(31)]
    assert oauth(player, "/v2/oauth/verify", access_token=made[0]).status_code == 400
    assert oauth(player, "/v2/oauth/verify", access_token=made[1]).status_code == 200


def test_a_jwt_gives_at_most_thirty_tokens(player: Player) -> None:
    def issue(**changes: Any) -> Any:
        number = channel(player)["client_id"]
        claims = {"iss": number, "sub": number, "aud": "https://api.line.me/", "token_exp": 3600}
        claims |= {"exp": int(time.time()) + 1000, **changes}
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return oauth(
            player,
            "/oauth2/v2.1/token",
            grant_type="client_credentials",
            client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            client_assertion=f"e30.{payload}.sig",
        )

    assert issue(token_exp=2592001).status_code == 400
    assert issue(exp=int(time.time()) + 3600).status_code == 400
    assert issue(aud="https://elsewhere/").status_code == 400
    assert all("key_id" in issue().json() for _ in range(30))
    assert issue().status_code == 400


def test_deliveries_are_counted_a_day_later(player: Player) -> None:
    who = player.say("line")["customer_id"]
    player.push(who, {"type": "text", "text": "hi"})
    date = time.strftime("%Y%m%d", time.gmtime(time.time() + 9 * 3600))
    path = "/v2/bot/message/delivery/push"
    assert get(player, path, date=date).json() == {"status": "unready"}
    player.put("/clock", {"advance": 86400})
    assert get(player, path, date=date).json() == {"status": "ready", "success": 1}
    assert get(player, path, date="today").status_code == 400
