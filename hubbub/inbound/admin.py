"""Events in the administration; dead letters are replayed through the API."""

from __future__ import annotations

from django.contrib import admin

from hubbub.inbound.models import Event
from hubbub.organizations.admin import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["received_at", "platform", "kind", "state", "attempts", "error"]
    list_filter = ["state", "platform"]
