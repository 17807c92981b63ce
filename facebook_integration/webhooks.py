"""Webhook bodies handed to the hub by Python, as documented. They go through the same lane as those of Facebook.

The lane applies them: what is asked a moment later may not see them yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facebook_integration.mapping.scope import acting_for
from hubbub.channels.models import Channel, ChannelStatus
from hubbub.inbound.handing_in import hand_in
from hubbub.kit.errors import InvalidInput


class FacebookWebhookHandler:
    """Bodies for one Page."""

    def __init__(self, facebook_page: Channel) -> None:
        self.page = facebook_page

    def process_webhook_event(self, webhook_data: Mapping[str, Any]) -> bool:
        """Take a body whose entries are all for this Page; True when it is stored. A single messaging event without
        its envelope is taken as well. Raises NotFound for another Page, InvalidInput for what is no body."""
        with acting_for(self.page.organization_id) as organization_id:
            hand_in(organization_id, "facebook", _whole(webhook_data, self.page.external_id), [self.page.external_id])
        return True


def handle_facebook_webhook(payload: Mapping[str, Any]) -> bool:
    """Take a body for any Pages of the organisation; True when it is stored. Raises NotFound for an unknown Page."""
    with acting_for() as organization_id:
        pages = Channel.objects.filter(organization_id=organization_id, platform="facebook")
        known = list(pages.exclude(status=ChannelStatus.DISCONNECTED).values_list("external_id", flat=True))
        hand_in(organization_id, "facebook", _whole(payload, ""), known)
    return True


def _whole(payload: Mapping[str, Any], page_id: str) -> dict[str, Any]:
    """With the envelope that Facebook puts round events."""
    if not isinstance(payload, Mapping):
        raise InvalidInput("A webhook's body is an object.")
    if "entry" in payload:
        return {"object": "page", **payload}
    if page_id and ("sender" in payload or "recipient" in payload):
        return {"object": "page", "entry": [{"id": page_id, "time": payload.get("timestamp"), "messaging": [payload]}]}
    raise InvalidInput('A webhook\'s body has an "entry" for each Page.')
