"""Typing and reading. https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator"""

from __future__ import annotations

from hubbub.connectors.line.calls import call
from hubbub.connectors.messages import ApiRequest, SendContext
from hubbub.kit.json import JsonValue

LOADING = "/v2/bot/chat/loading/start"
MARK_READ = "/v2/bot/chat/markAsRead"
LOADING_SECONDS = 20


def typing_request(context: SendContext, *, is_on: bool) -> ApiRequest | None:
    """Only one person at a time can be shown it, and it goes away by itself: with our next message or after 20 s."""
    if not is_on or context.thread_key:
        return None
    body: dict[str, JsonValue] = {"chatId": context.recipient_external_id, "loadingSeconds": LOADING_SECONDS}
    return call(context.access, "POST", LOADING, body=body, purpose="action")


def mark_read_request(context: SendContext, mark_read_token: str | None) -> ApiRequest | None:
    """Marks the token's message and all before it; needs Chat to be on in LINE Official Account Manager.

    https://developers.line.biz/en/docs/messaging-api/mark-as-read/
    """
    if not mark_read_token:
        return None
    return call(context.access, "POST", MARK_READ, body={"markAsReadToken": mark_read_token}, purpose="action")
