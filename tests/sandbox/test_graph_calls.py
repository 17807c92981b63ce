"""How Graph lets a call in: versions, tokens, proofs, objects, parameters, batches."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

import pytest

from tests.sandbox.conftest import APP, NUMBER, PAGE, PAGE_TOKEN, SECRET, WA_TOKEN, Player, error, proof


def get(player: Player, path: str, **query: str) -> tuple[int, dict[str, object]]:
    answer = player.http.get(path, params=query)
    return answer.status_code, answer.json()


def test_a_call_without_version_is_refused(player: Player) -> None:
    answer = player.http.get(f"/graph/{PAGE}", params={"access_token": PAGE_TOKEN})
    assert error(answer) == (2500, None)


def test_an_expired_version_is_served_by_the_oldest_that_lives(player: Player) -> None:
    query = {"access_token": PAGE_TOKEN, "appsecret_proof": proof(PAGE_TOKEN)}
    answer = player.http.get(f"/graph/v19.0/{PAGE}", params=query)
    assert (answer.status_code, answer.headers["facebook-api-version"]) == (200, "v21.0")


def test_a_version_that_never_was_is_refused(player: Player) -> None:
    assert error(player.http.get(f"/graph/v27.0/{PAGE}")) == (2500, None)


def test_a_call_without_token_is_refused(player: Player) -> None:
    answer = player.http.post(f"/graph/v26.0/{PAGE}/messages", json={})
    assert error(answer) == (104, None)
    assert answer.status_code == 401
    assert error(player.http.get("/graph/v26.0/me")) == (2500, None)


def test_an_unknown_token_is_190(player: Player) -> None:
    answer = player.graph("GET", PAGE, token="nonsense")
    assert error(answer) == (190, None)
    assert "invalid_token" in answer.headers["www-authenticate"]


@pytest.mark.parametrize("subcode", [458, 459, 460, 464, 467, 492])
def test_a_withdrawn_token_says_why(player: Player, subcode: int) -> None:
    player.put(f"/tokens/{PAGE_TOKEN}", {"subcode": subcode})
    assert error(player.graph("GET", PAGE)) == (190, subcode)
    player.put(f"/tokens/{PAGE_TOKEN}", {"subcode": None})
    assert player.graph("GET", PAGE).status_code == 200


def test_an_expired_token_is_190_463(player: Player) -> None:
    player.put(f"/tokens/{PAGE_TOKEN}", {"expires_in": 60})
    assert player.graph("GET", PAGE).status_code == 200
    player.put("/clock", {"advance": 61})
    assert error(player.graph("GET", PAGE)) == (190, 463)


def test_a_dead_whatsapp_token_is_http_401(player: Player) -> None:
    player.put(f"/tokens/{WA_TOKEN}", {"subcode": 460})
    answer = player.whatsapp({"to": "+66800000000", "type": "text", "text": {"body": "x"}})
    assert error(answer) == (190, 460)
    assert answer.status_code == 401


def test_a_call_without_proof_is_refused_where_the_app_demands_it(player: Player) -> None:
    query = {"access_token": PAGE_TOKEN}
    answer = player.http.get(f"/graph/v26.0/{PAGE}", params=query)
    assert error(answer) == (100, None)
    assert "appsecret_proof" in answer.json()["error"]["message"]
    player.put(f"/apps/{APP}", {"require_proof": False})
    assert player.http.get(f"/graph/v26.0/{PAGE}", params=query).status_code == 200
    player.put(f"/apps/{APP}", {"require_proof": True})
    player.put("/settings", {"require_proof": False})
    assert player.http.get(f"/graph/v26.0/{PAGE}", params=query).status_code == 200
    player.put("/settings", {"require_proof": True})


def test_a_wrong_proof_is_always_refused(player: Player) -> None:
    player.put(f"/apps/{APP}", {"require_proof": False})
    answer = player.graph("GET", PAGE, appsecret_proof=proof(PAGE_TOKEN, "other-secret"))
    assert error(answer) == (100, None)
    assert player.graph("GET", PAGE, appsecret_proof=proof("other-token")).status_code == 400


def test_a_timed_proof_lives_five_minutes(player: Player) -> None:
    stamp = str(int(time.time()))
    timed = {"appsecret_proof": proof(f"{PAGE_TOKEN}|{stamp}"), "appsecret_time": stamp}
    assert player.graph("GET", PAGE, **timed).status_code == 200
    player.put("/clock", {"advance": 400})
    assert error(player.graph("GET", PAGE, **timed)) == (100, None)


def test_the_ledger_tells_where_the_token_stood(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    body = {"recipient": {"id": who}, "message": {"text": "x"}}
    query = {"appsecret_proof": proof(PAGE_TOKEN)}
    path = f"/graph/v26.0/{PAGE}/messages"
    player.send(who)
    player.http.post(path, params={**query, "access_token": PAGE_TOKEN}, json=body)
    player.http.post(path, params=query, json={**body, "access_token": PAGE_TOKEN})
    assert [one["token_place"] for one in player.sends()] == ["header", "query", "body"]
    assert all("access_token" not in one["request"] for one in player.sends())
    assert [one["token_place"] for one in player.get("/calls")["calls"]] == ["header", "query", "body"]


def test_forms_carry_objects_as_json_text(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    form = {"recipient": json.dumps({"id": who}), "message": json.dumps({"text": "x"}), "access_token": PAGE_TOKEN}
    answer = player.http.post("/graph/v26.0/me/messages", data={**form, "appsecret_proof": proof(PAGE_TOKEN)})
    assert answer.json()["recipient_id"] == who


def test_broken_json_is_a_bad_parameter(player: Player) -> None:
    headers = {"authorization": f"Bearer {PAGE_TOKEN}", "content-type": "application/json"}
    assert error(player.http.post(f"/graph/v26.0/{PAGE}/messages", content=b"{", headers=headers)) == (100, None)


def test_an_object_that_the_token_may_not_see_does_not_exist(player: Player) -> None:
    assert error(player.graph("GET", "424242")) == (100, 33)
    assert error(player.graph("GET", NUMBER)) == (100, 33)
    assert error(player.graph("POST", f"{NUMBER}/messages", {})) == (100, 33)
    who = player.say("facebook")["customer_id"]
    assert error(player.graph("GET", who, token=WA_TOKEN)) == (100, 33)


def test_a_page_needs_its_own_token(player: Player) -> None:
    player.put("/accounts/facebook/777", {"name": "Other", "access_token": "other-token", "app_id": APP})
    answer = player.graph("POST", f"{PAGE}/messages", {"recipient": {"id": "1"}}, token="other-token")
    assert error(answer) == (200, None)
    player.put("/people/55", {"pages": {PAGE: ["MESSAGING"]}, "access_token": "user-token", "app_id": APP})
    answer = player.graph("POST", f"{PAGE}/messages", {"recipient": {"id": "1"}}, token="user-token")
    assert error(answer) == (190, 2069032)


def test_a_permission_that_was_not_granted_is_missed(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    player.put(f"/tokens/{PAGE_TOKEN}", {"scopes": ["pages_show_list"]})
    assert error(player.send(who)) == (200, None)
    player.put(f"/tokens/{PAGE_TOKEN}", {"scopes": ["pages_messaging"]})
    assert player.send(who).status_code == 200


def test_an_unknown_edge_and_an_unknown_field_are_refused(player: Player) -> None:
    assert error(player.graph("GET", f"{PAGE}/nonsense")) == (2500, None)
    answer = player.graph("GET", PAGE, fields="id,nonsense")
    assert error(answer) == (100, None)
    assert "nonexisting field (nonsense)" in answer.json()["error"]["message"]
    assert error(player.graph("DELETE", f"{PAGE}/messages")) == (100, None)


def test_page_info_is_selected_by_fields(player: Player) -> None:
    found = player.graph("GET", PAGE, fields="name,category,instagram_business_account{id,username}").json()
    assert found["name"] == "Shop"
    assert found["instagram_business_account"]["username"] == "shop"
    assert set(found) == {"id", "name", "category", "instagram_business_account"}


def test_a_batch_answers_each_part_in_its_place(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    message = urlencode({"recipient": json.dumps({"id": who}), "message": json.dumps({"text": "x"})})
    parts = [
        {"method": "POST", "relative_url": "me/messages", "body": message},
        {"method": "GET", "relative_url": f"{PAGE}?fields=name"},
        {"method": "POST", "relative_url": f"{PAGE}/messages", "body": "recipient=%7B%7D"},
    ]
    form = {"access_token": PAGE_TOKEN, "appsecret_proof": proof(PAGE_TOKEN), "include_headers": "false"}
    answers = player.http.post("/graph/v26.0/", data={**form, "batch": json.dumps(parts)}).json()
    assert [one["code"] for one in answers] == [200, 200, 400]
    assert json.loads(answers[1]["body"])["name"] == "Shop"
    assert len(player.sends()) == 1
    too_many = json.dumps([parts[1]] * 51)
    assert error(player.http.post("/graph/v26.0/", data={**form, "batch": too_many})) == (100, None)


def test_usage_headers_appear_only_after_some_use(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    assert "x-app-usage" not in player.send(who).headers
    player.put(f"/accounts/facebook/{PAGE}", {"engaged_users": 1})
    for _ in range(9):
        answer = player.send(who)
    usage = json.loads(answer.headers["x-business-use-case-usage"])[PAGE][0]
    assert usage["type"] == "messenger"
    assert usage["call_count"] == 5
    assert json.loads(answer.headers["x-app-usage"])["call_count"] == 5


def test_app_secret_and_token_are_found_in_no_answer(player: Player) -> None:
    answer = player.graph("GET", PAGE, token="nonsense")
    assert SECRET not in answer.text
    assert "nonsense" not in answer.text
