"""/conversations: the list, one, what can be done with it, and its messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api import lists
from hubbub.api.drafting import to_outbound
from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Error, Limit
from hubbub.api.schemas.conversations import (
    BulkChange,
    BulkResults,
    Conversation,
    ConversationChange,
    ConversationFilters,
    Conversations,
    Counts,
    MarkRead,
    Shown,
    SnoozeIn,
    TypingIn,
    Ways,
)
from hubbub.api.schemas.messages import Message, Messages, SendMessage
from hubbub.api.shapes import conversation_shape, message_shape
from hubbub.conversations import listing, queries
from hubbub.conversations.actions import bulk, lifecycle, snoozing
from hubbub.conversations.actions.addressing import ways_to_write
from hubbub.conversations.actions.collision import refuse_if_answered
from hubbub.conversations.actions.send import is_known, queue_message
from hubbub.conversations.lifecycle import LifecycleEvent
from hubbub.conversations.models import Conversation as ConversationRow
from hubbub.desk.actions.assigning import hand_over
from hubbub.kit.errors import HubbubError, InvalidInput, NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.models import User
from hubbub.outbound import actions as courtesies

router = Router(tags=["conversations"])
BULK_VALUES: dict[str, Callable[[str], object]] = {"assign": UUID, "snooze": datetime.fromisoformat}
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: Conversations, 401: Error, 403: Error, 422: Error})
def list_conversations(request: HttpRequest, filters: Query[ConversationFilters]) -> HttpResponse:
    """Newest activity first. `next_cursor` of one page is the `cursor` of the next."""
    found = listing.list_conversations(lists.wanted_of(who(request), filters))
    return page([conversation_shape(row) for row in found.rows], found.next_cursor)


@router.get("/counts", auth=Key("read"), response={200: Counts, 401: Error, 403: Error})
def count_conversations(request: HttpRequest) -> HttpResponse:
    """How many conversations each list of the inbox has, without snoozed ones. At most 1,000 are counted."""
    principal = who(request)
    counts = listing.count_lists(principal.organization_id, principal.user_id or lists.NOBODY)
    return item({**counts, "saved_views": lists.count_views(principal)})


@router.post("/bulk", auth=Key("answer"), response={200: BulkResults, 401: Error, 403: Error, 422: Error})
def change_many(request: HttpRequest, body: BulkChange) -> HttpResponse:
    """The same change to up to 200 conversations; each answers for itself."""
    results = bulk.change_many(who(request), body.ids, body.action, _bulk_value(body))
    return item({"items": [_bulk_result(one, refused) for one, refused in results.items()]})


def _bulk_value(body: BulkChange) -> object:
    reader = BULK_VALUES.get(body.action)
    if body.value is None or reader is None:
        return body.value
    try:
        return reader(body.value)
    except ValueError:
        raise InvalidInput(f"The value does not fit the action {body.action}.") from None


def _bulk_result(conversation_id: UUID, refused: HubbubError | None) -> dict[str, Any]:
    error = {"code": refused.code, "sentence": refused.sentence, "details": refused.details} if refused else None
    return {"id": conversation_id, "is_ok": refused is None, "error": error}


@router.get("/{conversation_id}", auth=Key("read"), response={200: Conversation, **FAULTS})
def get_conversation(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """One conversation."""
    return shown(request, conversation_id)


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
    return shown(request, conversation_id)


@router.post("/{conversation_id}/read", auth=Key("answer"), response={200: Conversation, **FAULTS})
def mark_read(request: HttpRequest, conversation_id: UUID, body: MarkRead | None = None) -> HttpResponse:
    """The team has read everything, or everything up to `through`."""
    lifecycle.mark_read(who(request), conversation_id, body.through if body else None)
    return shown(request, conversation_id)


@router.post("/{conversation_id}/unread", auth=Key("answer"), response={200: Conversation, **FAULTS})
def mark_unread(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The customer's newest message is unread again."""
    lifecycle.mark_unread(who(request), conversation_id)
    return shown(request, conversation_id)


@router.post("/{conversation_id}/close", auth=Key("answer"), response={200: Conversation, 409: Error, **FAULTS})
def close(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Close it; a message of the customer within the reopening time opens it again."""
    lifecycle.change_status(who(request), conversation_id, LifecycleEvent.CLOSE)
    return shown(request, conversation_id)


@router.post("/{conversation_id}/archive", auth=Key("answer"), response={200: Conversation, 409: Error, **FAULTS})
def archive(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Put it away; the customer's next message begins another conversation."""
    lifecycle.change_status(who(request), conversation_id, LifecycleEvent.ARCHIVE)
    return shown(request, conversation_id)


@router.post("/{conversation_id}/reopen", auth=Key("answer"), response={200: Conversation, 409: Error, **FAULTS})
def reopen(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Open it again. 409 with `details.conversation_id` while another of that contact and channel is open."""
    lifecycle.change_status(who(request), conversation_id, LifecycleEvent.REOPEN)
    return shown(request, conversation_id)


@router.post("/{conversation_id}/snooze", auth=Key("answer"), response={200: Conversation, 409: Error, **FAULTS})
def snooze(request: HttpRequest, conversation_id: UUID, body: SnoozeIn) -> HttpResponse:
    """Out of the lists until a moment, or until the customer writes, which ends it in any case."""
    if (body.until is None) != body.until_reply:
        raise InvalidInput("Give either until or until_reply.")
    snoozing.snooze(who(request), conversation_id, body.until)
    return shown(request, conversation_id)


@router.post("/{conversation_id}/unsnooze", auth=Key("answer"), response={200: Conversation, **FAULTS})
def unsnooze(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Back in the lists."""
    snoozing.unsnooze(who(request), conversation_id)
    return shown(request, conversation_id)


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
    reason) for what policy forbids now or the platform cannot express; nothing is stored then. 409
    (`answered_meanwhile`) when a colleague has answered after `seen_message_id`; `is_confirmed` sends all the same."""
    principal = who(request)
    conversation = find_conversation(principal, conversation_id)
    if body.seen_message_id and not body.is_confirmed and not is_known(principal.organization_id, body.client_id):
        refuse_if_answered(principal, conversation_id, body.seen_message_id)
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
    if body.then == "close":
        lifecycle.change_status(principal, conversation_id, LifecycleEvent.CLOSE)
    elif body.then == "snooze":
        snoozing.snooze(principal, conversation_id, body.snooze_until)
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


def shown(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The conversation as it stands now."""
    return item(conversation_shape(queries.get_conversation(organization_of(request), conversation_id)))
