"""The automation lane's loop: claim conversations, decide about each new message in order, commit under the lease."""

from __future__ import annotations

import logging
from threading import Event
from uuid import UUID

from django.db import Error, connection, transaction

from hubbub.automation import lane
from hubbub.automation.mutex import outer_mutex
from hubbub.automation.responders import Decision, decide
from hubbub.conversations.actions.send import queue_message
from hubbub.conversations.models import Conversation, Message
from hubbub.kit.errors import HubbubError
from hubbub.kit.logging import log_event
from hubbub.organizations.scope import organization_scope

logger = logging.getLogger(__name__)

CLAIM_AT_ONCE = 50
IDLE_SECONDS = (0.01, 0.02, 0.05, 0.1)
PAUSE_AFTER_ERROR_SECONDS = 0.5
RETRY_SECONDS = (1, 5, 30, 120, 600)


def run(stop: Event) -> None:
    """Work until `stop` is set. What a worker had leased when it died is taken up when the lease ends."""
    idle_turns = 0
    while not stop.is_set():
        try:
            worked = work_once()
        except Error as failure:
            log_event(logger, logging.WARNING, "automation_interrupted", error=failure)
            connection.close()
            stop.wait(PAUSE_AFTER_ERROR_SECONDS)
            continue
        idle_turns = 0 if worked else idle_turns + 1
        if not worked:
            stop.wait(IDLE_SECONDS[min(idle_turns, len(IDLE_SECONDS)) - 1])


def work_once(limit: int = CLAIM_AT_ONCE) -> int:
    """Claim and handle one round of conversations; returns how many there were."""
    with transaction.atomic():
        leases = lane.claim(limit)
    for lease in leases:
        _handle(lease)
    return len(leases)


def _handle(lease: lane.Lease) -> None:
    """One conversation. A failure is kept with it, and never stops the others."""
    try:
        with outer_mutex(lease.conversation_id) as is_free:
            is_released = is_free and _answer_all(lease)
        if not is_released:
            with transaction.atomic():
                lane.release(lease)
    except Error:
        raise
    except Exception as failure:  # noqa: BLE001 - whatever a responder does must not stop the lane
        log_event(logger, logging.ERROR, "automation_failed", error=failure, conversation_id=lease.conversation_id)
        delay = RETRY_SECONDS[min(lease.attempts, len(RETRY_SECONDS) - 1)]
        with transaction.atomic():
            lane.fail(lease, f"Deciding failed: {type(failure).__name__}.", delay)


def _answer_all(lease: lane.Lease) -> bool:
    """Whether the conversation was given back with the last decision."""
    with organization_scope(lease.organization_id):
        waiting = lane.pending(lease)
    for message_id in waiting:
        if not _answer(lease, message_id, is_last=message_id == waiting[-1]):
            return False
    return bool(waiting)


def _answer(lease: lane.Lease, message_id: UUID, *, is_last: bool) -> bool:
    """Decide, then write the decision and its effect; False when the lease was lost, and nothing was written.

    The last one gives the conversation back in the same commit.

    Deciding asks nobody outside and locks nothing. A responder that does ask must be given its own transaction.
    """
    with organization_scope(lease.organization_id):
        message = Message.objects.defer("raw", "metadata", "intent", "mentions", "hashtags").get(id=message_id)
        conversation = Conversation.objects.select_related("channel", "contact").get(id=lease.conversation_id)
        decision = decide(conversation, message)
        if not lane.hold(lease):
            return False
        reason = decision.reason
        if decision.answer is not None:
            reason = _queue(conversation, message, decision) or reason
        lane.finish_item(lease, message.id, decision.name, reason)
        if is_last:
            lane.release(lease)
    return True


def _queue(conversation: Conversation, message: Message, decision: Decision) -> str:
    """Queue the answer; returns the sentence when it may not be sent."""
    assert decision.answer is not None
    try:
        with transaction.atomic():
            queue_message(
                conversation,
                decision.answer,
                author_type="flow",
                client_id=f"automation:{message.id}",
            )
    except HubbubError as refused:
        return refused.sentence
    return ""
