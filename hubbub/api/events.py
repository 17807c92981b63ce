"""/events: what platforms told us, what became of it, and the dead letters among it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.events import EventDetail, EventFilters, Events
from hubbub.inbound import actions, queries

router = Router(tags=["events"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: Events, 401: Error, 403: Error, 422: Error})
def list_events(request: HttpRequest, filters: Query[EventFilters]) -> HttpResponse:
    """Received last first; `is_dead=true` lists the dead letters."""
    chosen = filters.model_dump(exclude={"cursor", "limit"})
    found = queries.list_events(organization_of(request), limit=filters.limit, cursor=filters.cursor, filters=chosen)
    return page(found.rows, found.next_cursor)


@router.get("/{event_id}", auth=Key("read"), response={200: EventDetail, **FAULTS})
def get_event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """One event with what the platform said."""
    return item(queries.get_event(organization_of(request), event_id))


@router.post("/{event_id}/replay", auth=Key("replay_events"), response={200: EventDetail, 409: Error, **FAULTS})
def replay(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Have it read and applied again by today's code. What had its effect already becomes a duplicate."""
    actions.replay(who(request), event_id)
    return item(queries.get_event(organization_of(request), event_id))


@router.post("/{event_id}/cancel", auth=Key("replay_events"), response={200: EventDetail, 409: Error, **FAULTS})
def cancel(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Put it aside for good. 409 when it had its effect already."""
    actions.cancel(who(request), event_id)
    return item(queries.get_event(organization_of(request), event_id))
