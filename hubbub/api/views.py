"""/views: lists of conversations that somebody keeps."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from hubbub.api.lists import checked_filters
from hubbub.api.router import Key, item, page, who
from hubbub.api.schemas.common import Accepted, Error
from hubbub.api.schemas.desk_own import NewView, SavedView, SavedViews, ViewChange
from hubbub.desk.actions import views
from hubbub.desk.queries import own

router = Router(tags=["views"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: SavedViews, 401: Error, 403: Error})
def list_views(request: HttpRequest) -> HttpResponse:
    """The team's and your own, by name."""
    return page(own.list_views(who(request)), None)


@router.post("", auth=Key("read"), response={201: SavedView, 401: Error, 403: Error, 422: Error})
def create_view(request: HttpRequest, body: NewView) -> HttpResponse:
    """A new one; the team's needs `manage_desk`. `filters` are refused where the list would refuse them."""
    filters = checked_filters(body.filters)
    view = views.create_view(who(request), name=body.name, filters=filters, is_shared=body.is_shared)
    return item(own.get_view(who(request), view.id), 201)


@router.patch("/{view_id}", auth=Key("read"), response={200: SavedView, **FAULTS})
def change_view(request: HttpRequest, view_id: UUID, body: ViewChange) -> HttpResponse:
    """Change it, share it with the team, or make it your own."""
    given = body.model_dump(exclude_none=True)
    if "filters" in given:
        given["filters"] = checked_filters(given["filters"])
    views.change_view(who(request), view_id, given)
    return item(own.get_view(who(request), view_id))


@router.delete("/{view_id}", auth=Key("read"), response={200: Accepted, **FAULTS})
def delete_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Remove it."""
    views.delete_view(who(request), view_id)
    return item({"status": "accepted"})
