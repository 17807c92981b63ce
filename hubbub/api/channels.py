"""/channels: connected accounts, what they can do, their settings and their webhook counts."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.channels import (
    Capabilities,
    Channel,
    ChannelActivities,
    ChannelChange,
    ChannelFilters,
    ChannelPermissions,
    ChannelProfile,
    ChannelProfileChange,
    Channels,
    ConnectChannel,
    ConnectionTest,
    Platforms,
    WebhookCounters,
    WebhookSetup,
)
from hubbub.api.schemas.common import Error
from hubbub.channels import actions, permissions, profile, queries, sync
from hubbub.connectors.registry import CONNECTORS, connector_for
from hubbub.conversations.channel_activity import list_channel_activity
from hubbub.organizations.jobs import defer
from hubbub.organizations.screens import ScreenEvent, emit
from hubbub.settings.environment import environment

router = Router(tags=["channels"])
LINE = "line"
"""Signs with the channel's own secret, and has no token to verify an address with."""
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


@router.get("/activity", auth=Key("read"), response={200: ChannelActivities, 401: Error, 403: Error})
def list_activity(request: HttpRequest) -> HttpResponse:
    """When each channel last had a message in and out, and what it received in the last 24 hours."""
    return page(list_channel_activity(organization_of(request)), None)


@router.get("/webhook-setup", auth=Key("manage_channels"), response={200: WebhookSetup, 401: Error, 403: Error})
def get_webhook_setup(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """What is entered at the platforms so that they send their webhooks here."""
    settings = environment()
    token = settings.facebook_webhook_verify_token.get_secret_value()
    shown = [
        {
            "platform": name,
            "url": f"{settings.base_url}/webhooks/{name}",
            "verify_token": None if name == LINE else token,
        }
        for name in CONNECTORS
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


@router.post("/{channel_id}/test", auth=Key("manage_channels"), response={200: ConnectionTest, **FAULTS})
def test_channel(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Ask the platform for the account and its webhooks. Changes nothing; `problem` says what is wrong."""
    found = sync.check_connection(organization_of(request), channel_id)
    return item(
        {
            "is_ok": not found.problem,
            "problem": found.problem,
            "account_name": found.account_name,
            "subscribed_fields": found.subscribed_fields,
            "missing_fields": found.missing_fields,
        }
    )


@router.post("/{channel_id}/sync", auth=Key("manage_channels"), response={200: Channel, **FAULTS})
def sync_channel(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Take over name, followers and quota now, and heal the webhook subscription. Templates follow in a job."""
    organization_id = organization_of(request)
    queries.get_channel(organization_id, channel_id)
    sync.sync_channel(organization_id, channel_id)
    defer("channels.sync_templates", organization_id=str(organization_id), channel_id=str(channel_id))
    return _changed(request, channel_id)


@router.get("/{channel_id}/permissions", auth=Key("read"), response={200: ChannelPermissions, **FAULTS})
def get_permissions(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Ask the platform what the account's token may do, beside what is needed."""
    found = permissions.read_permissions(organization_of(request), channel_id)
    return item(
        {
            "needed": found.needed,
            "granted": found.granted,
            "missing": found.missing,
            "problem": found.problem,
        }
    )


@router.get("/{channel_id}/profile", auth=Key("read"), response={200: ChannelProfile, **FAULTS})
def get_profile(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Greeting, menus and questions to begin with: ours, what the platform has now, and where they differ."""
    return _profile(profile.read_profile(organization_of(request), channel_id))


@router.put("/{channel_id}/profile", auth=Key("manage_channels"), response={200: ChannelProfile, 503: Error, **FAULTS})
def put_profile(request: HttpRequest, channel_id: UUID, body: ChannelProfileChange) -> HttpResponse:
    """Set them at the platform. Null takes away; what is not given stays. 422 carries the platform's reason."""
    found = profile.write_profile(who(request), channel_id, body.settings)
    show_change(organization_of(request), channel_id)
    return _profile(found)


def _profile(found: profile.AccountProfile) -> HttpResponse:
    return item(
        {
            "settable": found.settable,
            "ours": dict(found.ours),
            "theirs": None if found.theirs is None else dict(found.theirs),
            "drift": found.drift,
            "problem": found.problem,
        }
    )


def show_change(organization_id: UUID, channel_id: UUID) -> None:
    """Tell the screens."""
    emit([ScreenEvent(organization_id=organization_id, kind="channel.changed", subject_id=channel_id)])


def _changed(request: HttpRequest, channel_id: UUID, status: int = 200) -> HttpResponse:
    organization_id = organization_of(request)
    show_change(organization_id, channel_id)
    return item(queries.get_channel(organization_id, channel_id), status)
