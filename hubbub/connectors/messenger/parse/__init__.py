"""Webhooks of Facebook Pages (`"object": "page"`) as events.

An item of `messaging` or `standby` is told by the key that it holds (`EVENTS`), one of `changes` by its field.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from __future__ import annotations

from collections.abc import Iterable

from hubbub.connectors.events import InboundEvent
from hubbub.connectors.messenger.parse.acts import ACTS
from hubbub.connectors.messenger.parse.changes import parse_change
from hubbub.connectors.messenger.parse.messages import said
from hubbub.connectors.meta.envelope import Item, parse_items
from hubbub.connectors.meta.messaging import SHARED_EVENTS, Parser, parse_turn, turn_of

EVENTS: dict[str, Parser] = SHARED_EVENTS | ACTS | {"message": said}


def parse(body: bytes) -> list[InboundEvent]:
    """Every event of a body, in its order. Never raises."""
    return parse_items(body, "page", _parse_item)


def _parse_item(item: Item) -> Iterable[InboundEvent]:
    turn = turn_of(item)
    return [parse_change(item)] if turn is None else parse_turn(turn, item, EVENTS)
