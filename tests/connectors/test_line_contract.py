"""LINE against the suite that every connector passes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, ClassVar

from hubbub.connectors.line.connector import LineConnector
from hubbub.connectors.messages import (
    ApiResponse,
    Button,
    ButtonType,
    Card,
    ChannelAccess,
    Credentials,
    Media,
    OutboundKind,
    OutboundMessage,
    SendContext,
)
from hubbub.connectors.outcomes import Accepted, Rejected, RetryLater, Uncertain
from hubbub.kit.json import dumps
from tests.connectors.contract import ConnectorContract

BOT = "U0123456789abcdef0123456789abcdef"
PERSON = "U4af4980629f1a8b2c3d4e5f60718293a"


def _message(kind: OutboundKind, **content: Any) -> OutboundMessage:
    return OutboundMessage(message_id="0192f1c2-7b1e-7c3a-9d21-6f1f2b3c4d5e", kind=kind, **content)


def _answer(status: int, body: object = None) -> ApiResponse:
    return ApiResponse(status=status, headers={"x-line-request-id": "r1"}, body=b"" if body is None else dumps(body))


class TestLineContract(ConnectorContract):
    connector = LineConnector()
    folder = "line"
    signature_header = "x-line-signature"
    can_hold_many_accounts = False
    unknown_item: ClassVar[dict[str, Any]] = {"type": "hologram", "webhookEventId": "01H810YECXQQZ37VAXPF6HFFFF"}
    context = SendContext(
        access=ChannelAccess(
            external_id=BOT,
            credentials=Credentials(values={"access_token": "SECRET-TOKEN", "channel_secret": "SECRET-APP"}),
            base_url="https://api.line.me",
            data_url="https://api-data.line.me",
        ),
        recipient_external_id=PERSON,
        reply_token="nHuyWiB7yP5Zw52FIkcQobQuGDXCTA",
    )
    outbound: ClassVar[Mapping[OutboundKind, OutboundMessage]] = {
        OutboundKind.TEXT: _message(OutboundKind.TEXT, text="Hello"),
        OutboundKind.MEDIA: _message(
            OutboundKind.MEDIA,
            media=(Media(type="image", url="https://hub.test/a.jpg", preview_url="https://hub.test/p.jpg"),),
        ),
        OutboundKind.CARDS: _message(
            OutboundKind.CARDS,
            cards=(Card(title="Tea", buttons=(Button(type=ButtonType.POSTBACK, title="Buy", payload="tea"),)),),
        ),
        OutboundKind.LOCATION: _message(
            OutboundKind.LOCATION, title="Shop", address="1 Main Street", latitude=13.7, longitude=100.5
        ),
        OutboundKind.STICKER: _message(OutboundKind.STICKER, sticker={"package_id": "446", "sticker_id": "1988"}),
        OutboundKind.FLEX: _message(OutboundKind.FLEX, alt_text="Order", native={"type": "bubble"}),
        OutboundKind.NATIVE: _message(OutboundKind.NATIVE, native={"type": "text", "text": "Hello"}),
    }
    answers: ClassVar[list[tuple[str, ApiResponse, type[Any]]]] = [
        ("sent", _answer(200, {"sentMessages": [{"id": "461230966842064897", "quoteToken": "IStG5h1Tz7b"}]}), Accepted),
        ("reply token used", _answer(400, {"message": "Invalid reply token"}), Rejected),
        ("month used up", _answer(429, {"message": "You have reached your monthly limit."}), Rejected),
        ("too fast", _answer(429, {"message": "The API rate limit has been exceeded. Try again later."}), RetryLater),
        ("breakdown", _answer(500, {"message": "Internal server error"}), Uncertain),
        ("not LINE's words", ApiResponse(status=200, headers={}, body=b"<html>"), Uncertain),
    ]

    def signature(self, body: bytes, secret: bytes) -> str:
        return base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()

    def text_item(self, text: str, number: int) -> dict[str, Any]:
        return {
            "type": "message",
            "mode": "active",
            "timestamp": 1692251666727 + number,
            "source": {"type": "user", "userId": PERSON},
            "webhookEventId": f"01H810YECXQQZ37VAXPF{number:06d}",
            "deliveryContext": {"isRedelivery": False},
            "replyToken": f"38ef843bde154d9b91c21320{number:08d}",
            "message": {"id": str(444573844083572737 + number), "type": "text", "text": text},
        }

    def body(self, items: Mapping[str, list[Any]]) -> dict[str, Any]:
        ((destination, events),) = items.items()
        return {"destination": destination, "events": events}
