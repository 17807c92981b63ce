"""Small courtesies to the person who waits: typing and "seen". One call each, best effort, never queued or repeated."""

from __future__ import annotations

from uuid import UUID

from hubbub.connectors.base import MarksRead, ShowsTyping
from hubbub.connectors.messages import ApiRequest, SendContext
from hubbub.connectors.outcomes import Accepted
from hubbub.conversations.models import Conversation, Message
from hubbub.outbound.calllog import log_calls
from hubbub.outbound.calls import exchange
from hubbub.outbound.channels import ChannelBook
from hubbub.outbound.jobs import ChannelCard


def show_typing(conversation: Conversation, *, is_on: bool = True) -> bool:
    """Show the person that somebody is writing. False where the platform or the thread cannot show it, or refused."""
    card = _card(conversation)
    if card is None or not isinstance(card.connector, ShowsTyping):
        return False
    newest = _newest_inbound(conversation.id)
    external_id = newest.external_id if newest is not None else None
    return _call(card, card.connector.typing_request(_context(conversation, card), external_id, is_on=is_on))


def mark_seen(conversation: Conversation) -> bool:
    """Show the person that their messages were read. False as above."""
    card = _card(conversation)
    newest = _newest_inbound(conversation.id)
    if card is None or newest is None or not isinstance(card.connector, MarksRead):
        return False
    token = (newest.content.get("extra") or {}).get("mark_as_read_token")
    request = card.connector.mark_read_request(_context(conversation, card), newest.external_id, token)
    return _call(card, request)


def _card(conversation: Conversation) -> ChannelCard | None:
    """None while the channel may not send."""
    return ChannelBook().sendable([conversation.channel_id]).get(conversation.channel_id)


def _context(conversation: Conversation, card: ChannelCard) -> SendContext:
    identity = conversation.identity
    return SendContext(
        access=card.access,
        recipient_external_id=identity.external_id if identity is not None else "",
        thread_type=conversation.type,
        thread_key=conversation.thread_key,
    )


def _newest_inbound(conversation_id: UUID) -> Message | None:
    return (
        Message.objects.filter(conversation_id=conversation_id, direction="inbound", external_id__isnull=False)
        .order_by("-occurred_at", "-body_position", "-id")
        .first()
    )


def _call(card: ChannelCard, request: ApiRequest | None) -> bool:
    if request is None:
        return False
    outcome, _, record = exchange(card, request)
    log_calls([record])
    return isinstance(outcome, Accepted)
