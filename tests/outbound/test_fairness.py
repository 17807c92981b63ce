"""A tenant with a mountain of messages does not delay the others, and a person's reply overtakes bulk."""

from __future__ import annotations

from hubbub.outbound.worker import PLACES
from tests.support.factories import make_tenant
from tests.support.outbound import Platforms, connect, pile_up, send_all

PILE = 500


def places(platforms: Platforms, text: str) -> list[int]:
    """Where in the order of all sends these texts came."""
    sends = platforms.get("/ledger")["sends"]
    return [number for number, one in enumerate(sends) if text in str(one["request"])]


def test_a_mountain_of_one_tenant_does_not_delay_the_others(platforms: Platforms) -> None:
    mountain = connect(platforms, "line")
    pile_up(mountain, PILE)
    others = [connect(platforms, "line") for _ in range(3)]
    for other in others:
        other.queue("small")
    send_all(seconds=60)
    assert len(platforms.sends(mountain.channel.external_id)) == PILE
    assert max(places(platforms, "small")) < 2 * PLACES


def test_a_persons_reply_overtakes_the_bulk_of_the_same_channel(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    pile_up(line, PILE)
    line.queue("a person", author_type="human")
    send_all(seconds=60)
    assert places(platforms, "a person")[0] < 2 * PLACES


def test_the_channels_of_one_tenant_share_evenly(platforms: Platforms) -> None:
    tenant = make_tenant()
    first, second = connect(platforms, "line", tenant), connect(platforms, "line", tenant)
    pile_up(first, 150)
    pile_up(second, 150)
    send_all(seconds=60)
    halfway = platforms.get("/ledger")["sends"][:150]
    share = sum(one["account"] == first.channel.external_id for one in halfway)
    assert 45 <= share <= 105


def test_a_platform_that_hangs_for_one_tenant_leaves_places_for_the_others(platforms: Platforms) -> None:
    hanging, other = connect(platforms, "line"), connect(platforms, "line")
    hanging.fault("slow:2", times=PLACES)
    pile_up(hanging, PLACES)
    sender = send_all(until=lambda: True)
    other.queue("at once")
    send_all(sender=sender, until=lambda: other.texts() == ["at once"])
    assert len(hanging.texts()) <= PLACES
    send_all(sender=sender, seconds=60)
