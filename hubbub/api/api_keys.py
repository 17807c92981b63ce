"""/api-keys: machines' ways in."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Accepted, Error
from hubbub.api.schemas.keys import ApiKeys, MadeApiKey, NewApiKey
from hubbub.organizations.actions import make_api_key, revoke_api_key
from hubbub.organizations.models import Role
from hubbub.organizations.queries import list_api_keys

router = Router(tags=["api keys"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("manage_keys"), response={200: ApiKeys, 401: Error, 403: Error})
def get_keys(request: HttpRequest) -> HttpResponse:
    """Keys that open something, newest first; never the keys themselves."""
    return page(list_api_keys(organization_of(request)), None)


@router.post("", auth=Key("manage_keys"), response={201: MadeApiKey, 401: Error, 403: Error, 422: Error})
def create_key(request: HttpRequest, body: NewApiKey) -> HttpResponse:
    """A new key of a role that is not above your own. Keep it: it is shown this once."""
    made = make_api_key(who(request), name=body.name, role=Role(body.role), expires_at=body.expires_at)
    [row] = [one for one in list_api_keys(organization_of(request)) if one["id"] == made.id]
    return item({**row, "key": made.key}, 201)


@router.delete("/{key_id}", auth=Key("manage_keys"), response={200: Accepted, **FAULTS})
def delete_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """It opens nothing from now on. This cannot be taken back."""
    revoke_api_key(who(request), key_id)
    return item({"status": "accepted"})
