"""Asks platforms about our own accounts: who they are, which webhooks are subscribed, which templates exist."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now

from hubbub.channels.access import access_to, call
from hubbub.channels.app_subscriptions import ensure_app_subscribed
from hubbub.channels.models import Channel, Template
from hubbub.channels.subscriptions import Subscription, ensure_subscribed, note_subscription, read_subscription
from hubbub.connectors.base import ProbesAccount, ReadsQuota, SyncsTemplates, TemplateInfo
from hubbub.connectors.messages import AccountInfo
from hubbub.connectors.registry import connector_for
from hubbub.kit.errors import HubbubError, NotFound
from hubbub.kit.json import JsonValue, dumps
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope

MOST_PAGES = 50
KEEP_QUOTA = "UPDATE channel SET quota_usage = quota_usage || %(quota)s::jsonb WHERE id = %(id)s"


def sync_channel(organization_id: UUID, channel_id: UUID) -> None:
    """Probe the account and heal its subscription; the result stands on the channel."""
    with organization_scope(organization_id):
        channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        return
    try:
        info = probe(channel)
        quota = {**(info.quota if info else {}), **_quota(channel)}
        subscription = ensure_subscribed(channel)
        app = ensure_app_subscribed(channel)
    except HubbubError as failure:
        with organization_scope(organization_id):
            _failed(channel_id, failure)
        return
    with organization_scope(organization_id):
        _succeeded(channel_id, info, subscription, app)
        _keep_quota(channel_id, quota)


def probe(channel: Channel) -> AccountInfo | None:
    """What the platform says of the account; None where it cannot be asked. Raises InvalidInput with its reason."""
    connector = connector_for(channel.platform)
    if not isinstance(connector, ProbesAccount):
        return None
    access = access_to(channel)
    return connector.read_account(access, call(connector.account_request(access)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCheck:
    """What the platform says when it is asked now. `problem` is a sentence, empty when all is well."""

    account_name: str = ""
    subscribed_fields: tuple[str, ...] = ()
    missing_fields: tuple[str, ...] = ()
    problem: str = ""


def check_connection(organization_id: UUID, channel_id: UUID) -> ConnectionCheck:
    """Ask for the account and its webhooks, and change nothing. Raises NotFound, nothing for what a platform does."""
    channel = Channel.objects.filter(organization_id=organization_id, id=channel_id).first()
    if channel is None:
        raise NotFound("There is no such channel.")
    if not channel.credentials:
        return ConnectionCheck(problem="There are no credentials. Connect the account again.")
    try:
        info, subscription = probe(channel), read_subscription(channel)
    except HubbubError as failure:
        return ConnectionCheck(problem=failure.sentence)
    name = info.name if info else channel.name
    if subscription is None:
        return ConnectionCheck(account_name=name)
    problem = "" if subscription.is_whole else subscription.complaint
    return ConnectionCheck(
        account_name=name,
        subscribed_fields=subscription.fields,
        missing_fields=subscription.missing,
        problem=problem,
    )


def _quota(channel: Channel) -> dict[str, JsonValue]:
    connector, access = connector_for(channel.platform), access_to(channel)
    if not isinstance(connector, ReadsQuota):
        return {}
    return connector.read_quota([call(request) for request in connector.quota_requests(access)])


def _keep_quota(channel_id: UUID, quota: dict[str, JsonValue]) -> None:
    """Beside what answers to sends have told."""
    if quota:
        run(KEEP_QUOTA, id=channel_id, quota=dumps(quota).decode())


def _succeeded(
    channel_id: UUID, info: AccountInfo | None, subscription: Subscription | None, app: Subscription | None
) -> None:
    known = {} if info is None else _account_values(channel_id, info)
    if subscription is not None:
        note_subscription(channel_id, subscription, app)
    problem = next((one.complaint for one in (app, subscription) if one is not None and not one.is_whole), "")
    Channel.objects.filter(id=channel_id).update(
        **known, is_verified=True, sync_status="idle", last_sync_at=Now(), error_count=0, last_error_message=problem
    )


def _account_values(channel_id: UUID, info: AccountInfo) -> dict[str, object]:
    """What changed over there is taken over; a name that a person gave stays."""
    is_ours = Channel.objects.exclude(name="").exclude(name=F("platform_name")).filter(id=channel_id).exists()
    values = {
        "name": "" if is_ours else info.name,
        "platform_name": info.name,
        "username": info.username,
        "avatar_url": info.avatar_url,
        "url": info.url,
        "follower_count": info.follower_count,
        "category": info.category,
    }
    return {name: value for name, value in values.items() if value}


def _failed(channel_id: UUID, failure: HubbubError) -> None:
    Channel.objects.filter(id=channel_id).update(
        sync_status="error",
        last_sync_at=Now(),
        last_error_at=Now(),
        last_error_message=failure.sentence,
        error_count=F("error_count") + 1,
    )


def sync_templates(organization_id: UUID, channel_id: UUID) -> int:
    """Fetch the account's templates; those that are gone there are removed here. Returns how many there are."""
    with organization_scope(organization_id):
        channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        return 0
    connector = connector_for(channel.platform)
    if not isinstance(connector, SyncsTemplates):
        return 0
    found = _all_templates(connector, channel)
    with organization_scope(organization_id):
        for template in found:
            _keep_template(channel, template)
        channel.templates.exclude(external_id__in=[template.external_id for template in found]).delete()
    return len(found)


def _all_templates(connector: SyncsTemplates, channel: Channel) -> list[TemplateInfo]:
    access = access_to(channel)
    found: list[TemplateInfo] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page, cursor = connector.read_templates(call(connector.list_templates_request(access, cursor)))
        found += page
        if cursor is None:
            break
    return found


def _keep_template(channel: Channel, template: TemplateInfo) -> None:
    Template.objects.update_or_create(
        channel=channel,
        external_id=template.external_id,
        organization_id=channel.organization_id,
        defaults={
            "name": template.name,
            "language": template.language,
            "category": template.category,
            "status": template.status,
            "components": template.components,
            "quality": template.quality,
            "rejected_reason": template.rejected_reason,
            "parameter_format": template.parameter_format,
        },
    )
