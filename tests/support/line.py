"""Webhook bodies of LINE, typed from its documentation: the shortest way to say something in a test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hubbub.kit.ids import new_id

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def body(destination: str, *events: dict[str, Any]) -> dict[str, Any]:
    """One delivery."""
    return {"destination": destination, "events": list(events)}


def event(
    kind: str, *, user: str = "Umali", second: float = 0, key: str | None = None, **fields: Any
) -> dict[str, Any]:
    """One event, `second` seconds after START."""
    return {
        "type": kind,
        "mode": "active",
        "timestamp": int(START.timestamp() * 1000 + second * 1000),
        "source": {"type": "user", "userId": user},
        "webhookEventId": key or new_id().hex,
        "deliveryContext": {"isRedelivery": False},
        **fields,
    }


def text(said: str, *, mid: str | None = None, **fields: Any) -> dict[str, Any]:
    """A text message."""
    message = {"id": mid or str(new_id().int)[-18:], "type": "text", "text": said, "quoteToken": "q"}
    return event("message", message=message, replyToken=new_id().hex, **fields)


def unsend(mid: str, **fields: Any) -> dict[str, Any]:
    """The person takes a message back."""
    return event("unsend", unsend={"messageId": mid}, **fields)
