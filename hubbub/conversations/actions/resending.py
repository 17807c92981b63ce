"""What can be done about a message that was written: sent again, or taken back."""

from __future__ import annotations

from hubbub.connectors.messages import OutboundMessage
from hubbub.conversations.actions.addressing import addressee, database_now, situation_of
from hubbub.conversations.actions.lifecycle import lock_conversation
from hubbub.conversations.actions.parts import check
from hubbub.conversations.actions.send import PRIORITIES, open_channel, reopen
from hubbub.conversations.drafts import from_json
from hubbub.conversations.models import Message, MessageStatus
from hubbub.conversations.outbox import NewEntry, Priority, enqueue, lock_for_cancelling, release_settled
from hubbub.kit.errors import Conflict, NotFound
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent, emit

CANCEL = """
UPDATE message SET status = 'failed', failed_at = hubbub_now(),
       error = jsonb_build_object('code', 'cancelled', 'sentence', %(sentence)s::text, 'at', hubbub_now())
 WHERE id = ANY(%(ids)s::uuid[])
"""
BY_A_PERSON = "Somebody of the team cancelled this message before it was sent."
REQUEUE = """
UPDATE message SET status = 'queued', error = NULL, failed_at = NULL, external_id = NULL WHERE id = %(id)s
"""


def retry_message(message: Message) -> Message:
    """Send a failed or unknown message again, behind what is queued by now. It stays the same message.

    After `unknown` the customer may see it twice: that is for the person who asks to judge. Raises Conflict in every
    other state, and Unsendable as `queue_message` does.
    """
    conversation = lock_conversation(message.organization_id, message.conversation_id)
    locked = _lock_message(message)
    if locked.direction != "outbound" or locked.status not in (MessageStatus.FAILED, MessageStatus.UNKNOWN):
        raise Conflict("Only a message that failed, or whose fate is unknown, can be sent again.", code="not_retryable")
    content = outbound_of(locked)
    open_channel(conversation)
    situation = situation_of(conversation, locked.author_type, content, database_now())
    check(content, situation, addressee(conversation, content))
    reopen(conversation)
    run(REQUEUE, id=locked.id)
    enqueue([_entry(locked)])
    _show_changed(locked)
    locked.refresh_from_db()
    return locked


def cancel_message(message: Message, why: str = BY_A_PERSON) -> None:
    """Take back what is not on its way yet. Raises Conflict when it is, or is settled."""
    if not lock_for_cancelling([message.id]):
        raise Conflict("This message is on its way already; it cannot be taken back.", code="not_cancellable")
    run(CANCEL, ids=[message.id], sentence=why)
    release_settled([message.id])
    _show_changed(message)


def outbound_of(message: Message) -> OutboundMessage:
    """What the author wrote, as it was stored. Raises NotFound for a message that was not written here."""
    if "outbound" not in message.content:
        raise NotFound("This message was not written here.")
    return from_json(message.content["outbound"], message_id=str(message.id))


def _entry(message: Message) -> NewEntry:
    return NewEntry(
        message_id=message.id,
        organization_id=message.organization_id,
        channel_id=message.channel_id,
        conversation_id=message.conversation_id,
        priority=int(PRIORITIES.get(message.author_type, Priority.MACHINE)),
    )


def _lock_message(message: Message) -> Message:
    found = (
        Message.objects.select_for_update(of=("self",), no_key=True)
        .filter(organization_id=message.organization_id, id=message.id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such message.")
    return found


def _show_changed(message: Message) -> None:
    emit(
        [
            ScreenEvent(
                organization_id=message.organization_id,
                kind="message.changed",
                subject_id=message.id,
                conversation_id=message.conversation_id,
            )
        ]
    )
