"""The control API: fixtures, mistakes, resets, the ledger, the clock, the process itself."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.ledger import BLOCK, Ledger
from sandbox.limits import Limits
from tests.sandbox.conftest import APP, BOT, IG, NUMBER, PAGE, Player

ROOT = Path(__file__).resolve().parents[2]


def put(player: Player, path: str, value: Any) -> Any:
    return player.http.put(f"/_sandbox{path}", json=value)


def test_fixtures_are_idempotent(player: Player) -> None:
    before = player.say("facebook")["customer_id"]
    player.put(f"/accounts/facebook/{PAGE}", {"name": "New name"})
    assert player.say("facebook")["customer_id"] == before
    assert player.graph("GET", PAGE, fields="name").json()["name"] == "New name"
    listed = {one["external_id"] for one in player.get("/accounts")["accounts"]}
    assert listed == {PAGE, IG, NUMBER, BOT}
    assert player.get("/apps")["apps"][0]["app_id"] == APP


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/apps/abc", {"app_secret": "s"}),
        ("/apps/77", {}),
        ("/accounts/facebook/1", {}),
        ("/accounts/facebook/1", {"app_id": "404"}),
        ("/accounts/telegram/1", {"app_id": APP}),
        (f"/accounts/facebook/{PAGE}", {"colour": "red"}),
        ("/accounts/whatsapp/1", {"app_id": APP}),
        ("/accounts/line/1", {}),
        (f"/customers/facebook/{PAGE}/Mali", {"colour": "red"}),
        ("/customers/facebook/404/Mali", {}),
        ("/settings", {"colour": "red"}),
        ("/settings", {"limits": "sometimes"}),
        ("/settings", {"latency_ms": "fast"}),
        ("/seed", {}),
        ("/tokens/unknown", {}),
    ],
)
def test_a_mistake_gets_one_sentence(player: Player, path: str, value: Any) -> None:
    answer = put(player, path, value)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize(
    "value",
    [
        {"platform": "fax", "text": "x"},
        {"platform": "facebook", "account": "404", "text": "x"},
        {"platform": "facebook", "text": 5},
        {"platform": "facebook", "type": "hologram"},
        {"platform": "facebook", "from": "", "text": "x"},
    ],
)
def test_an_impossible_say_gets_one_sentence(player: Player, value: Any) -> None:
    answer = player.http.post("/_sandbox/say", json=value)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


def test_an_impossible_act_names_the_possible_ones(player: Player) -> None:
    answer = player.http.post("/_sandbox/act", json={"platform": "line", "from": "Mali", "action": "dance"})
    assert "unfollow" in answer.json()["error"]
    answer = player.http.post("/_sandbox/act", json={"platform": "line", "from": "Mali"})
    assert answer.status_code == 400
    assert player.http.get("/_sandbox/nonsense").status_code == 404
    assert player.http.get("/nonsense").status_code == 404


def test_the_account_may_be_left_out_when_there_is_one(player: Player) -> None:
    player.put("/accounts/facebook/777", {"name": "Other", "access_token": "other", "app_id": APP})
    answer = player.http.post("/_sandbox/say", json={"platform": "facebook", "text": "x"})
    assert answer.status_code == 400
    assert "777" in answer.json()["error"]
    assert player.say("facebook", account="777")["acked"] is True


def test_the_ledger_is_read_from_a_number_and_by_account_and_recipient(player: Player) -> None:
    mali, noi = player.say("facebook")["customer_id"], player.say("facebook", who="Noi")["customer_id"]
    for who in (mali, noi, mali):
        player.send(who)
    line = player.say("line")["customer_id"]
    player.push(line, {"type": "text", "text": "x"})
    assert [one["n"] for one in player.sends()] == [1, 2, 3, 4]
    assert [one["n"] for one in player.get("/ledger", since=2)["sends"]] == [3, 4]
    assert [one["n"] for one in player.get("/ledger", account=PAGE)["sends"]] == [1, 2, 3]
    assert [one["n"] for one in player.get("/ledger", recipient=mali)["sends"]] == [1, 3]
    assert len(player.get("/ledger", limit=1)["sends"]) == 1
    player.http.delete("/_sandbox/ledger")
    assert player.get("/ledger") == {"count": 0, "first": 1, "sends": []}


def test_a_long_ledger_keeps_its_order_in_blocks_and_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    ledger = Ledger(file)
    for number in range(3 * BLOCK + 5):
        ledger.write({"account": "a", "recipient": str(number), "message_id": "m", "request": {}})
    ledger.mark_unanswered(2)
    assert [one["n"] for one in ledger.read(BLOCK - 1)] == list(range(BLOCK, 3 * BLOCK + 6))
    assert [one["n"] for one in ledger.read(0) if not one["answered"]] == [2]
    ledger.close()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == 3 * BLOCK + 6
    assert lines[-1] == {"n": 2, "answered": False}


def test_a_refused_call_is_on_the_list_of_calls_with_its_code(player: Player) -> None:
    player.send("1234567890123456")
    call = player.get("/calls")["calls"][-1]
    assert (call["status"], call["code"], call["subcode"], call["account"]) == (400, 100, 2018001, PAGE)
    assert call["path"] == f"/v26.0/{PAGE}/messages"
    assert player.get("/calls", since=call["n"])["calls"] == []
    player.http.delete("/_sandbox/calls")
    assert player.get("/calls") == {"count": 0, "calls": []}


def test_the_clock_can_be_moved_and_set_back(player: Player) -> None:
    before = player.put("/clock", {"offset": 0})["now_ms"]
    assert player.put("/clock", {"advance": 86400})["now_ms"] - before >= 86400_000
    assert player.put("/clock", {"offset": 0})["offset"] == 0


def test_a_reset_forgets_accounts(player: Player) -> None:
    player.http.delete("/_sandbox/state")
    assert player.get("/health")["accounts"] == 0


def test_a_rolling_window_lets_calls_in_again_one_by_one() -> None:
    limits = Limits()
    assert [limits.count("k", 2, 10.0, now) for now in (0.0, 4.0, 5.0, 10.0, 13.9, 14.0)] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]
    many = [limits.count("m", 5000, 86400.0, float(now)) for now in range(5001)]
    assert many.count(False) == 1
    assert limits.count("m", 5000, 86400.0, 90000.0)


def test_a_bucket_fills_again_within_a_second() -> None:
    limits = Limits()
    assert [limits.take("k", 3.0, 0.0) for _ in range(4)] == [True, True, True, False]
    assert [limits.take("k", 3.0, 0.5) for _ in range(2)] == [True, False]


def test_a_steady_pace_to_one_person_is_never_refused() -> None:
    limits = Limits()
    assert all(limits.pair("k", 6.0 * number) for number in range(100))
    assert [limits.pair("b", 0.1 * number) for number in range(46)].count(False) == 1


def start(*options: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--hub", "http://127.0.0.1:1", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    assert process.stdout.readline() == "sandbox ready\n"
    return process, url


def stop(process: subprocess.Popen[str]) -> int:
    process.terminate()
    code = process.wait(timeout=60)
    assert process.stdout is not None
    process.stdout.close()
    return code


def test_the_process_says_when_it_is_ready_and_writes_its_ledger(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    process, url = start("--ledger", str(file))
    try:
        with urllib.request.urlopen(f"{url}/_sandbox/health", timeout=5) as answer:
            assert json.load(answer)["ok"] is True
    finally:
        code = stop(process)
    assert code == 0
    assert file.exists()


def test_people_and_conversations_survive_a_restart(tmp_path: Path) -> None:
    setup, state = tmp_path / "setup.json", tmp_path / "state.json"
    account = {"name": "Shop", "channel_secret": "s", "access_token": "t"}
    setup.write_text(json.dumps({"settings": {"retries": []}, "accounts": {f"line/{BOT}": account}}))
    options = ("--setup", str(setup), "--state", str(state))
    process, url = start(*options)
    try:
        said = httpx.post(f"{url}/_sandbox/say", json={"platform": "line", "from": "Mali", "text": "hello"}).json()
        assert httpx.get(f"{url}/_sandbox/health").json()["waiting"] == 0
    finally:
        assert stop(process) == 0
    process, url = start(*options)
    try:
        shown = httpx.get(f"{url}/_sandbox/phone", params={"platform": "line", "from": "Mali"}).json()
        assert [one["id"] for one in shown["messages"]] == [said["message_id"]]
        body = {"to": said["customer_id"], "messages": [{"type": "text", "text": "welcome back"}]}
        headers = {"authorization": "Bearer t"}
        assert httpx.post(f"{url}/line/v2/bot/message/push", json=body, headers=headers).status_code == 200
        again = httpx.post(f"{url}/_sandbox/say", json={"platform": "line", "from": "Mali", "text": "hello"}).json()
        assert (again["customer_id"], again["message_id"] != said["message_id"]) == (said["customer_id"], True)
    finally:
        stop(process)


def test_what_was_remembered_and_cannot_be_read_does_not_keep_it_from_starting(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    for content in ("{", '{"line:U1": 3}', "[]"):
        state.write_text(content)
        process, url = start("--state", str(state))
        try:
            assert httpx.get(f"{url}/_sandbox/health").json()["ok"] is True
        finally:
            assert stop(process) == 0
    assert state.read_text() == "{}"


def test_it_imports_neither_django_nor_the_product() -> None:
    code = (
        "import sys, sandbox.__main__; "
        "names = [n.split('.') for n in sys.modules]; "
        "bad = [n for n in names if n[0] == 'django' or (n[0] == 'hubbub' and n[1:2] not in ([], ['kit']))]; "
        "sys.exit(1 if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0
