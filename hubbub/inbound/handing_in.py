"""A body that a program of the organisation hands in itself: stored like a webhook, and applied by the lane."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubbub.connectors.registry import connector_for
from hubbub.edge.delivery import SIGNED_FOR
from hubbub.kit import clock
from hubbub.kit.errors import NotFound
from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue, dumps
from hubbub.organizations.database import run

INSERT = """
INSERT INTO delivery (id, received_at, platform, headers, body, edge, size_bytes, is_spooled)
VALUES (%(id)s, %(at)s, %(platform)s, jsonb_build_object(%(name)s::text, %(organization)s::text), %(body)s, 'program',
        octet_length(%(body)s::bytea), false)
"""


def hand_in(organization_id: UUID, platform: str, payload: JsonValue, known: Sequence[str]) -> UUID:
    """Store the body for the inbound lane; it speaks for this organisation alone. In the organisation's transaction.

    `known`: the external ids of the accounts that it may be about. Raises NotFound when it names none of them.
    """
    body = dumps(payload)
    addresses = connector_for(platform).addresses(body)
    if strangers := [address for address in addresses if address not in known]:
        raise NotFound(f"The account {strangers[0][:100]} is not connected here.")
    if not addresses:
        raise NotFound("This body names no account.")
    delivery_id = new_id()
    run(
        INSERT,
        id=delivery_id,
        at=clock.now(),
        platform=platform,
        name=SIGNED_FOR,
        organization=str(organization_id),
        body=body,
    )
    return delivery_id
