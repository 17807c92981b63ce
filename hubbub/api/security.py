"""/security-events: what was refused, counted by the hour."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, page
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.security import SecurityEventFilters, SecurityEvents
from hubbub.organizations.security import list_security_events

router = Router(tags=["security"])
FAULTS = {401: Error, 403: Error, 422: Error}


@router.get("", auth=Key("read_security"), response={200: SecurityEvents, **FAULTS})
def list_own(request: HttpRequest, filters: Query[SecurityEventFilters]) -> HttpResponse:  # noqa: ARG001
    """What concerns this organisation, the newest first."""
    return _page(filters)


@router.get("/all", auth=Key("operate"), response={200: SecurityEvents, **FAULTS})
def list_all(request: HttpRequest, filters: Query[SecurityEventFilters]) -> HttpResponse:  # noqa: ARG001
    """Also of other organisations, and what is nobody's. Needs a key made with --operator."""
    return _page(filters)


def _page(filters: SecurityEventFilters) -> HttpResponse:
    chosen = filters.model_dump(exclude={"cursor", "limit"})
    found = list_security_events(limit=filters.limit, cursor=filters.cursor, filters=chosen)
    return page(found.rows, found.next_cursor)
