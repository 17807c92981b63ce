"""/templates: message templates that a platform must approve."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.channels import TemplateFilters, Templates
from hubbub.api.schemas.common import Accepted, Error
from hubbub.channels import queries
from hubbub.connectors.base import SyncsTemplates
from hubbub.connectors.registry import connector_for
from hubbub.kit.errors import InvalidInput
from hubbub.organizations.jobs import defer

router = Router(tags=["templates"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: Templates, 401: Error, 403: Error, 422: Error})
def list_templates(request: HttpRequest, filters: Query[TemplateFilters]) -> HttpResponse:
    """As last fetched from the platforms, newest first."""
    found = queries.list_templates(organization_of(request), **filters.model_dump())
    return page(found.rows, found.next_cursor)


@router.post("/sync/{channel_id}", auth=Key("manage_channels"), response={202: Accepted, **FAULTS})
def sync_templates(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Fetch a channel's templates from its platform, soon."""
    organization_id = who(request).organization_id
    connector = connector_for(queries.get_channel(organization_id, channel_id)["platform"])
    if not isinstance(connector, SyncsTemplates):
        raise InvalidInput(f"{connector.label} has no templates.")
    defer("channels.sync_templates", organization_id=str(organization_id), channel_id=str(channel_id))
    return item({"status": "accepted"}, 202)
