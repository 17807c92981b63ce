"""Moderation of comments under the Page's posts. https://developers.facebook.com/docs/graph-api/reference/comment"""

from __future__ import annotations

from hubbub.connectors.messages import ApiRequest, ChannelAccess
from hubbub.connectors.meta.graph import JsonObject, graph_request
from hubbub.kit.errors import InvalidInput

ACTIONS: dict[str, tuple[str, JsonObject | None]] = {
    "hide": ("POST", {"is_hidden": True}),
    "unhide": ("POST", {"is_hidden": False}),
    "delete": ("DELETE", None),
}


def moderate_request(access: ChannelAccess, comment_external_id: str, action: str) -> ApiRequest:
    """action: hide (from all but its author and their friends), unhide, delete."""
    if action not in ACTIONS:
        raise InvalidInput(f"A comment cannot be changed by {action!r}. Use one of: {', '.join(ACTIONS)}.")
    method, body = ACTIONS[action]
    return graph_request(
        access,
        method,
        (comment_external_id,),
        endpoint="/{comment-id}",
        purpose="action",
        body=body,
        is_repeatable=True,
    )
