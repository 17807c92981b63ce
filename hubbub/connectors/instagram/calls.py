"""The two ways to Instagram, and calls of either.

Flavour "page": graph.facebook.com, the linked Page's token, `/{page-id}/…`. Flavour "instagram_login":
graph.instagram.com, the account's own token, `/{ig-id}/…`. The channel's credentials say which (`flavour`).
https://developers.facebook.com/documentation/instagram-platform/overview
"""

from __future__ import annotations

from collections.abc import Mapping

from hubbub.connectors.messages import ApiRequest, ChannelAccess, FilePart
from hubbub.connectors.meta.graph import graph_request
from hubbub.kit.json import JsonValue

LABEL = "Instagram"
LOGIN = "instagram_login"
PAGE = "page"


def is_login(access: ChannelAccess) -> bool:
    """Whether the account is connected by Instagram Login, without a Page."""
    return access.credentials.get("flavour") == LOGIN


def node_of(access: ChannelAccess) -> str:
    """The id in front of our edges: the account's, or its Page's ("me", the token's Page, when it is not known)."""
    if is_login(access):
        return access.external_id
    return access.credentials.get("page_id") or access.parent_external_id or "me"


def call(
    access: ChannelAccess,
    method: str,
    edge: str = "",
    *,
    purpose: str,
    query: Mapping[str, str] | None = None,
    body: JsonValue = None,
    files: tuple[FilePart, ...] = (),
    is_repeatable: bool = False,
    lane_hint: str = "",
) -> ApiRequest:
    """A call of our own node, or of one of its edges."""
    node = "{ig-id}" if is_login(access) else "{page-id}"
    return graph_request(
        access,
        method,
        (node_of(access), edge) if edge else (node_of(access),),
        endpoint=f"/{node}/{edge}".rstrip("/"),
        purpose=purpose,
        query=query,
        body=body,
        files=files,
        is_repeatable=is_repeatable,
        lane_hint=lane_hint,
    )
