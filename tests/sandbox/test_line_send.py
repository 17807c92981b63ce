"""LINE's sends: reply tokens, push, retry keys, multicast, broadcast, quota, rates."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import BOT, LINE_TOKEN, Player

Json = dict[str, Any]
HI: Json = {"type": "text", "text": "hi"}
WEEK = 7 * 86400


@pytest.fixture
def mali(player: Player) -> str:
    return str(player.say("line")["customer_id"])


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["message"]


def key() -> str:
    return str(uuid.uuid4())


def reply(player: Player, token: str, **more: Any) -> Any:
    return player.line("POST", "/v2/bot/message/reply", {"replyToken": token, "messages": [HI], **more})


def test_a_reply_token_lives_a_minute_and_works_once(player: Player) -> None:
    token = player.say("line")["reply_token"]
    player.put("/clock", {"advance": 55})
    assert reply(player, token).status_code == 200
    assert refused(reply(player, token)) == (400, "Invalid reply token")
    late = player.say("line")["reply_token"]
    player.put("/clock", {"advance": 61})
    assert refused(reply(player, late)) == (400, "Invalid reply token")
    assert refused(reply(player, "nonsense")) == (400, "Invalid reply token")


def test_a_redelivered_token_gets_a_new_minute_but_not_beyond_twenty(player: Player) -> None:
    player.put(f"/accounts/line/{BOT}", {"redelivers": True})
    player.put("/settings", {"retries": [0.01]})
    player.hub.answers = [500, 500]
    said = player.say("line")
    assert said["attempts"] == 3
    bodies = player.hub.bodies("/webhooks/line")
    assert [one["events"][0]["deliveryContext"]["isRedelivery"] for one in bodies] == [False, True, True]
    assert len({one["events"][0]["webhookEventId"] for one in bodies}) == 1
    assert len({one["events"][0]["timestamp"] for one in bodies}) == 1
    tokens = player.world.line_tokens
    player.put("/clock", {"advance": 20 * 60 - 5})
    tokens.delivered(said["reply_token"])
    assert tokens.find(said["reply_token"], BOT) is not None
    player.put("/clock", {"advance": 10})
    tokens.delivered(said["reply_token"])
    assert refused(reply(player, said["reply_token"])) == (400, "Invalid reply token")


def test_without_redelivery_a_failed_webhook_is_lost(player: Player) -> None:
    player.hub.answers = [500]
    said = player.say("line")
    assert (said["acked"], said["attempts"], said["status"]) == (False, 1, 500)


def test_a_reply_with_a_retry_key_is_400(player: Player) -> None:
    token = player.say("line")["reply_token"]
    body = {"replyToken": token, "messages": [HI]}
    assert player.line("POST", "/v2/bot/message/reply", body, key=key()).status_code == 400
    assert reply(player, token).status_code == 200


def test_a_push_answers_with_ids_and_quote_tokens(player: Player, mali: str) -> None:
    answer = player.push(mali, HI, {"type": "location", "title": "t", "address": "a", "latitude": 1, "longitude": 2})
    sent = answer.json()["sentMessages"]
    assert [set(one) for one in sent] == [{"id", "quoteToken"}, {"id"}]
    assert answer.headers["x-line-request-id"]
    entry = player.sends()[-1]
    assert (entry["kind"], entry["message_ids"]) == ("push", [one["id"] for one in sent])


def test_a_retry_key_is_accepted_once(player: Player, mali: str) -> None:
    retry = key()
    first = player.push(mali, HI, key=retry)
    again = player.push(mali, HI, key=retry)
    assert again.status_code == 409
    assert again.json() == {
        "message": "The retry key is already accepted",
        "sentMessages": first.json()["sentMessages"],
    }
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert [one["retry_key"] for one in player.sends()] == [retry]
    assert player.push(mali, {"type": "text", "text": "other"}, key=retry).status_code == 400
    assert player.push(mali, HI, key="not-a-uuid").status_code == 400
    player.put("/clock", {"advance": 86401})
    assert player.push(mali, HI, key=retry).status_code == 200


def test_a_refused_request_does_not_use_its_retry_key_up(player: Player, mali: str) -> None:
    retry = key()
    assert player.push(mali, {"type": "text", "text": ""}, key=retry).status_code == 400
    assert player.push(mali, HI, key=retry).status_code == 200


def test_a_lost_answer_is_found_again_by_the_retry_key(player: Player, mali: str) -> None:
    player.put("/faults", [{"match": {"platform": "line", "times": 1}, "fault": "answer_lost"}])
    retry = key()
    with pytest.raises(httpx.TransportError):
        player.push(mali, HI, key=retry)
    assert player.push(mali, HI, key=retry).status_code == 409
    assert [one["answered"] for one in player.sends()] == [False]


def test_other_sends_with_a_retry_key_answer_409_without_messages(player: Player, mali: str) -> None:
    retry = key()
    body = {"to": [mali], "messages": [HI]}
    assert player.line("POST", "/v2/bot/message/multicast", body, key=retry).json() == {}
    again = player.line("POST", "/v2/bot/message/multicast", body, key=retry)
    assert (again.status_code, again.json()) == (409, {"message": "The retry key is already accepted"})


def test_who_can_be_pushed(player: Player, mali: str) -> None:
    assert player.push("U" + "f" * 32, HI).status_code == 400
    assert refused(player.push("nobody", HI))[0] == 400
    player.act("line", "unfollow")
    before = player.get("/phone", platform="line", **{"from": "Mali"})["messages"]
    assert player.push(mali, HI).status_code == 200
    assert player.get("/phone", platform="line", **{"from": "Mali"})["messages"] == before
    player.act("line", "follow")
    assert player.push(mali, HI).status_code == 200
    assert len(player.get("/phone", platform="line", **{"from": "Mali"})["messages"]) == len(before) + 1


def test_somebody_who_is_no_friend_can_be_pushed_for_a_week(player: Player) -> None:
    who = player.say("line", who="Noi", is_friend=False)["customer_id"]
    assert player.push(who, HI).status_code == 200
    assert len(player.get("/phone", platform="line", **{"from": "Noi"})["messages"]) == 2
    player.put("/clock", {"advance": WEEK + 1})
    assert player.push(who, HI).status_code == 200
    assert len(player.get("/phone", platform="line", **{"from": "Noi"})["messages"]) == 2


def test_the_quota_counts_people_not_messages(player: Player, mali: str) -> None:
    player.put(f"/accounts/line/{BOT}", {"quota": 3})
    assert player.line("GET", "/v2/bot/message/quota").json() == {"type": "limited", "value": 3}
    player.push(mali, HI, HI, HI, HI, HI)
    assert player.line("GET", "/v2/bot/message/quota/consumption").json() == {"totalUsage": 1}
    group = player.say("line", group="family")["conversation"]
    player.act("line", "member_joined", who="Noi", group="family")
    player.act("line", "member_joined", who="Lek", group="family")
    assert refused(player.push(group, HI)) == (429, "You have reached your monthly limit.")
    token = player.say("line")["reply_token"]
    assert reply(player, token).status_code == 200
    assert player.line("GET", "/v2/bot/message/quota/consumption").json() == {"totalUsage": 1}
    player.put(f"/accounts/line/{BOT}", {"quota": None})
    assert player.push(group, HI).status_code == 200
    assert player.line("GET", "/v2/bot/message/quota").json() == {"type": "none"}


def test_multicast_goes_to_people_only_and_to_500_at_most(player: Player, mali: str) -> None:
    def multicast(*to: str) -> Any:
        return player.line("POST", "/v2/bot/message/multicast", {"to": list(to), "messages": [HI]})

    assert multicast(mali, "U" + "f" * 32).json() == {}
    assert multicast(*[mali] * 501).status_code == 400
    assert multicast("C" + "0" * 32).status_code == 400
    assert player.sends()[-1]["recipient"] == mali


def test_broadcast_reaches_friends_and_is_limited_to_60_an_hour(player: Player, mali: str) -> None:
    noi = player.say("line", who="Noi")["customer_id"]
    assert player.line("POST", "/v2/bot/message/broadcast", {"messages": [HI]}).json() == {}
    assert set(player.sends()[-1]["recipients"]) == {mali, noi}
    for _ in range(59):
        player.line("POST", "/v2/bot/message/broadcast", {"messages": [HI]})
    limit = (429, "The API rate limit has been exceeded. Try again later.")
    assert refused(player.line("POST", "/v2/bot/message/broadcast", {"messages": [HI]})) == limit


def test_narrowcast_is_accepted_and_reports_progress(player: Player, mali: str) -> None:
    answer = player.line("POST", "/v2/bot/message/narrowcast", {"messages": [HI]})
    assert answer.status_code == 202
    query = {"requestId": answer.headers["x-line-request-id"]}
    assert player.line("GET", "/v2/bot/message/progress/narrowcast", **query).json()["phase"] == "succeeded"
    few = {"messages": [HI], "filter": {"demographic": {"type": "gender", "oneOf": ["female"]}}}
    assert player.line("POST", "/v2/bot/message/narrowcast", few).status_code == 403


def test_one_call_carries_one_to_five_messages(player: Player, mali: str) -> None:
    assert player.push(mali, *[HI] * 5).status_code == 200
    assert player.push(mali, *[HI] * 6).status_code == 400
    assert player.push(mali).status_code == 400


def test_every_problem_of_a_body_is_listed(player: Player, mali: str) -> None:
    answer = player.push(mali, {"type": "text", "text": ""}, {"type": "sticker", "packageId": "446"})
    assert answer.json() == {
        "message": "The request body has 2 error(s)",
        "details": [
            {"message": "May not be empty", "property": "messages[0].text"},
            {"message": "May not be empty", "property": "messages[1].stickerId"},
        ],
    }


def test_a_validated_body_costs_nothing(player: Player) -> None:
    path = "/v2/bot/message/validate/push"
    assert player.line("POST", path, {"messages": [HI]}).json() == {}
    assert player.line("POST", path, {"messages": [{"type": "text"}]}).status_code == 400
    assert player.sends() == []


def test_tokens_stand_in_the_header_and_must_be_alive(player: Player, mali: str) -> None:
    body = {"to": mali, "messages": [HI]}
    no_token = player.http.post("/line/v2/bot/message/push", json=body)
    assert no_token.status_code == 401
    in_query = player.http.post("/line/v2/bot/message/push", params={"access_token": LINE_TOKEN}, json=body)
    assert in_query.status_code == 401
    player.put(f"/tokens/{LINE_TOKEN}", {"subcode": 0})
    assert player.push(mali, HI).status_code == 401
    player.put(f"/tokens/{LINE_TOKEN}", {"subcode": None, "expires_in": -1})
    assert player.push(mali, HI).status_code == 401


def test_odd_bodies_have_their_status(player: Player) -> None:
    headers = {"authorization": f"Bearer {LINE_TOKEN}"}
    path = "/line/v2/bot/message/push"
    assert (
        player.http.post(path, content=b"{", headers={**headers, "content-type": "application/json"}).status_code == 400
    )
    assert player.http.post(path, content=b"{}", headers={**headers, "content-type": "text/plain"}).status_code == 415
    big = b'{"x":"' + b"x" * (2 * 1024 * 1024) + b'"}'
    assert (
        player.http.post(path, content=big, headers={**headers, "content-type": "application/json"}).status_code == 413
    )
    assert player.line("GET", "/v2/bot/nonsense").status_code == 404


def test_the_host_for_data_serves_only_data(player: Player) -> None:
    assert player.line("GET", "/v2/bot/info", host="line-data").status_code == 404
    assert player.line("GET", "/v2/bot/message/1/content").status_code == 404


def test_aggregation_units_are_one_name(player: Player, mali: str) -> None:
    body = {"to": mali, "messages": [HI]}
    path = "/v2/bot/message/push"
    assert player.line("POST", path, {**body, "customAggregationUnits": ["promo_a"]}).status_code == 200
    assert player.line("POST", path, {**body, "customAggregationUnits": ["promo-a"]}).status_code == 400
    assert player.line("POST", path, {**body, "customAggregationUnits": ["a", "b"]}).status_code == 400
