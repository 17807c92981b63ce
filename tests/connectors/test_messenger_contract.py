"""Messenger keeps the contract of a connector."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from hubbub.connectors import base
from hubbub.connectors.messages import ApiResponse
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.connectors.outcomes import Accepted, Rejected, RetryLater, Uncertain
from tests.connectors.contract import ConnectorContract
from tests.connectors.messenger import CONTEXT, SAMPLES, answer, refusal


class TestMessengerContract(ConnectorContract):
    connector = MessengerConnector()
    folder = "messenger"
    signature_header = "x-hub-signature-256"
    unknown_item: ClassVar[dict[str, Any]] = {
        "sender": {"id": "7"},
        "recipient": {"id": "108743025599887"},
        "timestamp": 1700000000000,
        "hologram": {"mid": "m_h"},
    }
    context = CONTEXT
    outbound = SAMPLES
    answers: ClassVar[list[tuple[str, ApiResponse, type[Any]]]] = [
        ("a message id", answer({"recipient_id": "7", "message_id": "m_1"}), Accepted),
        ("the window is closed", refusal(10, 2018278), Rejected),
        ("an unknown code", refusal(987654), Rejected),
        ("the Page's limit", refusal(32), RetryLater),
        ("a passing error of a known code", refusal(100, is_transient=True), RetryLater),
        ("a passing error of an unknown code", refusal(987654, is_transient=True), RetryLater),
        ("a readable error with 500", refusal(987654, status=500), RetryLater),
        ("a broken answer", refusal(1, 1357046, status=500), Uncertain),
        ("an answer without an id", answer({"recipient_id": "7"}), Uncertain),
        ("an answer that is no JSON", ApiResponse(status=200, headers={}, body=b"<html>"), Uncertain),
        ("a refusal by somebody in between", ApiResponse(status=403, headers={}, body=b"Forbidden"), Rejected),
    ]

    def signature(self, body: bytes, secret: bytes) -> str:
        return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()

    def text_item(self, text: str, number: int) -> dict[str, Any]:
        return {
            "sender": {"id": "7"},
            "recipient": {"id": "108743025599887"},
            "timestamp": 1700000000000 + number,
            "message": {"mid": f"m_{number}", "text": text},
        }

    def body(self, items: Mapping[str, list[Any]]) -> dict[str, Any]:
        entries = [
            {"id": address, "time": 1700000000000, "messaging": [_to(address, item) for item in listed]}
            for address, listed in items.items()
        ]
        return {"object": "page", "entry": entries}


def _to(address: str, item: Any) -> Any:
    return {**item, "recipient": {"id": address}} if isinstance(item, dict) and "recipient" in item else item


def test_messenger_has_every_ability_but_none_of_anothers() -> None:
    connector = MessengerConnector()
    for ability in (
        base.Connector,
        base.FetchesProfiles,
        base.DownloadsMedia,
        base.UploadsMedia,
        base.ShowsTyping,
        base.MarksRead,
        base.TransfersThread,
        base.ModeratesComments,
        base.SyncsTemplates,
        base.ConfiguresProfile,
        base.ProbesAccount,
        base.Subscribes,
    ):
        assert isinstance(connector, ability), ability.__name__


def test_the_written_list_of_what_arrives_names_every_section_of_the_platforms_page() -> None:
    folder = Path(str(base.__file__)).parent / "messenger" / "recordings"
    text = (folder / "coverage.json").read_text("utf-8")
    for number in range(13):
        assert f'"section": "2.{number}"' in text
