"""Typing, seen, and which app holds a conversation.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/sender-actions
https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
"""

from __future__ import annotations

from hubbub.connectors.messages import ApiRequest, SendContext
from hubbub.connectors.messenger.render import MESSAGES, recipient_of
from hubbub.connectors.meta.graph import JsonObject, graph_request
from hubbub.connectors.meta.templates import refuse
from hubbub.connectors.outcomes import ErrorCode

PAGE_INBOX = "263902037430900"
INBOXES = {"page_inbox": PAGE_INBOX, "page_inbox_app_id": PAGE_INBOX}
"""Words for apps of Facebook itself, as `target_app_id`."""

LONGEST_HOLD = 7 * 86_400
EDGES = {
    "pass": "pass_thread_control",
    "take": "take_thread_control",
    "request": "request_thread_control",
    "release": "release_thread_control",
    "extend": "extend_thread_control",
    "owner": "thread_owner",
}


def sender_action(context: SendContext, action: str) -> ApiRequest | None:
    """typing_on, typing_off or mark_seen; None where there is nobody to show it to (comments, plugins)."""
    recipient = context.recipient_external_id
    if context.thread_type != "private" or not recipient or recipient.startswith("user_ref:"):
        return None
    return graph_request(
        context.access,
        "POST",
        (context.access.external_id, "messages"),
        endpoint=MESSAGES,
        purpose="action",
        body={"recipient": {"id": recipient}, "sender_action": action},
        is_repeatable=True,
    )


def thread_control_request(
    context: SendContext, action: str, *, target_app_id: str | None, metadata: str | None, seconds: int | None
) -> ApiRequest:
    """action: pass (to the default app when no target is given), take, request, release, extend, owner."""
    edge = EDGES.get(action)
    if edge is None:
        refuse(
            f"A conversation cannot be changed by {action!r}. Use one of: {', '.join(EDGES)}.", ErrorCode.UNSUPPORTED
        )
    is_read = action == "owner"
    return graph_request(
        context.access,
        "GET" if is_read else "POST",
        (context.access.external_id, edge),
        endpoint=f"/{{page-id}}/{edge}",
        purpose="action",
        query={"recipient": context.recipient_external_id} if is_read else None,
        body=None if is_read else _control(context, action, target_app_id, metadata, seconds),
        is_repeatable=True,
    )


def _control(
    context: SendContext, action: str, target_app_id: str | None, metadata: str | None, seconds: int | None
) -> JsonObject:
    body: JsonObject = {"recipient": recipient_of(context)}
    if action == "extend":
        return body | {"duration": _duration(seconds)}
    if action == "pass" and target_app_id:
        body["target_app_id"] = INBOXES.get(target_app_id, target_app_id)
    if metadata:
        body["metadata"] = metadata
    return body


def _duration(seconds: int | None) -> int:
    if seconds is None or not 0 < seconds <= LONGEST_HOLD:
        refuse("A conversation can be held for 1 second to 7 days. Give the number of seconds.")
    return seconds
