"""The shared contract, for Instagram."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, ClassVar

from hubbub.connectors.instagram.connector import InstagramConnector
from hubbub.connectors.messages import ApiResponse, Card, Media, OutboundKind, OutboundMessage
from hubbub.connectors.outcomes import Accepted, Rejected, RetryLater, Uncertain
from hubbub.kit.json import dumps
from tests.connectors.contract import ConnectorContract
from tests.connectors.instagram_values import context, message


def _answer(value: Any, status: int = 200) -> ApiResponse:
    return ApiResponse(status=status, headers={}, body=dumps(value))


def _error(code: int, subcode: int | None = None, status: int = 400) -> ApiResponse:
    error = {"message": "…", "code": code, "fbtrace_id": "Atrace"}
    return _answer({"error": error if subcode is None else {**error, "error_subcode": subcode}}, status)


class TestInstagramContract(ConnectorContract):
    connector = InstagramConnector()
    folder = "instagram"
    signature_header = "x-hub-signature-256"
    unknown_item: ClassVar[dict[str, Any]] = {
        "sender": {"id": "1"},
        "recipient": {"id": "2"},
        "timestamp": 1763460000000,
        "telepathy": {},
    }
    context = context()
    outbound: ClassVar[Mapping[OutboundKind, OutboundMessage]] = {
        OutboundKind.TEXT: message(OutboundKind.TEXT, text="hello"),
        OutboundKind.MEDIA: message(OutboundKind.MEDIA, media=(Media(type="image", url="https://example.com/a.png"),)),
        OutboundKind.CARDS: message(OutboundKind.CARDS, cards=(Card(title="Bag", subtitle="990 THB"),)),
        OutboundKind.STICKER: message(OutboundKind.STICKER),
        OutboundKind.REACTION: message(OutboundKind.REACTION, reaction_to_external_id="m", reaction_emoji="❤️"),
        OutboundKind.COMMENT_REPLY: message(OutboundKind.COMMENT_REPLY, comment_external_id="c", text="Thanks"),
        OutboundKind.PRIVATE_REPLY: message(OutboundKind.PRIVATE_REPLY, comment_external_id="c", text="Hello"),
        OutboundKind.NATIVE: OutboundMessage(message_id="m", kind=OutboundKind.NATIVE, native={"text": "hello"}),
    }
    answers: ClassVar[list[tuple[str, ApiResponse, type[Any]]]] = [
        ("a send", _answer({"recipient_id": "1", "message_id": "aWdf"}), Accepted),
        ("a closed window", _error(10, 2534022), Rejected),
        ("a dead token", _error(190, 463, 401), Rejected),
        ("a throttle", _error(613, 2534040), RetryLater),
        ("a quota", _error(80002), RetryLater),
        ("a passing problem", _error(2, None, 500), RetryLater),
        ("an answer that is no JSON", ApiResponse(status=200, headers={}, body=b"<html>"), Uncertain),
        ("an answer without an id", _answer({}), Uncertain),
        ("a gateway's error", ApiResponse(status=502, headers={}, body=b"Bad Gateway"), Uncertain),
        ("a broken answer after a send", _error(1, 1357046), Uncertain),
    ]

    def signature(self, body: bytes, secret: bytes) -> str:
        return f"sha256={hmac.digest(secret, body, 'sha256').hex()}"

    def text_item(self, text: str, number: int) -> dict[str, Any]:
        return {
            "sender": {"id": "1234567890123456"},
            "recipient": {"id": "17841400000000001"},
            "timestamp": 1763460000000 + number,
            "message": {"mid": f"aWdf{text[:20]}:{number}", "text": text},
        }

    def body(self, items: Mapping[str, list[Any]]) -> dict[str, Any]:
        entries = [{"id": account, "time": 1763460000000, "messaging": listed} for account, listed in items.items()]
        return {"object": "instagram", "entry": entries}
