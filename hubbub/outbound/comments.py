"""Hiding, showing and deleting a customer's comment at the platform, and with us."""

from __future__ import annotations

from hubbub.connectors.base import ModeratesComments
from hubbub.connectors.outcomes import Accepted, Rejected
from hubbub.conversations.actions.lifecycle import lock_conversation
from hubbub.conversations.models import Message
from hubbub.kit.errors import Conflict, Unavailable, Unsendable
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.screens import ScreenEvent, emit
from hubbub.outbound.calllog import log_calls
from hubbub.outbound.calls import exchange
from hubbub.outbound.channels import ChannelBook
from hubbub.outbound.jobs import ChannelCard

BECOMES = {"hide": "hidden", "unhide": "visible", "delete": "deleted"}


def moderate(principal: Principal, message: Message, action: str) -> None:
    """hide, unhide or delete a comment; deleting is for good.

    Raises Conflict (`not_a_comment`, `already_deleted`), Unsendable with the platform's reason, Unavailable when it
    cannot be reached: then nothing has changed with us.
    """
    conversation = lock_conversation(message.organization_id, message.conversation_id)
    message.refresh_from_db(fields=["visibility"])
    card = ChannelBook().sendable([conversation.channel_id]).get(conversation.channel_id)
    if message.visibility == "deleted":
        raise Conflict("This comment was deleted already.", code="already_deleted")
    if conversation.type != "public" or not message.external_id:
        raise Conflict("Only a comment under a post can be hidden or deleted.", code="not_a_comment")
    if message.visibility == BECOMES[action]:
        return
    _ask(card, message.external_id, action)
    Message.objects.filter(id=message.id).update(visibility=BECOMES[action])
    audit(principal, message.organization_id, f"comment_{BECOMES[action]}", "message", message.id)
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


def _ask(card: ChannelCard | None, comment: str, action: str) -> None:
    if card is None:
        raise Unsendable("This channel is paused or not connected. Connect it first.", code="channel_state")
    if not isinstance(card.connector, ModeratesComments):
        raise Unsendable("This platform lets nobody hide or delete comments from here.")
    outcome, _, record = exchange(card, card.connector.moderate_request(card.access, comment, action))
    log_calls([record])
    if isinstance(outcome, Rejected):
        raise Unsendable(outcome.sentence, code=outcome.code.value)
    if not isinstance(outcome, Accepted):
        raise Unavailable("The platform did not answer. Try again in a moment.")
