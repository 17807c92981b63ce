"""Typing, seen, and who holds a conversation.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/sender-actions
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/conversation-routing
"""

from __future__ import annotations

from hubbub.connectors.instagram.calls import call, is_login
from hubbub.connectors.messages import ApiRequest, SendContext
from hubbub.connectors.meta.graph import JsonObject
from hubbub.connectors.meta.templates import refuse
from hubbub.connectors.outcomes import ErrorCode

INBOXES = {"page_inbox": "1217981644879628", "instagram_inbox": "1217981644879628"}
"""The Instagram inbox holds Instagram's threads, whatever the word."""
LONGEST_HOLD = 7 * 86_400
EDGES = {
    "pass": "pass_thread_control",
    "take": "take_thread_control",
    "request": "request_thread_control",
    "release": "release_thread_control",
    "extend": "extend_thread_control",
    "owner": "thread_owner",
}
LOGIN_EDGES = {"pass": "passthreadcontrol", "release": "releasethreadcontrol"}
"""All that the SDK lists for Instagram Login."""


def sender_action(context: SendContext, action: str) -> ApiRequest | None:
    """typing_on, typing_off or mark_seen; None in threads that do not show it (comments)."""
    if context.thread_type != "private" or not context.recipient_external_id:
        return None
    body: JsonObject = {"recipient": {"id": context.recipient_external_id}, "sender_action": action}
    return call(context.access, "POST", "messages", purpose="action", body=body, is_repeatable=True)


def thread_control_request(
    context: SendContext, action: str, *, target_app_id: str | None, metadata: str | None, seconds: int | None
) -> ApiRequest:
    """action: pass, take, request, release, extend, owner. Raises `Unsendable`."""
    edge, recipient = _edge(context, action), context.recipient_external_id
    if action == "owner":
        query = {"recipient": recipient}
        return call(context.access, "GET", edge, purpose="action", query=query, is_repeatable=True)
    body: JsonObject = {"recipient": {"id": recipient}}
    if action == "extend":
        body["duration"] = _duration(seconds)
    elif metadata:
        body["metadata"] = metadata
    if action == "pass" and target_app_id:
        body["target_app_id"] = INBOXES.get(target_app_id, target_app_id)
    return call(context.access, "POST", edge, purpose="action", body=body, is_repeatable=True)


def _edge(context: SendContext, action: str) -> str:
    edges = LOGIN_EDGES if is_login(context.access) else EDGES
    if action not in edges:
        refuse(
            f"With this connection of Instagram a conversation cannot be changed by {action!r}. "
            f"Use one of: {', '.join(edges)}.",
            ErrorCode.UNSUPPORTED,
        )
    return edges[action]


def _duration(seconds: int | None) -> int:
    if seconds is None or not 0 < seconds <= LONGEST_HOLD:
        refuse("A conversation can be held for 1 second to 7 days. Give the number of seconds.")
    return seconds
