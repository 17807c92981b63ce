"""What customers do without a word, as automation is told of it: they come by a link or an ad, opt in, follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hubbub.connectors.events import ContactFollowed, InboundEvent, OptInChanged, ReferralReceived, ThreadType
from hubbub.inbound.batch import Arrival, ChannelRow
from hubbub.kit.json import JsonValue

Deed = tuple[str, dict[str, JsonValue]]
"""The item's type, and its content in the shape of a message's."""


def deed_of(arrival: Arrival) -> Deed | None:
    """What automation is to hear of, or None. A referral that comes along with a message is told by the message."""
    reader = DEEDS.get(type(arrival.event))
    if reader is None or not arrival.is_live or not is_answered(arrival.channel):
        return None
    return reader(arrival.event)


def is_answered(channel: ChannelRow) -> bool:
    """Whether machines may answer on this channel at all."""
    return channel.is_send_auto_reply and channel.is_active


def _referral(event: InboundEvent) -> Deed:
    assert isinstance(event, ReferralReceived)
    facts = {"ref": event.ref, "ad_id": event.ad_id, "source": event.source}
    return "referral", {"extra": {"referral": {name: value for name, value in facts.items() if value}}}


def _opt_in(event: InboundEvent) -> Deed | None:
    assert isinstance(event, OptInChanged)
    return ("opt_in", {"topic": event.topic}) if event.is_opted_in else None


def _followed(event: InboundEvent) -> Deed | None:
    """A person; in a group machines say nothing."""
    assert isinstance(event, ContactFollowed)
    is_person = event.sender is not None and event.thread.type is ThreadType.PRIVATE
    return ("followed", {}) if is_person else None


DEEDS: Mapping[type[InboundEvent], Callable[[InboundEvent], Deed | None]] = {
    ReferralReceived: _referral,
    OptInChanged: _opt_in,
    ContactFollowed: _followed,
}
