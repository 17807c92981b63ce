"""WhatsApp's media. https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media"""

from __future__ import annotations

from sandbox.graph.whatsapp_errors import WhatsAppError


def judge_file(kind: str, mime: str, size: int) -> WhatsAppError | None:
    return None
