"""Misbehaviour on demand, each kind once."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import IG, NUMBER, PAGE, PAGE_TOKEN, Player, error, proof

Json = dict[str, Any]


def rule(player: Player, fault: str, **match: Any) -> None:
    player.put("/faults", [{"match": match, "fault": fault}])


def kinds(player: Player) -> list[str]:
    """What the hub got, in order."""
    found = []
    for body in player.hub.bodies("/webhooks/facebook"):
        item = body["entry"][0]["messaging"][0]
        found.append(
            "echo"
            if item.get("message", {}).get("is_echo")
            else next(k for k in ("message", "delivery", "read") if k in item)
        )
    return found


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("429", (613, None)),
        ("quota", (80006, None)),
        ("500", (1, None)),
        ("503", (2, None)),
        ("token_revoked", (190, 467)),
        ("error:10/2018108", (10, 2018108)),
        ("error:368", (368, None)),
    ],
)
def test_graph_answers_with_the_fault_and_accepts_nothing(
    player: Player, fault: str, expected: tuple[int, int | None]
) -> None:
    who = player.say("facebook")["customer_id"]
    rule(player, fault, times=1)
    answer = player.send(who)
    assert error(answer) == expected
    assert answer.status_code == {"500": 500, "503": 503}.get(fault, 400)
    assert answer.json()["error"].get("is_transient", False) == (fault in ("500", "503"))
    assert player.sends() == []
    assert player.send(who).status_code == 200
    assert player.get("/calls")["calls"][0]["fault"] == fault.split(":")[0]


@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        ("429", 429, "The API rate limit has been exceeded. Try again later."),
        ("quota", 429, "You have reached your monthly limit."),
        ("500", 500, "Internal server error"),
        ("token_revoked", 401, "Authentication failed due to the following reason: invalid token."),
        ("error:403/Forbidden", 403, "Forbidden"),
    ],
)
def test_line_answers_with_the_fault(player: Player, fault: str, status: int, message: str) -> None:
    who = player.say("line")["customer_id"]
    rule(player, fault, platform="line")
    answer = player.push(who, {"type": "text", "text": "hi"})
    assert (answer.status_code, answer.json()["message"]) == (status, message)


def test_whatsapp_and_instagram_are_throttled_in_their_own_codes(player: Player) -> None:
    whatsapp, instagram = player.say("whatsapp")["customer_id"], player.say("instagram")["customer_id"]
    rule(player, "429")
    assert error(player.whatsapp({"to": "+" + whatsapp, "type": "text", "text": {"body": "x"}})) == (130429, None)
    body = {"recipient": {"id": instagram}, "message": {"text": "x"}}
    assert error(player.graph("POST", f"{IG}/messages", body)) == (613, 2534040)


def test_a_lost_answer_was_accepted_and_a_refused_call_was_not(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    rule(player, "answer_lost", times=1)
    with pytest.raises(httpx.TransportError):
        player.send(who)
    rule(player, "refuse_before", times=1)
    with pytest.raises(httpx.TransportError):
        player.send(who)
    assert [one["answered"] for one in player.sends()] == [False]
    assert [one["status"] for one in player.get("/calls")["calls"]] == [0, 0]
    player.wait_for_webhook("echo")


def test_a_lost_answer_waits_for_a_call_that_is_accepted(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    rule(player, "answer_lost", times=1)
    assert player.send("1234567890123456").status_code == 400
    assert player.get("/faults")["rules"][0]["times_left"] == 1
    with pytest.raises(httpx.TransportError):
        player.send(who)


def test_a_slow_answer_comes_after_the_clients_patience(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    rule(player, "slow:0.5", times=1)
    body = {"recipient": {"id": who}, "message": {"text": "x"}}
    query = {"appsecret_proof": proof(PAGE_TOKEN), "access_token": PAGE_TOKEN}
    with pytest.raises(httpx.ReadTimeout):
        player.http.post(f"/graph/v26.0/{PAGE}/messages", params=query, json=body, timeout=0.1)
    player.hub.wait_for(lambda: [one["answered"] for one in player.sends()] == [False])


def test_usage_can_be_told(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    rule(player, "usage:97")
    assert json.loads(player.send(who).headers["x-app-usage"])["call_count"] == 97


def test_rules_match_by_account_path_method_and_kind(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    rule(player, "500", account=NUMBER)
    assert player.send(who).status_code == 200
    rule(player, "500", path_contains="/messages", method="GET")
    assert player.send(who).status_code == 200
    rule(player, "500", sends=True)
    assert player.graph("GET", PAGE).status_code == 200
    assert player.send(who).status_code == 500


def test_chance_follows_the_seed(player: Player) -> None:
    who = player.say("facebook")["customer_id"]

    def outcomes() -> list[int]:
        player.put("/seed", {"seed": 7})
        rule(player, "500", probability=0.5)
        return [player.send(who).status_code for _ in range(12)]

    first = outcomes()
    assert set(first) == {200, 500}
    assert outcomes() == first


def test_an_echo_can_come_before_the_answer(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    rule(player, "echo_before")
    player.send(who)
    assert "echo" in kinds(player)


def test_an_echo_can_come_twice_or_never_or_late(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    rule(player, "echo_twice")
    player.send(who)
    player.quiet()
    assert kinds(player) == ["message", "echo", "echo", "delivery"]
    rule(player, "echo_never")
    player.send(who)
    player.quiet()
    assert kinds(player)[4:] == ["delivery"]
    rule(player, "echo_late:0.1")
    player.send(who)
    player.quiet()
    assert kinds(player)[5:] == ["delivery", "echo"]


def test_all_receipts_of_a_send_can_be_dropped(player: Player) -> None:
    who = player.say("facebook")["customer_id"]
    rule(player, "drop_receipt", times=1)
    player.send(who)
    player.send(who)
    player.quiet()
    assert kinds(player) == ["message", "echo", "delivery"]


def test_receipts_can_come_in_the_wrong_order(player: Player) -> None:
    player.put("/settings", {"auto_read": True})
    who = player.say("facebook")["customer_id"]
    rule(player, "status_out_of_order")
    player.send(who)
    player.quiet()
    assert kinds(player) == ["message", "read", "delivery", "echo"]
    said = player.say("whatsapp")
    player.whatsapp({"to": "+" + said["customer_id"], "type": "text", "text": {"body": "x"}})
    player.quiet()
    values = [body["entry"][0]["changes"][0]["value"] for body in player.hub.bodies("/webhooks/whatsapp")]
    assert [one["statuses"][0]["status"] for one in values if "statuses" in one] == ["read", "delivered", "sent"]


def test_a_webhook_can_come_twice(player: Player) -> None:
    rule(player, "duplicate_webhook", platform="line")
    player.say("line")
    player.quiet()
    ids = [body["events"][0]["webhookEventId"] for body in player.hub.bodies("/webhooks/line")]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_webhook_can_be_overtaken(player: Player) -> None:
    player.put("/faults", [{"match": {"times": 1}, "fault": "late_webhook:0.2"}])
    player.say("facebook", "first", wait=False)
    player.say("facebook", "second")
    player.quiet()
    texts = [body["entry"][0]["messaging"][0]["message"]["text"] for body in player.hub.bodies()]
    assert texts == ["second", "first"]


def test_callbacks_can_be_switched_off(player: Player) -> None:
    player.put("/settings", {"callbacks": "off"})
    player.send(player.say("facebook")["customer_id"])
    player.quiet()
    assert kinds(player) == ["message"]


@pytest.mark.parametrize(
    "rules",
    [
        [{"fault": "nonsense"}],
        [{"match": {"weather": "bad"}, "fault": "500"}],
        ["500"],
        {"rules": 5},
    ],
)
def test_a_wrong_rule_is_refused_with_a_sentence(player: Player, rules: Any) -> None:
    answer = player.http.put("/_sandbox/faults", json=rules)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


def test_a_rule_is_told_as_it_can_be_given_again(player: Player) -> None:
    rules = [{"match": {"platform": "line", "sends": True}, "fault": "slow:5"}]
    player.put("/faults", rules)
    told = player.get("/faults")["rules"]
    assert [{"match": rule["match"], "fault": rule["fault"]} for rule in told] == rules
