"""/realtime: what changed, for whoever has no WebSocket."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, item, organization_of
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.realtime import ScreenEvents, Since
from hubbub.realtime.queries import catch_up

router = Router(tags=["realtime"])


@router.get("", auth=Key("read"), response={200: ScreenEvents, 401: Error, 403: Error, 422: Error})
def list_changes(request: HttpRequest, given: Query[Since]) -> HttpResponse:
    """Everything after `since`, in order and without a gap: ids only. Ask again with `last_seq` every few seconds."""
    return item(catch_up(organization_of(request), given.since).as_json())
