"""Personas: a name and a picture of their own for messages of the Page.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
"""

from __future__ import annotations

from hubbub.connectors.messages import ApiRequest, ChannelAccess
from hubbub.connectors.messenger.render.templates import HTTPS, ID
from hubbub.connectors.meta.graph import graph_request
from hubbub.connectors.meta.rules import check, text

PAGE_EDGE = "/{page-id}/personas"
NODE = "/{persona-id}"
PAGE_SIZE = "100"


def create_request(access: ChannelAccess, name: str, picture_url: str) -> ApiRequest:
    """The answer's `id` is what a message names. Raises `Unsendable` for a name or link that is not taken."""
    check(text(50), name, "name")
    check(HTTPS, picture_url, "profile_picture_url")
    body = {"name": name, "profile_picture_url": picture_url}
    return graph_request(
        access, "POST", (access.external_id, "personas"), endpoint=PAGE_EDGE, purpose="settings", body={**body}
    )


def list_request(access: ChannelAccess, cursor: str | None = None) -> ApiRequest:
    return graph_request(
        access,
        "GET",
        (access.external_id, "personas"),
        endpoint=PAGE_EDGE,
        purpose="settings",
        query={"limit": PAGE_SIZE} | ({"after": cursor} if cursor else {}),
        is_repeatable=True,
    )


def one_request(access: ChannelAccess, persona_id: str) -> ApiRequest:
    return _node(access, "GET", persona_id)


def delete_request(access: ChannelAccess, persona_id: str) -> ApiRequest:
    """Messages that were sent keep its name."""
    return _node(access, "DELETE", persona_id)


def _node(access: ChannelAccess, method: str, persona_id: str) -> ApiRequest:
    check(ID, persona_id, "persona_id")
    return graph_request(access, method, (persona_id,), endpoint=NODE, purpose="settings", is_repeatable=True)
