"""Answers for later: kept beside the thread, sent once when their time comes. What stands in the way is told then."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from hubbub.connectors.messages import OutboundMessage
from hubbub.conversations.actions.addressing import database_now
from hubbub.conversations.actions.lifecycle import lock_conversation
from hubbub.conversations.actions.send import Wanted, queue_messages
from hubbub.conversations.drafts import from_json, to_json
from hubbub.conversations.models import Message, ScheduledMessage, ScheduledStatus
from hubbub.kit.errors import Conflict, HubbubError, InvalidInput, NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.jobs import defer
from hubbub.organizations.queries import name_of
from hubbub.organizations.scope import organization_scope
from hubbub.organizations.screens import ScreenEvent, emit

LONGEST = timedelta(days=366)
NOTHING = UUID(int=0)
MOST_WAITING = 100
"""Of one conversation."""


def schedule(
    principal: Principal,
    conversation_id: UUID,
    content: OutboundMessage,
    due_at: datetime,
    reply_to: Message | None = None,
) -> ScheduledMessage:
    """Keep an answer until `due_at`. Whether it may be sent is found out then.

    Raises NotFound; InvalidInput for a moment that is past or over a year away, and beyond 100 that wait.
    """
    conversation = lock_conversation(principal.organization_id, conversation_id)
    _refuse_moment(due_at)
    waiting = ScheduledMessage.objects.filter(conversation=conversation, status=ScheduledStatus.WAITING)
    if waiting.count() >= MOST_WAITING:
        raise InvalidInput(f"At most {MOST_WAITING} answers of a conversation wait for their time.")
    kept = ScheduledMessage.objects.create(
        organization_id=principal.organization_id,
        conversation=conversation,
        author_user_id=principal.user_id,
        author_name=name_of(principal),
        content=to_json(content),
        reply_to_id=reply_to.id if reply_to else None,
        due_at=due_at,
    )
    _defer(kept)
    _note(principal, kept, "message_scheduled")
    return kept


def _refuse_moment(due_at: datetime) -> None:
    now = database_now()
    if not now < due_at <= now + LONGEST:
        raise InvalidInput("Schedule it for a moment that is to come, within a year.")


def _defer(kept: ScheduledMessage) -> None:
    """A job of an earlier moment finds that it is not due, or done."""
    defer(
        "reminders.send_scheduled",
        at=kept.due_at,
        organization_id=str(kept.organization_id),
        scheduled_id=str(kept.id),
    )


def cancel_scheduled(principal: Principal, scheduled_id: UUID) -> None:
    """Take it back. Raises NotFound, Conflict (`not_cancellable`) for one that was sent."""
    kept = _lock(principal.organization_id, scheduled_id)
    if kept.status == ScheduledStatus.SENT:
        raise Conflict("This was sent already; it cannot be taken back.", code="not_cancellable")
    kept.status = ScheduledStatus.CANCELLED
    kept.save(update_fields=["status"])
    _note(principal, kept, "scheduled_cancelled")


def change_scheduled(
    principal: Principal, scheduled_id: UUID, *, text: str | None = None, due_at: datetime | None = None
) -> None:
    """Another text, another moment; what is None stays. One that failed waits anew when it gets another moment.

    Raises NotFound, InvalidInput for a moment that is past or over a year away, Conflict for one that no longer waits.
    """
    kept = _lock_pending(principal.organization_id, scheduled_id)
    if text is not None:
        kept.content = {**kept.content, "text": text}
    if due_at is not None:
        _refuse_moment(due_at)
        kept.due_at, kept.status, kept.error = due_at, ScheduledStatus.WAITING, None
        _defer(kept)
    kept.save(update_fields=["content", "due_at", "status", "error"])
    _note(principal, kept, "scheduled_changed")


def send_scheduled_now(principal: Principal, scheduled_id: UUID) -> None:
    """Queue it at once. Raises NotFound, Conflict for one that no longer waits, and what stands in its way."""
    kept = _lock_pending(principal.organization_id, scheduled_id)
    _send(kept)
    if kept.error is not None:
        raise Conflict(str(kept.error["sentence"]), code=str(kept.error["code"]))
    kept.save(update_fields=["status", "message_id", "error"])
    _note(principal, kept, "scheduled_sent_now")


def send_scheduled(organization_id: UUID, scheduled_id: UUID) -> None:
    """Its time has come: queue it, or keep why that is not possible. Asking again changes nothing."""
    with organization_scope(organization_id):
        try:
            kept = _lock(organization_id, scheduled_id)
        except NotFound:
            return  # erased meanwhile
        if kept.status != ScheduledStatus.WAITING or kept.due_at > database_now():
            return
        _send(kept)
        kept.save(update_fields=["status", "message_id", "error"])
        _show(kept)


def _send(kept: ScheduledMessage) -> None:
    quoted = Message.objects.filter(conversation_id=kept.conversation_id, id=kept.reply_to_id or NOTHING)
    wanted = Wanted(
        conversation_id=kept.conversation_id,
        content=from_json(kept.content),
        author_type="human",
        author_user=kept.author_user,
        client_id=f"scheduled:{kept.id}",
        reply_to=quoted.first(),
    )
    with transaction.atomic():
        (queued,) = queue_messages(kept.organization_id, [wanted])
    if isinstance(queued, HubbubError):
        kept.status, kept.error = ScheduledStatus.FAILED, {"code": queued.code, "sentence": queued.sentence}
    else:
        kept.status, kept.message_id, kept.error = ScheduledStatus.SENT, queued, None


def _lock(organization_id: UUID, scheduled_id: UUID) -> ScheduledMessage:
    """The row under its lock, and its conversation before it: sending holds the conversation."""
    rows = ScheduledMessage.objects.filter(organization_id=organization_id, id=scheduled_id)
    found = rows.values_list("conversation_id", flat=True).first()
    if found is None:
        raise NotFound("There is no such scheduled message.")
    lock_conversation(organization_id, found)
    return rows.select_for_update(of=("self",), no_key=True).get()


def _lock_pending(organization_id: UUID, scheduled_id: UUID) -> ScheduledMessage:
    kept = _lock(organization_id, scheduled_id)
    if kept.status not in (ScheduledStatus.WAITING, ScheduledStatus.FAILED):
        raise Conflict("This was sent or taken back already.", code="not_cancellable")
    return kept


def _note(principal: Principal, kept: ScheduledMessage, action: str) -> None:
    due_at = kept.due_at.isoformat()
    audit(principal, kept.organization_id, action, "conversation", kept.conversation_id, due_at=due_at)
    _show(kept)


def _show(kept: ScheduledMessage) -> None:
    emit(
        [
            ScreenEvent(
                organization_id=kept.organization_id,
                kind="scheduled.changed",
                subject_id=kept.id,
                conversation_id=kept.conversation_id,
                data={"status": str(kept.status)},
            )
        ]
    )
