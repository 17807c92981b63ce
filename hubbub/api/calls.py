"""/calls: what we asked of platforms, and what they answered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, organization_of, page
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.records import CallFilters, Calls
from hubbub.channels import queries

router = Router(tags=["calls"])


@router.get("", auth=Key("read"), response={200: Calls, 401: Error, 403: Error, 422: Error})
def list_calls(request: HttpRequest, filters: Query[CallFilters]) -> HttpResponse:
    """Newest first. No bodies and no tokens are kept."""
    chosen = filters.model_dump(exclude={"cursor", "limit"})
    found = queries.list_platform_calls(
        organization_of(request), limit=filters.limit, cursor=filters.cursor, filters=chosen
    )
    return page(found.rows, found.next_cursor)
