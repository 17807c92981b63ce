"""/conversations: the list, one, what can be done with it, and its messages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.drafting import to_outbound
from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Error, Limit
from hubbub.api.schemas.conversations import (
    Conversation,
    ConversationChange,
    ConversationFilters,
    Conversations,
    MarkRead,
    Shown,
    TypingIn,
    Ways,
)
from hubbub.api.schemas.messages import Message, Messages, SendMessage
from hubbub.api.shapes import message_shape
from hubbub.conversations import queries
from hubbub.conversations.actions import lifecycle
from hubbub.conversations.actions.addressing import ways_to_write
from hubbub.conversations.actions.send import queue_message
from hubbub.conversations.lifecycle import LifecycleEvent
from hubbub.conversations.models import Conversation as ConversationRow
from hubbub.desk.actions.assigning import hand_over
from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.models import User
from hubbub.outbound import actions as courtesies

router = Router(tags=["conversations"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: Conversations, 401: Error, 403: Error, 422: Error})
def list_conversations(request: HttpRequest, filters: Query[ConversationFilters]) -> HttpResponse:
    """Newest activity first. `next_cursor` of one page is the `cursor` of the next."""
    chosen = filters.model_dump(exclude={"cursor", "limit"})
    wanted = queries.Wanted(
        organization_id=organization_of(request), limit=filters.limit, cursor=filters.cursor, filters=chosen
    )
    found = queries.list_conversations(wanted)
    return page(found.rows, found.next_cursor)


@router.get("/{conversation_id}", auth=Key("read"), response={200: Conversation, **FAULTS})
def get_conversation(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """One conversation."""
    return _shown(request, conversation_id)


@router.patch("/{conversation_id}", auth=Key("answer"), response={200: Conversation, **FAULTS})
def change_conversation(request: HttpRequest, conversation_id: UUID, body: ConversationChange) -> HttpResponse:
    """Change priority, tags, assignee, who answers, automatic replies. What is not given stays as it is."""
    principal = who(request)
    if body.is_unassigned and body.assigned_to:
        raise InvalidInput("Give either assigned_to or is_unassigned, not both.")
    lifecycle.lock_conversation(principal.organization_id, conversation_id)
    if body.priority is not None:
        lifecycle.set_priority(principal, conversation_id, body.priority)
    if body.tags is not None:
        lifecycle.set_tags(principal, conversation_id, body.tags)
    if body.is_unassigned or body.assigned_to is not None:
        lifecycle.assign(principal, conversation_id, body.assigned_to)
    if body.handover is not None:
        hand_over(principal, conversation_id, body.handover, note=body.handover_note)
    if body.is_auto_reply_enabled is not None:
        lifecycle.set_auto_reply(principal, conversation_id, is_enabled=body.is_auto_reply_enabled)
    return _shown(request, conversation_id)


@router.post("/{conversation_id}/read", auth=Key("answer"), response={200: Conversation, **FAULTS})
def mark_read(request: HttpRequest, conversation_id: UUID, body: MarkRead | None = None) -> HttpResponse:
    """The team has read everything, or everything up to `through`."""
    lifecycle.mark_read(who(request), conversation_id, body.through if body else None)
    return _shown(request, conversation_id)


@router.post("/{conversation_id}/unread", auth=Key("answer"), response={200: Conversation, **FAULTS})
def mark_unread(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The customer's newest message is unread again."""
    lifecycle.mark_unread(who(request), conversation_id)
    return _shown(request, conversation_id)


@router.post("/{conversation_id}/close", auth=Key("answer"), response={200: Conversation, 409: Error, **FAULTS})
def close(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Close it; a message of the customer within the reopening time opens it again."""
    lifecycle.change_status(who(request), conversation_id, LifecycleEvent.CLOSE)
    return _shown(request, conversation_id)


@router.post("/{conversation_id}/archive", auth=Key("answer"), response={200: Conversation, 409: Error, **FAULTS})
def archive(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Put it away; the customer's next message begins another conversation."""
    lifecycle.change_status(who(request), conversation_id, LifecycleEvent.ARCHIVE)
    return _shown(request, conversation_id)


@router.post("/{conversation_id}/reopen", auth=Key("answer"), response={200: Conversation, 409: Error, **FAULTS})
def reopen(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Open it again. 409 with `details.conversation_id` while another of that contact and channel is open."""
    lifecycle.change_status(who(request), conversation_id, LifecycleEvent.REOPEN)
    return _shown(request, conversation_id)


@router.get("/{conversation_id}/messages", auth=Key("read"), response={200: Messages, **FAULTS})
def list_messages(
    request: HttpRequest,
    conversation_id: UUID,
    limit: Limit = 50,
    cursor: str | None = None,
    oldest_first: bool = False,
) -> HttpResponse:
    """The thread, newest first unless `oldest_first`, in the order shown: platform time, place in its body, arrival."""
    found = queries.list_messages(
        organization_of(request), conversation_id, limit=limit, cursor=cursor, is_oldest_first=oldest_first
    )
    return page([message_shape(row) for row in found.rows], found.next_cursor)


@router.post("/{conversation_id}/messages", auth=Key("answer"), response={201: Message, 409: Error, **FAULTS})
def send_message(request: HttpRequest, conversation_id: UUID, body: SendMessage) -> HttpResponse:
    """Queue one message. The same `client_id` again returns the same message. 422 (`unsendable`, or the platform's
    reason) for what policy forbids now or the platform cannot express; nothing is stored then."""
    principal = who(request)
    conversation = find_conversation(principal, conversation_id)
    content, reply_to = to_outbound(conversation, body)
    sent = queue_message(
        conversation,
        content,
        author_type="human",
        author_user=author(principal),
        client_id=body.client_id,
        reply_to=reply_to,
        at=body.send_at,
    )
    return item(message_shape(queries.get_message(principal.organization_id, sent.id)), 201)


@router.get("/{conversation_id}/ways", auth=Key("read"), response={200: Ways, **FAULTS})
def list_ways(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """How a person may write in this conversation now, and until when; empty: not at all."""
    conversation = find_conversation(who(request), conversation_id)
    permits = ways_to_write(conversation, "human")
    return item({"items": [{"way": str(one.way), "tag": one.tag, "closes_at": one.closes_at} for one in permits]})


@router.post("/{conversation_id}/typing", auth=Key("answer"), response={200: Shown, **FAULTS})
def show_typing(request: HttpRequest, conversation_id: UUID, body: TypingIn | None = None) -> HttpResponse:
    """Show the customer that somebody writes, as far as the platform can."""
    conversation = find_conversation(who(request), conversation_id)
    return item({"is_shown": courtesies.show_typing(conversation, is_on=body is None or body.is_on)})


@router.post("/{conversation_id}/seen", auth=Key("answer"), response={200: Shown, **FAULTS})
def mark_seen(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Show the customer that their messages were read, as far as the platform can."""
    conversation = find_conversation(who(request), conversation_id)
    return item({"is_shown": courtesies.mark_seen(conversation)})


def find_conversation(principal: Principal, conversation_id: UUID) -> ConversationRow:
    """The conversation with its channel. Raises NotFound."""
    found = (
        ConversationRow.objects.select_related("channel", "identity")
        .filter(organization_id=principal.organization_id, id=conversation_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such conversation.")
    return found


def author(principal: Principal) -> User | None:
    """The person who writes; None for a machine's key, which writes in the team's name."""
    return User.objects.filter(id=principal.user_id).first() if principal.user_id else None


def _shown(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    row: dict[str, Any] = queries.get_conversation(organization_of(request), conversation_id)
    return item(row)
