"""Read marks and typing, which WhatsApp shows together: whoever types has read.

https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators
"""

from __future__ import annotations

from hubbub.connectors.messages import ApiRequest, SendContext
from hubbub.connectors.meta.graph import graph_request
from hubbub.kit.json import JsonValue

TYPING: dict[str, JsonValue] = {"type": "text"}


def mark_read_request(context: SendContext, last_inbound_external_id: str | None) -> ApiRequest | None:
    """Marks this message and all before it; None without one."""
    return _read(context, last_inbound_external_id, {})


def typing_request(context: SendContext, last_inbound_external_id: str | None, *, is_on: bool) -> ApiRequest | None:
    """Shown for 25 seconds or until the reply; nothing takes it back. It marks the message as read too."""
    return _read(context, last_inbound_external_id, {"typing_indicator": TYPING}) if is_on else None


def _read(context: SendContext, message_id: str | None, more: dict[str, JsonValue]) -> ApiRequest | None:
    if not message_id:
        return None
    return graph_request(
        context.access,
        "POST",
        (context.access.external_id, "messages"),
        endpoint="/{phone-number-id}/messages",
        purpose="action",
        body={"messaging_product": "whatsapp", "status": "read", "message_id": message_id, **more},
        is_repeatable=True,
    )
