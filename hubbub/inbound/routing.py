"""From raw bytes to events, each with the channel that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hubbub.connectors.events import InboundEvent, MalformedEvent
from hubbub.connectors.registry import CONNECTORS
from hubbub.inbound.batch import Arrival, ChannelRow, DeliveryRow
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run

CHANNELS = """
SELECT DISTINCT ON (r.platform, r.address)
       r.platform AS asked_platform, r.address, c.id, c.organization_id, c.project_id, c.platform, c.external_id,
       c.is_active, c.is_send_auto_reply, c.webhook_events, c.webhook_filters, c.webhook_transformation_rules
  FROM json_to_recordset(%(rows)s::json) AS r (platform text, address text)
  JOIN channel c ON c.platform = r.platform AND (c.external_id = r.address OR c.parent_external_id = r.address)
 WHERE c.status <> 'disconnected'
 ORDER BY r.platform, r.address, (c.external_id = r.address) DESC, c.id
"""
"""Account-level news (a WhatsApp Business account's) go to the account's oldest channel."""


@dataclass(slots=True)
class Parsed:
    """What one delivery held, before anyone asked the database."""

    delivery: DeliveryRow
    events: list[InboundEvent] = field(default_factory=list)
    error: str = ""
    unrouted: int = 0
    malformed: int = 0


def parse(delivery: DeliveryRow) -> Parsed:
    """Every event of a delivery. A connector that fails on it is a bug: the delivery keeps the reason."""
    connector = CONNECTORS.get(delivery.platform)
    if connector is None:
        return Parsed(delivery, error=f"There is no connector for {delivery.platform!r}.")
    try:
        events = connector.parse(delivery.body)
    except Exception as failure:  # noqa: BLE001 - whatever it is, it must not harm the neighbours
        return Parsed(delivery, error=f"The connector could not read it: {type(failure).__name__}.")
    malformed = sum(isinstance(event, MalformedEvent) for event in events)
    return Parsed(delivery, events=events, malformed=malformed)


def route(parsed: Sequence[Parsed]) -> list[Arrival]:
    """Give each event its channel; events of accounts that are not connected, or
    that the signature does not speak for, are counted on their delivery."""
    channels = find_channels((one.delivery.platform, event.address) for one in parsed for event in one.events)
    arrivals: list[Arrival] = []
    for one in parsed:
        for position, event in enumerate(one.events):
            channel = channels.get((one.delivery.platform, event.address))
            if channel is None or not one.delivery.speaks_for(channel.organization_id):
                one.unrouted += 1
                continue
            arrivals.append(_arrival(one.delivery, position, event, channel))
    return arrivals


def find_channels(addresses: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ChannelRow]:
    """The channels of these (platform, account id) pairs."""
    asked = sorted({pair for pair in addresses if pair[1]})
    if not asked:
        return {}
    rows = run(CHANNELS, [{"platform": platform, "address": address} for platform, address in asked])
    return {(row.pop("asked_platform"), row.pop("address")): ChannelRow(**row) for row in rows}


def _arrival(delivery: DeliveryRow, position: int, event: InboundEvent, channel: ChannelRow) -> Arrival:
    return Arrival(
        id=new_id(),
        delivery_id=delivery.id,
        received_at=delivery.received_at,
        position=position,
        event=event,
        channel=channel,
        at=event.occurred_at or delivery.received_at,
    )


def arrival_again(
    *, event_id: UUID, delivery_id: UUID, received_at: datetime, event: InboundEvent, channel: ChannelRow
) -> Arrival:
    """An event that a person asked to apply again."""
    return Arrival(
        id=event_id,
        delivery_id=delivery_id,
        received_at=received_at,
        position=0,
        event=event,
        channel=channel,
        at=event.occurred_at or received_at,
        replayed_event_id=event_id,
    )
