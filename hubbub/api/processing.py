"""/processing: work on messages by machines."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.records import NewProcessing, Processing, ProcessingFilters, ProcessingList
from hubbub.conversations import processing

router = Router(tags=["processing"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: ProcessingList, 401: Error, 403: Error, 422: Error})
def list_records(request: HttpRequest, filters: Query[ProcessingFilters]) -> HttpResponse:
    """Newest first."""
    chosen = filters.model_dump(exclude={"cursor", "limit"})
    found = processing.list_records(
        organization_of(request), limit=filters.limit, cursor=filters.cursor, filters=chosen
    )
    return page(found.rows, found.next_cursor)


@router.post("", auth=Key("answer"), response={201: Processing, **FAULTS})
def create_record(request: HttpRequest, body: NewProcessing) -> HttpResponse:
    """Ask for work on a message. 422 (`nothing_performs_it`) for a type that nothing performs here."""
    row = processing.create_record(
        who(request), message_id=body.message_id, type=body.type, priority=body.priority, input=body.input
    )
    return item(row, 201)


@router.get("/{record_id}", auth=Key("read"), response={200: Processing, **FAULTS})
def get_record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One record."""
    return item(processing.get_record(organization_of(request), record_id))


@router.post("/{record_id}/cancel", auth=Key("answer"), response={200: Processing, 409: Error, **FAULTS})
def cancel_record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Take back what has not begun. 409 otherwise."""
    processing.cancel_record(who(request), record_id)
    return item(processing.get_record(organization_of(request), record_id))
