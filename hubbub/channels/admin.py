"""Channels in the administration, without their secrets."""

from __future__ import annotations

from django.contrib import admin

from hubbub.channels.models import Channel, Template, WebhookCounter
from hubbub.organizations.admin import ReadOnlyAdmin


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    list_display = ["name", "platform", "external_id", "status", "is_active", "sync_status", "last_error_message"]
    list_filter = ["platform", "status"]
    exclude = ["credentials", "signing_secrets", "verify_token"]


@admin.register(Template)
class TemplateAdmin(ReadOnlyAdmin):
    list_display = ["name", "language", "category", "status", "channel"]
    list_select_related = ["channel"]


@admin.register(WebhookCounter)
class WebhookCounterAdmin(ReadOnlyAdmin):
    list_display = ["hour", "channel", "total_requests", "failed_requests", "messages", "malformed_events"]
    list_select_related = ["channel"]
