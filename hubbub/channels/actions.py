"""Connecting an account of a platform, changing how it is used, and letting it go."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from hubbub.channels.access import access_to, call
from hubbub.channels.models import PLATFORMS, Channel, ChannelStatus, SyncStatus
from hubbub.channels.subscriptions import Subscription, ensure_subscribed
from hubbub.channels.sync import probe
from hubbub.connectors.base import Connector, Subscribes, SubscribesApp, SyncsTemplates
from hubbub.connectors.messages import AccountInfo
from hubbub.connectors.registry import connector_for
from hubbub.kit.errors import Conflict, HubbubError, InvalidInput, NotFound
from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue
from hubbub.kit.logging import log_event
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import run
from hubbub.organizations.jobs import defer
from hubbub.organizations.models import Project

logger = logging.getLogger(__name__)
LONGEST_CREDENTIAL = 4000
KEPT_AS = "profile"
"""What was set on the account itself stands below this name in the channel's settings."""
SECRETS_KEPT = 2
"""The new signing secret and the one before: webhooks signed with either are taken while the platform changes over."""
CHANGEABLE = frozenset(
    {
        "name",
        "is_active",
        "is_send_auto_reply",
        "is_send_notification",
        "auto_reply_text",
        "settings",
        "webhook_events",
        "webhook_filters",
        "webhook_transformation_rules",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What is needed to connect an account. `credentials` are named as the connector's `credential_fields`."""

    platform: str
    external_id: str
    credentials: Mapping[str, str] = field(repr=False)
    name: str = ""
    parent_external_id: str = ""
    project_id: UUID | None = None
    settings: Mapping[str, JsonValue] = field(default_factory=dict)


def connect(principal: Principal | None, organization_id: UUID, connection: Connection) -> Channel:
    """Connect an account, or connect it again with new credentials. The platform is asked before anything is stored.

    Raises InvalidInput with the platform's reason, Conflict when the account belongs to another organisation.
    """
    connector = connector_for(connection.platform)
    _check(connector, connection)
    channel = _existing(organization_id, connection) or _new(organization_id, connection)
    is_again = channel.connected_at is not None
    _apply(channel, connector, connection)
    _take_over(channel, _asked(channel))
    _store(channel)
    found = _subscribed(channel)
    Channel.objects.filter(id=channel.id).update(
        subscribed_fields=list(found.fields) if found else [],
        is_subscribed=found is not None and found.is_whole,
        connected_at=Now(),
        secrets_changed_at=Now(),
    )
    action = "channel_reconnected" if is_again else "channel_connected"
    audit(principal, organization_id, action, "channel", channel.id, platform=channel.platform)
    if isinstance(connector, SyncsTemplates):
        defer("channels.sync_templates", organization_id=str(organization_id), channel_id=str(channel.id))
    if isinstance(connector, SubscribesApp):
        defer("channels.sync_channel", organization_id=str(organization_id), channel_id=str(channel.id))
    return channel


def _check(connector: Connector, connection: Connection) -> None:
    known = {one.name: one for one in connector.credential_fields}
    if strange := sorted(set(connection.credentials) - set(known)):
        raise InvalidInput(f"{connector.label} has no credential called {strange[0]!r}: it takes {', '.join(known)}.")
    missing = [one.name for one in known.values() if one.is_required and not connection.credentials.get(one.name)]
    if missing:
        raise InvalidInput(f"{connector.label} needs the credential {missing[0]}. {known[missing[0]].help}".rstrip())
    if any(len(value) > LONGEST_CREDENTIAL for value in connection.credentials.values()):
        raise InvalidInput(f"A credential has at most {LONGEST_CREDENTIAL} characters.")
    if not connection.external_id.strip():
        raise InvalidInput("external_id is needed: the account's id on the platform.")


def _existing(organization_id: UUID, connection: Connection) -> Channel | None:
    """The same account's channel here, also one that was disconnected: its conversations go on."""
    return (
        Channel.objects.filter(
            organization_id=organization_id, platform=connection.platform, external_id=connection.external_id
        )
        .order_by("-connected_at", "-id")
        .first()
    )


def _new(organization_id: UUID, connection: Connection) -> Channel:
    projects = Project.objects.filter(organization_id=organization_id).order_by("created_at")
    project = projects.filter(id=connection.project_id).first() if connection.project_id else projects.first()
    if project is None:
        raise NotFound("There is no such project.")
    return Channel(
        id=new_id(),
        organization_id=organization_id,
        project=project,
        platform=connection.platform,
        external_id=connection.external_id,
    )


def _apply(channel: Channel, connector: Connector, connection: Connection) -> None:
    before = channel.signing_secrets or []
    given = [connection.credentials.get(one.name) for one in connector.credential_fields if one.is_signing_secret]
    secrets = list(dict.fromkeys([*(secret for secret in given if secret), *before]))[:SECRETS_KEPT]
    channel.credentials = {name: value for name, value in connection.credentials.items() if value}
    channel.signing_secrets = secrets or None
    channel.parent_external_id = connection.parent_external_id or channel.parent_external_id
    channel.name = connection.name or channel.name
    channel.settings = {**channel.settings, **connection.settings}


def _asked(channel: Channel) -> AccountInfo | None:
    try:
        return probe(channel)
    except InvalidInput:
        raise
    except HubbubError as failure:
        raise InvalidInput(f"{PLATFORMS[channel.platform]} could not be asked: {failure.sentence}") from None


def _take_over(channel: Channel, info: AccountInfo | None) -> None:
    """What the platform tells of the account; a name that a person gave stays."""
    channel.status, channel.status_reason, channel.paused_until = ChannelStatus.CONNECTED, "", None
    channel.sync_status, channel.error_count, channel.last_error_message = SyncStatus.IDLE, 0, ""
    if info is None:
        return
    channel.is_verified = True
    channel.name, channel.platform_name = channel.name or info.name, info.name
    channel.username = info.username or channel.username
    channel.avatar_url = info.avatar_url or channel.avatar_url
    channel.url = info.url or channel.url
    channel.category = info.category or channel.category
    channel.follower_count = info.follower_count
    channel.parent_external_id = channel.parent_external_id or info.parent_external_id or ""


def _store(channel: Channel) -> None:
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError:
        raise Conflict(
            "This account is connected by another organisation. It must be disconnected there first.",
            code="channel_taken",
        ) from None


def _subscribed(channel: Channel) -> Subscription | None:
    """The webhook fields, read back from the platform. Raises InvalidInput when it refuses."""
    try:
        return ensure_subscribed(channel)
    except HubbubError as failure:
        label = PLATFORMS[channel.platform]
        raise InvalidInput(f"{label} does not send us this account's webhooks: {failure.sentence}") from None


def change(principal: Principal, channel_id: UUID, values: Mapping[str, Any]) -> None:
    """Change settings; `values` are names of `CHANGEABLE`."""
    channel = lock_channel(principal.organization_id, channel_id)
    for name, value in values.items():
        assert name in CHANGEABLE, name
        setattr(channel, name, _with_profile(channel, value) if name == "settings" else value)
    channel.save(update_fields=[*values, "updated_at"])
    audit(principal, channel.organization_id, "channel_changed", "channel", channel_id, fields=[*sorted(values)])


def _with_profile(channel: Channel, settings: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """What stands on the account itself is changed at the platform, not here."""
    kept = {KEPT_AS: channel.settings[KEPT_AS]} if KEPT_AS in channel.settings else {}
    return {**settings, **kept}


def pause(principal: Principal, channel_id: UUID) -> None:
    """Nothing is sent until somebody resumes it; what is queued waits, what comes in is kept."""
    channel = lock_channel(principal.organization_id, channel_id)
    if channel.status not in (ChannelStatus.CONNECTED, ChannelStatus.PAUSED, ChannelStatus.ERROR):
        raise Conflict(f"This channel is {channel.status}; only a connected one can be paused.", code="channel_state")
    _become(channel, ChannelStatus.PAUSED, "Paused by the team.")
    audit(principal, channel.organization_id, "channel_paused", "channel", channel_id)


def resume(principal: Principal, channel_id: UUID) -> None:
    """Send again what waits. Raises Conflict where the credentials must be renewed first."""
    channel = lock_channel(principal.organization_id, channel_id)
    if channel.status not in (ChannelStatus.PAUSED, ChannelStatus.CONNECTED, ChannelStatus.ERROR):
        raise Conflict(f"This channel is {channel.status}: connect it again.", code="channel_state")
    _become(channel, ChannelStatus.CONNECTED, "")
    audit(principal, channel.organization_id, "channel_resumed", "channel", channel_id)


def disconnect(principal: Principal, channel_id: UUID) -> None:
    """Forget the credentials and free the account for another organisation. Conversations stay."""
    channel = lock_channel(principal.organization_id, channel_id)
    if channel.status == ChannelStatus.DISCONNECTED:
        return
    _unsubscribe(channel)
    channel.credentials = channel.signing_secrets = channel.verify_token = None
    channel.is_subscribed, channel.subscribed_fields = False, []
    channel.save(update_fields=["credentials", "signing_secrets", "verify_token", "is_subscribed", "subscribed_fields"])
    _become(channel, ChannelStatus.DISCONNECTED, "Disconnected by the team.")
    run("UPDATE channel SET secrets_changed_at = hubbub_now() WHERE id = %(id)s", id=channel_id)
    audit(principal, channel.organization_id, "channel_disconnected", "channel", channel_id)


def _unsubscribe(channel: Channel) -> None:
    """As far as the platform still lets us: a dead token must not keep a channel connected."""
    connector = connector_for(channel.platform)
    if not isinstance(connector, Subscribes) or not channel.credentials or _shares_its_page(channel):
        return
    try:
        call(connector.unsubscribe_request(access_to(channel)))
    except HubbubError as failure:
        log_event(logger, logging.WARNING, "channel_not_unsubscribed", channel=channel.id, code=failure.code)


def _shares_its_page(channel: Channel) -> bool:
    """A Page has one subscription for Messenger and Instagram: the other one still needs it."""
    others = Channel.objects.exclude(status=ChannelStatus.DISCONNECTED).filter(organization_id=channel.organization_id)
    if channel.platform == "instagram":
        return others.filter(platform="facebook", external_id=channel.parent_external_id).exists()
    return others.filter(platform="instagram", parent_external_id=channel.external_id).exists()


def _become(channel: Channel, status: ChannelStatus, reason: str) -> None:
    channel.status, channel.status_reason, channel.paused_until = status, reason, None
    channel.save(update_fields=["status", "status_reason", "paused_until", "updated_at"])


def lock_channel(organization_id: UUID, channel_id: UUID) -> Channel:
    """The channel under its row lock. Raises NotFound."""
    found = (
        Channel.objects.select_for_update(of=("self",), no_key=True)
        .filter(organization_id=organization_id, id=channel_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such channel.")
    return found
