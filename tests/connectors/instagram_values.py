"""An Instagram account of either flavour, and messages to its customer."""

from __future__ import annotations

from typing import Any

from hubbub.connectors.messages import ChannelAccess, Credentials, OutboundKind, OutboundMessage, SendContext

ACCOUNT = "17841400000000001"
PAGE = "100200300400500"
PERSON = "1234567890123456"
HOSTS = {"page": "https://graph.facebook.com", "instagram_login": "https://graph.instagram.com"}


def access(flavour: str = "page", **credentials: str) -> ChannelAccess:
    values = {"access_token": "SECRET-TOKEN", "app_secret": "SECRET-APP", "flavour": flavour}
    if flavour == "page":
        values["page_id"] = PAGE
    return ChannelAccess(
        external_id=ACCOUNT,
        credentials=Credentials(values={**values, **credentials}),
        base_url=HOSTS[flavour],
        api_version="v26.0",
    )


def context(flavour: str = "page", **fields: Any) -> SendContext:
    return SendContext(**{"access": access(flavour), "recipient_external_id": PERSON, **fields})


def message(kind: OutboundKind, **fields: Any) -> OutboundMessage:
    return OutboundMessage(message_id="0198a000-0000-7000-8000-000000000001", kind=kind, **fields)
