"""Every kind of inbound event that there is."""

from __future__ import annotations

from hubbub.connectors import events
from hubbub.connectors.events import InboundEvent

EVENT_TYPES = tuple(
    found
    for found in vars(events).values()
    if isinstance(found, type) and issubclass(found, InboundEvent) and found is not InboundEvent
)
