"""The next messages of this sender: who may send how much now, taken and paid for in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor, isinf
from uuid import UUID

from hubbub.outbound.agenda import Agenda
from hubbub.outbound.breaker import claim_probes
from hubbub.outbound.channels import ChannelBook, channel_limits, media_limit, recipient_limit
from hubbub.outbound.jobs import ChannelCard, Leased
from hubbub.outbound.lease import Catch, details, give_back, lease, lease_head
from hubbub.outbound.rates import Bucket, Limit, lock_buckets, write_buckets

HELD_SECONDS = 1.0
"""How soon a channel that may not send is looked at again: a reconnected one goes on within this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Messages to send now, and what is needed to remember once the transaction has committed."""

    leased: list[Leased]
    cards: dict[UUID, ChannelCard]
    failing: set[UUID]
    now: datetime
    catch: Catch
    amounts: dict[UUID, int]
    asleep: dict[UUID, float]
    """Channels that may not send for so many seconds."""


def take(agenda: Agenda, book: ChannelBook, shares: Mapping[UUID, int], now: datetime, token: UUID) -> Taken:
    """Lease at most `shares`, less where a channel is held, its breaker open or its allowance used up."""
    return _take(book, shares, now, lambda amounts: lease(amounts, agenda.busy, token))


def take_head(book: ChannelBook, channel_id: UUID, conversation_id: UUID, now: datetime, token: UUID) -> Taken:
    """Lease the head of one conversation's lane, under the same conditions."""

    def choose(amounts: Mapping[UUID, int]) -> Catch:
        return lease_head(channel_id, conversation_id, token) if amounts else Catch(ids=[], taken={}, first_due={})

    return _take(book, {channel_id: 1}, now, choose)


def _take(
    book: ChannelBook, shares: Mapping[UUID, int], now: datetime, choose: Callable[[Mapping[UUID, int]], Catch]
) -> Taken:
    cards = book.sendable(shares)
    asleep = {channel_id: HELD_SECONDS for channel_id in shares if channel_id not in cards}
    buckets = _channel_buckets(cards.values(), now)
    amounts = {key: _allowed(cards[key], shares[key], buckets) for key in cards}
    asleep |= {key: _seconds_until_allowed(cards[key], buckets) for key, amount in amounts.items() if not amount}
    amounts, wary = _with_probes({key: amount for key, amount in amounts.items() if amount}, book.shut)
    asleep |= dict.fromkeys(wary, HELD_SECONDS)
    catch = choose(amounts)
    _pay(cards, catch, buckets)
    leased = _hold_back(details(catch.ids), cards, now)
    return Taken(
        leased=leased, cards=cards, failing=set(book.failing), now=now, catch=catch, amounts=amounts, asleep=asleep
    )


def remember(agenda: Agenda, taken: Taken) -> None:
    """After the commit: where the next scans begin."""
    for channel_id, seconds in taken.asleep.items():
        agenda.snooze(channel_id, seconds)
    for channel_id, amount in taken.amounts.items():
        if taken.catch.taken[channel_id] < amount:
            agenda.drop(channel_id)
        else:
            agenda.advance(channel_id, taken.catch.first_due[channel_id])


def _channel_buckets(cards: Iterable[ChannelCard], now: datetime) -> dict[UUID, list[Bucket]]:
    limits = {card.id: channel_limits(card) for card in cards}
    buckets = lock_buckets([limit for group in limits.values() for limit in group], now) if limits else {}
    return {key: [buckets[limit.key] for limit in group] for key, group in limits.items()}


def _allowed(card: ChannelCard, share: int, buckets: Mapping[UUID, Sequence[Bucket]]) -> int:
    least = min(bucket.available() for bucket in buckets[card.id])
    return share if isinf(least) else min(share, max(floor(least + 1e-9), 0))


def _seconds_until_allowed(card: ChannelCard, buckets: Mapping[UUID, Sequence[Bucket]]) -> float:
    ready = max(bucket.ready_at() - bucket.at for bucket in buckets[card.id])
    return min(max(ready.total_seconds(), 0.005), HELD_SECONDS)


def _with_probes(amounts: dict[UUID, int], shut: Collection[UUID]) -> tuple[dict[UUID, int], list[UUID]]:
    """Where the breaker is open, one call at a time and only every few seconds; with those that must wait for it."""
    closed = [key for key in amounts if key in shut]
    probes = claim_probes(closed)
    allowed = {
        key: 1 if key in probes else amount for key, amount in amounts.items() if key not in shut or key in probes
    }
    return allowed, [key for key in closed if key not in probes]


def _pay(cards: Mapping[UUID, ChannelCard], catch: Catch, buckets: Mapping[UUID, Sequence[Bucket]]) -> None:
    for channel_id, count in catch.taken.items():
        if count:
            for bucket in buckets[cards[channel_id].id]:
                bucket.take(count)
    write_buckets(bucket for group in buckets.values() for bucket in group)


def _hold_back(leased: Sequence[Leased], cards: Mapping[UUID, ChannelCard], now: datetime) -> list[Leased]:
    """Files and persons have allowances of their own: what is beyond them goes back until there is room."""
    needs = {one.message_id: _own_limits(one, cards[one.channel_id]) for one in leased}
    limits = [limit for group in needs.values() for limit in group]
    buckets = lock_buckets(limits, now) if limits else {}
    going: list[Leased] = []
    back: dict[tuple[UUID, UUID | None], datetime] = {}
    for one in leased:
        own = [buckets[limit.key] for limit in needs[one.message_id]]
        if all(bucket.available() >= 1.0 for bucket in own):
            going.append(one)
        else:
            back[one.message_id, one.lease_token] = max(bucket.ready_at() for bucket in own)
        for bucket in own:
            bucket.take()
    _return_unused(back, needs, buckets)
    give_back(back)
    write_buckets(buckets.values())
    return going


def _return_unused(
    back: Mapping[tuple[UUID, UUID | None], datetime], needs: Mapping[UUID, list[Limit]], buckets: Mapping[str, Bucket]
) -> None:
    """Those that wait counted while we went through the list, so that their turns follow one another."""
    for message_id, _ in back:
        for limit in needs[message_id]:
            buckets[limit.key].take(-1)


def _own_limits(one: Leased, card: ChannelCard) -> list[Limit]:
    limits = []
    if one.outbound.get("media"):
        limits.append(media_limit(card))
    if card.connector.capabilities.recipient_seconds_per_send and one.recipient:
        limits.append(recipient_limit(card, one.recipient))
    return limits
