"""/members: the people of the organisation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from hubbub.api.router import Key, organization_of, page
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.people import Members
from hubbub.organizations.queries import list_members

router = Router(tags=["members"])


@router.get("", auth=Key("read"), response={200: Members, 401: Error, 403: Error})
def get_members(request: HttpRequest) -> HttpResponse:
    """Everybody, by name, also those who may no longer sign in."""
    return page(list_members(organization_of(request)), None)
