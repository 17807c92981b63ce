"""/archive: old conversations that were moved out of the way; reading them, and putting one back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.archive import ArchivedConversation, ArchivedConversations, ArchiveFilters
from hubbub.api.schemas.common import Error, Limit
from hubbub.api.schemas.conversations import Conversation
from hubbub.api.schemas.messages import Messages
from hubbub.api.shapes import conversation_shape, message_shape
from hubbub.conversations.archiving import queries, restoring
from hubbub.conversations.queries import get_conversation
from hubbub.organizations.actions import audit

router = Router(tags=["archive"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: ArchivedConversations, 401: Error, 403: Error, 422: Error})
def list_archived(request: HttpRequest, filters: Query[ArchiveFilters]) -> HttpResponse:
    """Moved last first. Status and counts are those of the day on which they were moved."""
    chosen = filters.model_dump(exclude={"cursor", "limit"})
    found = queries.list_archived(organization_of(request), limit=filters.limit, cursor=filters.cursor, filters=chosen)
    return page(found.rows, found.next_cursor)


@router.get("/{archived_id}", auth=Key("read"), response={200: ArchivedConversation, **FAULTS})
def get_archived(request: HttpRequest, archived_id: UUID) -> HttpResponse:
    """One of them. It has the id that it had as a conversation."""
    return item(queries.get_archived(organization_of(request), archived_id))


@router.get("/{archived_id}/messages", auth=Key("read"), response={200: Messages, **FAULTS})
def list_archived_messages(
    request: HttpRequest, archived_id: UUID, limit: Limit = 50, cursor: str | None = None
) -> HttpResponse:
    """What was said, newest first, as in /conversations/{id}/messages."""
    found = queries.list_archived_messages(organization_of(request), archived_id, limit=limit, cursor=cursor)
    return page([message_shape(row) for row in found.rows], found.next_cursor)


@router.post("/{archived_id}/restore", auth=Key("answer"), response={200: Conversation, **FAULTS})
def restore(request: HttpRequest, archived_id: UUID) -> HttpResponse:
    """Put it back among the conversations, closed or archived as it was."""
    principal = who(request)
    restoring.restore_one(principal.organization_id, archived_id)
    audit(principal, principal.organization_id, "conversation_restored", "conversation", archived_id)
    return item(conversation_shape(get_conversation(principal.organization_id, archived_id)))
