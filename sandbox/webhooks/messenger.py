"""Bodies of Messenger's and Instagram's ``messaging`` items, from the documentation of each webhook event.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def envelope(sender: str, recipient: str, at_ms: int, **event: Any) -> Json:
    """sender, recipient, timestamp and the one key that tells the event."""
    return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": at_ms, **event}


def message(mid: str, content: Json) -> Json:
    """``content`` holds text, attachments, quick_reply, reply_to, referral, …"""
    return {"mid": mid, **content}


def messenger_echo(mid: str, content: Json, app_id: str, metadata: str) -> Json:
    """Messenger tells the sending app (a number) and our metadata."""
    echo: Json = {"is_echo": True, "app_id": int(app_id)}
    if metadata:
        echo["metadata"] = metadata
    return {"mid": mid, **echo, **content}


def instagram_echo(mid: str, content: Json) -> Json:
    """Instagram's echo has neither app_id nor metadata."""
    return {"mid": mid, **content, "is_echo": True}


def delivery(mids: list[str], watermark: int) -> Json:
    return {"mids": mids, "watermark": watermark}


def echo_content(sent: Json) -> Json:
    """What an echo shows of a message as it was sent. Attachment ids become numbers, as Meta has them there."""
    content: Json = {}
    if "text" in sent:
        content["text"] = sent["text"]
    if "attachment" in sent:
        content["attachments"] = [_echo_attachment(sent["attachment"])]
    if "attachments" in sent:
        content["attachments"] = [_echo_attachment(one) for one in sent["attachments"]]
    if "sticker_id" in sent:
        sticker = sent["sticker_id"]
        content["attachments"] = [{"type": "sticker", "payload": {"sticker_id": sticker, "url": sent.get("url", "")}}]
    return content


def _echo_attachment(attachment: Json) -> Json:
    payload = dict(attachment.get("payload") or {})
    payload.pop("is_reusable", None)
    if str(payload.get("attachment_id", "")).isdigit():
        payload["attachment_id"] = int(payload["attachment_id"])
    return {"type": str(attachment["type"]).lower(), "payload": payload}
