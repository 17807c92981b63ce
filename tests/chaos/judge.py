"""Compares what the platforms' ledger says with what the hub shows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx
import psycopg

from tests.chaos.town import Town
from tests.chaos.troubles import Said

STILL_TO_DO = """
SELECT (SELECT count(*) FROM delivery WHERE processed_at IS NULL),
       (SELECT count(*) FROM automation_item), (SELECT count(*) FROM outbox)
"""
AUTOMATION_LOG = """
SELECT m.text FROM automation_log l JOIN message m ON m.id = l.message_id WHERE l.decision = 'auto_reply' ORDER BY l.id
"""
ANSWER_PREFIX = "echo "


@dataclass(slots=True, kw_only=True)
class Verdict:
    """The counts of a run. All of `FORBIDDEN` must be 0."""

    said: int = 0
    acknowledged: int = 0
    visible: int = 0
    answered: int = 0
    unknown: int = 0
    answers_cut: int = 0
    lost: int = 0
    visible_twice: int = 0
    sent_twice: int = 0
    automation_twice: int = 0
    send_order_violations: int = 0
    automation_order_violations: int = 0
    unanswered: int = 0
    not_drained: int = 0
    drain_seconds: float = 0.0
    doubled: list[dict[str, Any]] = field(default_factory=list)
    """The first few that were sent twice, as the platform saw them."""

    FORBIDDEN = (
        "lost",
        "visible_twice",
        "sent_twice",
        "automation_twice",
        "send_order_violations",
        "automation_order_violations",
        "unanswered",
        "not_drained",
    )

    def faults(self, most_unknown: int) -> list[str]:
        """What is wrong, in words; empty when nothing is."""
        found = [f"{name} = {getattr(self, name)}" for name in self.FORBIDDEN if getattr(self, name)]
        if self.unknown > most_unknown:
            found.append(f"unknown = {self.unknown}, but only {most_unknown} calls were cut")
        if not self.said or not self.answered:
            found.append("the run did nothing")
        return found

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def drain(town: Town, seconds: float) -> tuple[float, int]:
    """Wait until nothing is left to do; returns how long it took and what is left."""
    begin, left = time.monotonic(), -1
    while time.monotonic() - begin < seconds:
        left = _left(town)
        if left == 0:
            return time.monotonic() - begin, 0
        time.sleep(0.5)
    return time.monotonic() - begin, left


def _left(town: Town) -> int:
    try:
        waiting = int(town.sandbox.get("/webhooks", params={"state": "waiting"}).json()["waiting"])
        with psycopg.connect(town.direct_url, connect_timeout=2) as admin:
            row = admin.execute(STILL_TO_DO).fetchone()
    except (psycopg.Error, httpx.HTTPError):
        return 1
    return waiting + sum(row or (1,))


def judge(town: Town, said: Said) -> Verdict:
    """The whole comparison."""
    verdict = Verdict(said=len(said.texts))
    acknowledged = set(town.sandbox.get("/acked", timeout=120).json()["messages"])
    inbound, outbound = _visible(town)
    _judge_inbound(verdict, town, said, acknowledged, inbound)
    sends = list(_sends(town))
    _judge_sends(verdict, said, sends, outbound)
    _judge_automation(verdict, town, said)
    return verdict


def _visible(town: Town) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Every message that the API shows."""
    inbound: list[dict[str, Any]] = []
    outbound: list[dict[str, Any]] = []
    for conversation in _pages(town.api, "/conversations"):
        for message in _pages(town.api, f"/conversations/{conversation['id']}/messages"):
            (inbound if message["direction"] == "inbound" else outbound).append(message)
    return inbound, outbound


def _pages(api: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = _get(api, path, {"limit": 200, **({"cursor": cursor} if cursor else {})})
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _get(api: httpx.Client, path: str, params: dict[str, Any]) -> dict[str, Any]:
    """A read of the API. The database may have come back a moment ago only: 503 is asked again, 500 is a bug."""
    for _ in range(10):
        answer = api.get(path, params=params)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        time.sleep(1)
    answer.raise_for_status()
    page: dict[str, Any] = answer.json()
    return page


def _judge_inbound(
    verdict: Verdict, town: Town, said: Said, acknowledged: set[str], inbound: list[dict[str, Any]]
) -> None:
    shown = Counter(message["text"] for message in inbound)
    by_id = {message["external_id"] for message in inbound}
    ours = {one for one in acknowledged if not one.startswith(("echo:", "delivery:", "read:", "status:"))}
    verdict.acknowledged = len(ours)
    verdict.visible = len(inbound)
    verdict.lost = sum(text not in shown for text in said.texts)
    verdict.visible_twice = sum(count - 1 for count in shown.values() if count > 1)
    assert by_id


def _sends(town: Town) -> Iterator[dict[str, Any]]:
    since = 0
    while True:
        page = town.sandbox.get("/ledger", params={"since": since, "limit": 5000}, timeout=60).json()
        yield from page["sends"]
        if not page["sends"]:
            return
        since = page["sends"][-1]["n"]


def _texts_of(send: dict[str, Any]) -> list[str]:
    request = send["request"]
    if send["platform"] == "line":
        return [str(message.get("text", "")) for message in request.get("messages", [])]
    if send["platform"] == "whatsapp":
        return [str((request.get("text") or {}).get("body", ""))]
    return [str((request.get("message") or {}).get("text", ""))]


def _judge_sends(verdict: Verdict, said: Said, sends: list[dict[str, Any]], outbound: list[dict[str, Any]]) -> None:
    answers = [
        text.removeprefix(ANSWER_PREFIX) for send in sends for text in _texts_of(send) if text.startswith(ANSWER_PREFIX)
    ]
    counted = Counter(answers)
    verdict.answered = len(counted)
    verdict.sent_twice = sum(count - 1 for count in counted.values() if count > 1)
    verdict.doubled = _doubled({text for text, count in counted.items() if count > 1}, sends, outbound)
    verdict.answers_cut = sum(not send["answered"] for send in sends)
    verdict.send_order_violations = _violations(said, answers)
    unsure = {
        message["text"].removeprefix(ANSWER_PREFIX)
        for message in outbound
        if message["status"] in {"unknown", "failed"}
    }
    verdict.unknown = sum(message["status"] == "unknown" for message in outbound)
    verdict.unanswered = sum(text not in counted and text not in unsure for text in said.texts)


def _doubled(
    texts: set[str], sends: list[dict[str, Any]], outbound: list[dict[str, Any]], most: int = 10
) -> list[dict[str, Any]]:
    status = {message["text"].removeprefix(ANSWER_PREFIX): message["status"] for message in outbound}
    return [
        {
            "text": text,
            "status": status.get(text),
            "sends": [
                {name: send.get(name) for name in ("n", "platform", "kind", "at", "answered", "retry_key")}
                for send in sends
                if ANSWER_PREFIX + text in _texts_of(send)
            ],
        }
        for text in sorted(texts)[:most]
    ]


def _judge_automation(verdict: Verdict, town: Town, said: Said) -> None:
    with psycopg.connect(town.direct_url) as admin:
        received = [str(row[0]) for row in admin.execute(AUTOMATION_LOG).fetchall()]
    verdict.automation_twice = len(received) - len(set(received))
    verdict.automation_order_violations = _violations(said, received)


def _violations(said: Said, texts: list[str]) -> int:
    """How often a conversation's message comes after one that was said later."""
    newest: dict[tuple[str, str], int] = {}
    violations = 0
    for text in texts:
        if text not in said.texts:
            continue
        platform, customer, number = said.texts[text]
        violations += number < newest.get((platform, customer), -1)
        newest[platform, customer] = max(number, newest.get((platform, customer), -1))
    return violations
