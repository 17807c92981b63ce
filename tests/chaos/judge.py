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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Calls of which the hub cannot know how they ended, beside those in the sandbox's ledger."""

    left_sending: set[str]
    """Texts of the messages that a killed sender left in `sending`."""
    vague_answers: int


@dataclass(slots=True, kw_only=True)
class Verdict:
    """The counts of a run. All of `FORBIDDEN` must be 0."""

    said: int = 0
    acknowledged: int = 0
    visible: int = 0
    answered: int = 0
    calls_cut: int = 0
    """Messages whose call's answer cannot have told the hub anything: the next three together, none counted twice."""
    answers_lost: int = 0
    """Accepted by the platform, and the answer never left it: the sandbox's ledger."""
    left_sending: int = 0
    """In `sending` when the sender was killed."""
    vague_answers: int = 0
    """LINE answered that it is busy, which does not say whether a free reply went out."""
    unknown: int = 0
    unknown_not_cut: int = 0
    failed: int = 0
    lost: int = 0
    acknowledged_not_stored: int = 0
    visible_twice: int = 0
    sent_twice: int = 0
    automation_twice: int = 0
    send_order_violations: int = 0
    automation_order_violations: int = 0
    unanswered: int = 0
    not_drained: int = 0
    drain_seconds: float = 0.0
    examples: list[dict[str, Any]] = field(default_factory=list)
    """The first few that were sent twice, are unknown without a cut, or failed, as the platform saw them."""

    FORBIDDEN = (
        "unknown_not_cut",
        "failed",
        "lost",
        "acknowledged_not_stored",
        "visible_twice",
        "sent_twice",
        "automation_twice",
        "send_order_violations",
        "automation_order_violations",
        "unanswered",
        "not_drained",
    )

    def faults(self) -> list[str]:
        """What is wrong, in words; empty when nothing is."""
        found = [f"{name} = {getattr(self, name)}" for name in self.FORBIDDEN if getattr(self, name)]
        if self.unknown > self.calls_cut:
            found.append(f"unknown = {self.unknown}, but only {self.calls_cut} calls were cut")
        if not self.said or not self.acknowledged or not self.answered:
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


def judge(town: Town, said: Said, cut: Cut) -> Verdict:
    """The whole comparison."""
    verdict = Verdict(said=len(said.texts))
    acknowledged = set(town.sandbox.get("/acked", timeout=120).json()["messages"])
    inbound, outbound = _visible(town)
    _judge_stored(verdict, said, acknowledged, inbound, outbound)
    sends = list(_sends(town))
    _judge_sends(verdict, said, sends, outbound)
    judge_unknown(verdict, sends, outbound, cut)
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


def _judge_stored(
    verdict: Verdict,
    said: Said,
    acknowledged: set[str],
    inbound: list[dict[str, Any]],
    outbound: list[dict[str, Any]],
) -> None:
    """`acknowledged`: ids of messages and of echoes whose webhook was answered with 200."""
    shown = Counter(message["text"] for message in inbound)
    answered = Counter(message["text"] for message in outbound)
    stored = {message["external_id"] for message in [*inbound, *outbound]}
    verdict.acknowledged = len(acknowledged)
    verdict.acknowledged_not_stored = len(acknowledged - stored)
    verdict.visible = len(inbound)
    verdict.lost = sum(text not in shown for text in said.texts)
    verdict.visible_twice = sum(count - 1 for counted in (shown, answered) for count in counted.values())


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
    doubled = {ANSWER_PREFIX + text for text, count in counted.items() if count > 1}
    verdict.examples += _examples(doubled, sends, outbound)
    verdict.send_order_violations = _violations(said, answers)
    unsure = {
        message["text"].removeprefix(ANSWER_PREFIX)
        for message in outbound
        if message["status"] in {"unknown", "failed"}
    }
    verdict.unanswered = sum(text not in counted and text not in unsure for text in said.texts)


def judge_unknown(verdict: Verdict, sends: list[dict[str, Any]], outbound: list[dict[str, Any]], cut: Cut) -> None:
    """ "unknown" is for those messages alone whose call was really cut."""
    unanswered = {text for send in sends if not send["answered"] for text in _texts_of(send)}
    unknown = {message["text"]: message for message in outbound if message["status"] == "unknown"}
    not_cut = unknown.keys() - unanswered - cut.left_sending
    told_nothing = sorted(text for text in not_cut if (unknown[text]["error"] or {}).get("platform_code") == "503")
    not_cut -= {*told_nothing[: cut.vague_answers]}
    verdict.answers_lost, verdict.left_sending = len(unanswered), len(cut.left_sending)
    verdict.vague_answers = cut.vague_answers
    verdict.calls_cut = len(unanswered | cut.left_sending) + cut.vague_answers
    verdict.unknown, verdict.unknown_not_cut = len(unknown), len(not_cut)
    failed = {message["text"] for message in outbound if message["status"] == "failed"}
    verdict.failed = len(failed)
    verdict.examples += _examples(not_cut | failed, sends, outbound)


def _examples(
    texts: set[str], sends: list[dict[str, Any]], outbound: list[dict[str, Any]], most: int = 10
) -> list[dict[str, Any]]:
    shown = {message["text"]: message for message in outbound}
    return [
        {
            "text": text,
            **{name: shown.get(text, {}).get(name) for name in ("id", "status", "error")},
            "sends": [
                {name: send.get(name) for name in ("n", "platform", "kind", "at", "answered", "retry_key")}
                for send in sends
                if text in _texts_of(send)
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
