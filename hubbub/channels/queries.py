"""Reading channels. No query here touches a sealed column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from hubbub.channels.models import Channel, PlatformCall, Template, WebhookCounter
from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.organizations.database import Row
from hubbub.organizations.paging import Page, newest_first

SHOWN = (
    "id",
    "project_id",
    "owner_id",
    "platform",
    "external_id",
    "parent_external_id",
    "name",
    "username",
    "url",
    "avatar_url",
    "category",
    "follower_count",
    "status",
    "status_reason",
    "paused_until",
    "is_active",
    "is_verified",
    "is_subscribed",
    "subscribed_fields",
    "is_send_auto_reply",
    "is_send_notification",
    "auto_reply_text",
    "settings",
    "webhook_events",
    "webhook_filters",
    "webhook_transformation_rules",
    "token_expires_at",
    "data_access_expires_at",
    "sync_status",
    "last_sync_at",
    "quota_usage",
    "last_error_at",
    "last_error_message",
    "error_count",
    "connected_at",
    "created_at",
)
TEMPLATE_SHOWN = (
    "id",
    "channel_id",
    "external_id",
    "name",
    "language",
    "category",
    "status",
    "quality",
    "rejected_reason",
    "parameter_format",
    "components",
    "changed_at",
    "created_at",
)
COUNTER_SHOWN = (
    "hour",
    "total_requests",
    "successful_requests",
    "failed_requests",
    "total_milliseconds",
    "events",
    "messages",
    "unknown_events",
    "malformed_events",
    "last_request_at",
    "last_failure_at",
    "last_failure_reason",
    "consecutive_failures",
)
CALL_SHOWN = (
    "id",
    "at",
    "channel_id",
    "message_id",
    "platform",
    "purpose",
    "method",
    "endpoint",
    "status",
    "outcome",
    "code",
    "platform_code",
    "trace_id",
    "milliseconds",
    "usage_percent",
)


def _rows(organization_id: UUID) -> QuerySet[Channel, Row]:
    has_credentials = ExpressionWrapper(Q(credentials__isnull=False), output_field=BooleanField())
    found = Channel.objects.filter(organization_id=organization_id).annotate(has_credentials=has_credentials)
    rows: QuerySet[Channel, Row] = found.values(*SHOWN, "has_credentials")
    return rows


def list_channels(organization_id: UUID, *, limit: int, cursor: str | None, filters: Mapping[str, Any]) -> Page:
    """Newest first. `filters`: project_id, platform, is_active, status; None values do not count."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    return newest_first(_rows(organization_id).filter(**chosen), limit, cursor, at="created_at")


def get_channel(organization_id: UUID, channel_id: UUID) -> Row:
    """One channel as the list shows it. Raises NotFound."""
    row = _rows(organization_id).filter(id=channel_id).first()
    if row is None:
        raise NotFound("There is no such channel.")
    return row


def find_channel(organization_id: UUID, wanted: str) -> Channel:
    """By our id, the platform's account id, or the platform's name while it has one channel. For commands.

    Raises NotFound, or InvalidInput when several fit.
    """
    channels = Channel.objects.filter(organization_id=organization_id).exclude(status="disconnected")
    try:
        by_id = list(channels.filter(id=UUID(wanted)))
    except ValueError:
        by_id = []
    found = by_id or list(channels.filter(external_id=wanted)) or list(channels.filter(platform=wanted))
    if not found:
        raise NotFound(f"There is no channel {wanted!r}: name its id, the platform's account id, or its platform.")
    if len(found) > 1:
        names = ", ".join(channel.external_id for channel in found)
        raise InvalidInput(f"Several channels fit {wanted!r}: name one of {names}.")
    return found[0]


def list_templates(organization_id: UUID, *, channel_id: UUID | None, limit: int, cursor: str | None) -> Page:
    """Templates as last synchronised, newest first."""
    rows = Template.objects.filter(organization_id=organization_id)
    if channel_id is not None:
        rows = rows.filter(channel_id=channel_id)
    return newest_first(rows.values(*TEMPLATE_SHOWN), limit, cursor, at="created_at")


def list_webhook_counters(organization_id: UUID, channel_id: UUID, *, hours: int) -> list[Row]:
    """What came in, an hour a row, newest first. Raises NotFound for a channel that is not there."""
    get_channel(organization_id, channel_id)
    rows = WebhookCounter.objects.filter(organization_id=organization_id, channel_id=channel_id)
    return list(rows.order_by("-hour").values(*COUNTER_SHOWN)[:hours])


def list_platform_calls(organization_id: UUID, *, limit: int, cursor: str | None, filters: Mapping[str, Any]) -> Page:
    """Newest first. `filters`: channel_id, message_id, outcome; None values do not count."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    rows = PlatformCall.objects.filter(organization_id=organization_id, **chosen).values(*CALL_SHOWN)
    return newest_first(rows, limit, cursor, at="at")
