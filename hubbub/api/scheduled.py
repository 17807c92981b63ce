"""/scheduled and /conversations/{id}/scheduled: answers for later. Files of a conversation stand here too."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.conversations import find_conversation
from hubbub.api.conversations import router as conversations
from hubbub.api.drafting import to_outbound
from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.beside import FileFilters, Files, NewScheduled, Scheduled, ScheduledChange, ScheduledList
from hubbub.api.schemas.common import Accepted, Error
from hubbub.api.shapes import attachment_shape, scheduled_shape
from hubbub.conversations import beside
from hubbub.conversations.actions.scheduling import cancel_scheduled, change_scheduled, schedule, send_scheduled_now

router = Router(tags=["scheduled"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@conversations.get(
    "/{conversation_id}/scheduled", tags=["scheduled"], auth=Key("read"), response={200: ScheduledList, **FAULTS}
)
def list_scheduled(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """What waits for its time, and what could not be sent, the next one first."""
    found = beside.list_scheduled(organization_of(request), conversation_id)
    return page([scheduled_shape(row) for row in found], None)


@conversations.post(
    "/{conversation_id}/scheduled", tags=["scheduled"], auth=Key("answer"), response={201: Scheduled, **FAULTS}
)
def create_scheduled(request: HttpRequest, conversation_id: UUID, body: NewScheduled) -> HttpResponse:
    """Say it later. Whether it may be sent is found out at `due_at`; if not, it stands here as `failed` with the
    reason. Nothing shows in the thread before."""
    principal = who(request)
    content, reply_to = to_outbound(find_conversation(principal, conversation_id), body.draft)
    kept = schedule(principal, conversation_id, content, body.due_at, reply_to)
    return _shown(request, kept.id, 201)


@router.get("/{scheduled_id}", auth=Key("read"), response={200: Scheduled, **FAULTS})
def get_scheduled(request: HttpRequest, scheduled_id: UUID) -> HttpResponse:
    """One of them, also when it was sent or taken back."""
    return _shown(request, scheduled_id)


@router.patch("/{scheduled_id}", auth=Key("answer"), response={200: Scheduled, 409: Error, **FAULTS})
def patch_scheduled(request: HttpRequest, scheduled_id: UUID, body: ScheduledChange) -> HttpResponse:
    """Another text or another moment; a failed one waits anew at its new moment. 409 when it no longer waits."""
    change_scheduled(who(request), scheduled_id, text=body.text, due_at=body.due_at)
    return _shown(request, scheduled_id)


@router.post("/{scheduled_id}/send", auth=Key("answer"), response={200: Scheduled, 409: Error, **FAULTS})
def send_now(request: HttpRequest, scheduled_id: UUID) -> HttpResponse:
    """Send it now. 409 when it no longer waits, or with what stands in its way."""
    send_scheduled_now(who(request), scheduled_id)
    return _shown(request, scheduled_id)


@router.delete("/{scheduled_id}", auth=Key("answer"), response={200: Accepted, 409: Error, **FAULTS})
def delete_scheduled(request: HttpRequest, scheduled_id: UUID) -> HttpResponse:
    """Take it back, or put a failed one aside. 409 when it was sent."""
    cancel_scheduled(who(request), scheduled_id)
    return item({"status": "accepted"})


@conversations.get(
    "/{conversation_id}/attachments", tags=["conversations"], auth=Key("read"), response={200: Files, **FAULTS}
)
def list_files(request: HttpRequest, conversation_id: UUID, filters: Query[FileFilters]) -> HttpResponse:
    """Every file of the thread, newest first."""
    found = beside.list_files(
        organization_of(request), conversation_id, kind=filters.type, limit=filters.limit, cursor=filters.cursor
    )
    shown = [{name: value for name, value in attachment_shape(row).items() if name != "place"} for row in found.rows]
    return page(shown, found.next_cursor)


def _shown(request: HttpRequest, scheduled_id: UUID, status: int = 200) -> HttpResponse:
    return item(scheduled_shape(beside.get_scheduled(organization_of(request), scheduled_id)), status)
