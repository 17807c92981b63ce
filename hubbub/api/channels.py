"""/channels: connected accounts, what they can do, their settings and their webhook counts."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.channels import (
    Capabilities,
    Channel,
    ChannelChange,
    ChannelFilters,
    Channels,
    ConnectChannel,
    Platforms,
    WebhookCounters,
)
from hubbub.api.schemas.common import Error
from hubbub.channels import actions, queries
from hubbub.connectors.registry import CONNECTORS, connector_for
from hubbub.conversations.realtime import ScreenEvent, emit

router = Router(tags=["channels"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: Channels, 401: Error, 403: Error, 422: Error})
def list_channels(request: HttpRequest, filters: Query[ChannelFilters]) -> HttpResponse:
    """Connected accounts, newest first. Secrets are never shown, only whether there are credentials."""
    chosen = filters.model_dump(exclude={"cursor", "limit"})
    found = queries.list_channels(organization_of(request), limit=filters.limit, cursor=filters.cursor, filters=chosen)
    return page(found.rows, found.next_cursor)


@router.get("/platforms", auth=Key("read"), response={200: Platforms, 401: Error, 403: Error})
def list_platforms(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Every platform, what it needs to connect, and what it can express."""
    shown = [
        {
            "platform": connector.platform,
            "label": connector.label,
            "credentials": [
                {
                    "name": one.name,
                    "label": one.label,
                    "is_secret": one.is_secret,
                    "is_required": one.is_required,
                    "help": one.help,
                }
                for one in connector.credential_fields
            ],
            "capabilities": connector.capabilities.as_json(),
        }
        for connector in CONNECTORS.values()
    ]
    return item({"items": shown})


@router.post("", auth=Key("manage_channels"), response={201: Channel, 409: Error, **FAULTS})
def connect(request: HttpRequest, body: ConnectChannel) -> HttpResponse:
    """Connect an account, or connect it again. The platform is asked first; 422 carries its reason. 409 while another
    organisation has the account."""
    principal = who(request)
    connection = actions.Connection(
        platform=body.platform,
        external_id=body.external_id,
        credentials=body.credentials,
        name=body.name,
        parent_external_id=body.parent_external_id,
        project_id=body.project_id,
        settings=body.settings,
    )
    channel = actions.connect(principal, principal.organization_id, connection)
    return _changed(request, channel.id, 201)


@router.get("/{channel_id}", auth=Key("read"), response={200: Channel, **FAULTS})
def get_channel(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """One channel."""
    return item(queries.get_channel(organization_of(request), channel_id))


@router.get("/{channel_id}/capabilities", auth=Key("read"), response={200: Capabilities, **FAULTS})
def get_capabilities(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """What can be expressed on it: limits, media, buttons, receipts. `version` changes with any value."""
    channel = queries.get_channel(organization_of(request), channel_id)
    return item(connector_for(channel["platform"]).capabilities.as_json())


@router.patch("/{channel_id}", auth=Key("manage_channels"), response={200: Channel, **FAULTS})
def change_channel(request: HttpRequest, channel_id: UUID, body: ChannelChange) -> HttpResponse:
    """Change settings. What is not given stays as it is."""
    actions.change(who(request), channel_id, body.model_dump(exclude_unset=True, exclude_none=True))
    return _changed(request, channel_id)


@router.post("/{channel_id}/pause", auth=Key("manage_channels"), response={200: Channel, 409: Error, **FAULTS})
def pause(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Nothing is sent until it is resumed; what is queued waits."""
    actions.pause(who(request), channel_id)
    return _changed(request, channel_id)


@router.post("/{channel_id}/resume", auth=Key("manage_channels"), response={200: Channel, 409: Error, **FAULTS})
def resume(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Send again. 409 where it must be connected again first."""
    actions.resume(who(request), channel_id)
    return _changed(request, channel_id)


@router.post("/{channel_id}/disconnect", auth=Key("manage_channels"), response={200: Channel, **FAULTS})
def disconnect(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Forget its credentials and free the account. Conversations stay."""
    actions.disconnect(who(request), channel_id)
    return _changed(request, channel_id)


@router.get("/{channel_id}/webhooks", auth=Key("read"), response={200: WebhookCounters, **FAULTS})
def list_webhook_counters(request: HttpRequest, channel_id: UUID, hours: int = 48) -> HttpResponse:
    """What came in, an hour a row, newest first."""
    bounded = min(max(hours, 1), 720)
    return page(queries.list_webhook_counters(organization_of(request), channel_id, hours=bounded), None)


def show_change(organization_id: UUID, channel_id: UUID) -> None:
    """Tell the screens."""
    emit([ScreenEvent(organization_id=organization_id, kind="channel.changed", subject_id=channel_id)])


def _changed(request: HttpRequest, channel_id: UUID, status: int = 200) -> HttpResponse:
    organization_id = organization_of(request)
    show_change(organization_id, channel_id)
    return item(queries.get_channel(organization_id, channel_id), status)
