"""Sending at once: takes a conversation's lane in this thread and does there what a sender does.

What stands in the lane before goes out before. A sender that has the lane already is waited for. Nothing here may be
called inside a transaction: the platform would see what could still be rolled back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from hubbub.conversations.actions.addressing import database_now
from hubbub.conversations.models import Conversation
from hubbub.kit import clock
from hubbub.kit.clock import monotonic
from hubbub.kit.errors import HubbubError
from hubbub.kit.failpoints import failpoint
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.calls import call_platform
from hubbub.outbound.channels import ChannelBook
from hubbub.outbound.consequences import apply_effects
from hubbub.outbound.jobs import Called, Ready
from hubbub.outbound.outcomes import write_outcomes
from hubbub.outbound.plan import take_head
from hubbub.outbound.prepare import Refused
from hubbub.outbound.sending import mark_sending
from hubbub.outbound.sorting import Bundle, render_all, sort_out
from hubbub.outbound.uploads import Uploaded, upload

PAUSE_SECONDS = 0.02
PENDING = "SELECT 1 FROM outbox WHERE message_id = ANY(%(ids)s::uuid[]) LIMIT 1"
WAITING = "SELECT 1 FROM outbox WHERE conversation_id = %(conversation)s AND state <> 'scheduled' LIMIT 1"


class InsideTransaction(HubbubError):
    """A call to a platform cannot be rolled back, so it may not be made inside a transaction."""

    code = "inside_transaction"
    status = 409


def refuse_transaction() -> None:
    """Raise InsideTransaction when this thread is in one."""
    if connection.in_atomic_block:
        raise InsideTransaction(
            "A platform cannot be called inside a transaction: what it did could not be rolled back. Call it after the "
            "transaction, or queue a message without waiting for it."
        )


@dataclass(slots=True)
class InlineSender:
    """Works on one conversation's lane. `conversation` needs its ids only."""

    conversation: Conversation
    book: ChannelBook = field(default_factory=ChannelBook)
    failing: set[UUID] = field(default_factory=set)

    def send(self, message_ids: Sequence[UUID], seconds: float) -> bool:
        """Send until these are settled; False when that took too long. They stay queued then, and go out later."""
        return self._work_until(lambda: not run(PENDING, ids=sorted(message_ids)), seconds)

    def drain(self, seconds: float) -> bool:
        """Send until nothing waits in the lane any more; False when that took too long."""
        return self._work_until(lambda: not run(WAITING, conversation=self.conversation.id), seconds)

    def _work_until(self, is_done: Callable[[], bool], seconds: float) -> bool:
        """At least one turn, and no more of them when the time is over."""
        refuse_transaction()
        end = monotonic() + seconds
        while not self._holds(is_done):
            did_something = self._turn()
            if monotonic() >= end:
                return self._holds(is_done)
            if not did_something:
                time.sleep(PAUSE_SECONDS)
        return True

    def _holds(self, is_done: Callable[[], bool]) -> bool:
        with organization_scope(self.conversation.organization_id):
            return is_done()

    def _turn(self) -> bool:
        """Take the lane's head and see it through; False when there is none that may go now."""
        ready, refused, bundles = self._take()
        if not ready and not refused and not bundles:
            return False
        uploaded = [upload(one.leased, one.channel, one.missing, one.handles) for one in bundles]
        self._call(ready, uploaded, refused)
        there = [one for one in uploaded if one.outcome is None]
        if there:
            brought = (Bundle(leased=one.leased, channel=one.channel, handles=one.handles) for one in there)
            ready, refused = render_all(brought, clock.now())
            with organization_scope(self.conversation.organization_id):
                ready = mark_sending(ready)
            self._call(ready, [], refused)
        return True

    def _take(self) -> tuple[list[Ready], list[Refused], list[Bundle]]:
        with organization_scope(self.conversation.organization_id):
            taken = take_head(self.book, self.conversation.channel_id, self.conversation.id, database_now(), new_id())
            failpoint("after_claim")
            self.failing |= taken.failing
            found = sort_out(taken)
            return mark_sending(found.ready), found.refused, found.to_upload

    def _call(self, ready: Sequence[Ready], uploaded: Sequence[Uploaded], refused: Sequence[Refused]) -> None:
        failpoint("after_commit_sending")
        called: list[Called] = [call_platform(one) for one in ready]
        failpoint("before_commit_sent")
        if not called and not uploaded and not refused:
            return
        with organization_scope(self.conversation.organization_id):
            apply_effects(called)  # committed by itself: persons are locked in it, and conversations in the next
        with organization_scope(self.conversation.organization_id):
            write_outcomes([*called, *uploaded], refused, self.failing)
