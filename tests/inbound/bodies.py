"""Webhook bodies of Meta's platforms, typed from their documentation, as short as a test can say it."""

from __future__ import annotations

from typing import Any

from hubbub.kit.ids import new_id
from tests.support.line import START

Json = dict[str, Any]
START_MS = int(START.timestamp() * 1000)


def page(channel_id: str, *events: Json, platform: str = "page", standby: bool = False) -> Json:
    """Messaging events of one Page (or `platform="instagram"`)."""
    name = "standby" if standby else "messaging"
    return {"object": platform, "entry": [{"id": channel_id, "time": START_MS, name: list(events)}]}


def changes(channel_id: str, *pairs: tuple[str, Json], platform: str = "page", second: int = 0) -> Json:
    """Change events: (field, value), sent `second` seconds after START."""
    items = [{"field": field, "value": value} for field, value in pairs]
    return {"object": platform, "entry": [{"id": channel_id, "time": START_MS // 1000 + second, "changes": items}]}


def event(channel_id: str, *, user: str = "7001", second: float = 0, **fields: Any) -> Json:
    """One messaging event by a person, `second` seconds after START."""
    return {
        "sender": {"id": user},
        "recipient": {"id": channel_id},
        "timestamp": int(START_MS + second * 1000),
        **fields,
    }


def said(channel_id: str, text: str, *, mid: str | None = None, **fields: Any) -> Json:
    """A text by a person."""
    return event(channel_id, message={"mid": mid or f"m_{new_id().hex}", "text": text}, **fields)


def echo(channel_id: str, text: str, *, mid: str, user: str = "7001", second: float = 0, **more: Any) -> Json:
    """Our account said something."""
    message = {"mid": mid, "text": text, "is_echo": True, **more}
    turned = {"sender": {"id": channel_id}, "recipient": {"id": user}}
    return {**event(channel_id, user=user, second=second), **turned, "message": message}


def whatsapp(channel_id: str, waba: str = "100200300400500", **value: Any) -> Json:
    """One `messages` change of a phone number."""
    body = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001111", "phone_number_id": channel_id},
        **value,
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba, "changes": [{"field": "messages", "value": body}]}],
    }


def whatsapp_text(said: str, *, sender: str, second: int = 0, **more: Any) -> Json:
    """One element of `messages`."""
    return {
        "from": sender,
        "id": f"wamid.{new_id().hex}",
        "timestamp": str(int(START.timestamp()) + second),
        "type": "text",
        "text": {"body": said},
        **more,
    }
