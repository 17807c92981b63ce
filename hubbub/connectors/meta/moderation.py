"""Changing a comment that somebody else wrote: the same call on Facebook and Instagram, with other words."""

from __future__ import annotations

from collections.abc import Mapping

from hubbub.connectors.messages import ApiRequest, ChannelAccess
from hubbub.connectors.meta.graph import JsonObject, graph_request
from hubbub.kit.errors import InvalidInput

Actions = Mapping[str, tuple[str, JsonObject | None]]
"""Action → method and body."""


def moderate_request(access: ChannelAccess, comment_external_id: str, action: str, actions: Actions) -> ApiRequest:
    """Raises `InvalidInput` for an action that is not one of `actions`."""
    if action not in actions:
        raise InvalidInput(f"A comment cannot be changed by {action!r}. Use one of: {', '.join(actions)}.")
    method, body = actions[action]
    return graph_request(
        access,
        method,
        (comment_external_id,),
        endpoint="/{comment-id}",
        purpose="action",
        body=body,
        is_repeatable=True,
    )
