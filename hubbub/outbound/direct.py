"""Calls to a platform that are no messages, made at once: under the sender's limits, into the same log.

What an answer says about the channel (a dead token, a restriction, an allowance nearly used up) counts as if a message
had brought it. Nothing here may be called inside a transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from hubbub.channels.models import Channel
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.outcomes import ChannelEffect, ErrorCode, Outcome, Rejected, RetryLater
from hubbub.conversations.actions.addressing import database_now
from hubbub.kit.clock import monotonic
from hubbub.kit.errors import Unavailable
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.breaker import note_failures, note_success
from hubbub.outbound.calllog import log_calls
from hubbub.outbound.calls import exchange
from hubbub.outbound.channels import ChannelBook, call_limits, card_of, recipient_limit
from hubbub.outbound.consequences import hold_channels, is_outage, keep_allowance
from hubbub.outbound.inline import refuse_transaction
from hubbub.outbound.jobs import ChannelCard
from hubbub.outbound.rates import lock_buckets, write_buckets
from hubbub.outbound.windows import Window, take

PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectCaller:
    """Calls for one channel. `patience`: how long an allowance of ours is waited for."""

    channel: Channel
    patience: float = PATIENCE_SECONDS

    def call(
        self,
        make: Callable[[ChannelAccess], ApiRequest],
        *,
        read: Callable[[ApiResponse], Outcome] | None = None,
        recipient: str = "",
        window: Window | None = None,
        cost: int = 1,
    ) -> Outcome:
        """What came of it; `Accepted.body` is the platform's answer. Never raises for what a platform does.

        `make`: from the channel's access, which is read anew for each call, to the request; what it raises is raised.
        `window`: a further allowance that it counts against. `cost`: how many calls the platform counts it as.
        """
        refuse_transaction()
        card = self._card()
        request = make(card.access)
        if refused := self._pay(card, recipient, window, cost):
            return refused
        outcome, usage, record = exchange(card, request, read=read)
        with self._scope():
            log_calls([record])
            keep_allowance(card, recipient, outcome, usage)
            self._note(card, outcome)
        return outcome

    def why_held(self) -> str:
        """Why nothing may be sent on this channel now, as a sentence; empty when it may."""
        with self._scope():
            if ChannelBook().sendable([self.channel.id]):
                return ""
            channel = Channel.objects.get(id=self.channel.id)
        if not channel.is_active:
            return "This channel is switched off: nothing is sent on it. Switch it on first."
        reason = f" {channel.status_reason}" if channel.status_reason else ""
        return f"Nothing can be sent on this channel now: it is {channel.status.replace('_', ' ')}.{reason}"

    def _card(self) -> ChannelCard:
        with self._scope():
            card = card_of(self.channel.id)
        if card is None:
            raise Unavailable("The channel is gone, or this server's keys cannot open its credentials. Reconnect it.")
        return card

    def _pay(self, card: ChannelCard, recipient: str, window: Window | None, cost: int) -> RetryLater | None:
        end = monotonic() + self.patience
        while wait := self._take(card, recipient, window, cost):
            if monotonic() + wait > end:
                return RetryLater(
                    code=ErrorCode.THROTTLED,
                    sentence=f"The allowance for such calls is used up; the next one is possible in {wait:.0f} s.",
                    after_seconds=wait,
                )
            time.sleep(wait)
        return None

    def _take(self, card: ChannelCard, recipient: str, window: Window | None, cost: int) -> float:
        """Pay for the call; returns how long to wait where an allowance is used up (then nothing was paid)."""
        limits = call_limits(card)
        if recipient and card.connector.capabilities.recipient_seconds_per_send:
            limits.append(recipient_limit(card, recipient))
        with self._scope():
            buckets = lock_buckets(limits, database_now()).values()
            short = [one for one in buckets if one.available() < 1.0]
            if short:
                return max(max((one.ready_at() - one.at).total_seconds() for one in short), 0.005)
            if window is not None and (wait := take(window)):
                return wait
            for bucket in buckets:
                bucket.take(cost)
            write_buckets(buckets)
        return 0.0

    def _note(self, card: ChannelCard, outcome: Outcome) -> None:
        """The channel's health, as after a send."""
        if isinstance(outcome, Rejected) and outcome.channel_effect is not ChannelEffect.NONE:
            hold_channels([(card, outcome)])
        if is_outage(outcome):
            note_failures({card.id: (card.organization_id, 1)})
        else:
            note_success([card.id])

    def _scope(self) -> AbstractContextManager[None]:
        return organization_scope(self.channel.organization_id)
