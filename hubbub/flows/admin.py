"""Flows in the administration."""

from __future__ import annotations

from django.contrib import admin

from hubbub.flows.models import Flow, FlowRun, FlowVersion
from hubbub.organizations.admin import ReadOnlyAdmin


@admin.register(Flow)
class FlowAdmin(ReadOnlyAdmin):
    list_display = ["name", "flow_type", "is_active", "priority", "updated_at"]


@admin.register(FlowVersion)
class FlowVersionAdmin(ReadOnlyAdmin):
    list_display = ["flow", "number", "created_at"]
    list_select_related = ["flow"]


@admin.register(FlowRun)
class FlowRunAdmin(ReadOnlyAdmin):
    """Without the state: it holds what customers said."""

    list_display = ["flow", "status", "step", "due_at", "started_at", "ended_at"]
    list_select_related = ["flow"]
    exclude = ["state"]
