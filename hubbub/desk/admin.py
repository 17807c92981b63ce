"""Teams and leads in the administration."""

from __future__ import annotations

from django.contrib import admin

from hubbub.desk.models import Lead, Team
from hubbub.organizations.admin import ReadOnlyAdmin


@admin.register(Team)
class TeamAdmin(ReadOnlyAdmin):
    list_display = ["name", "is_active", "created_at"]


@admin.register(Lead)
class LeadAdmin(ReadOnlyAdmin):
    list_display = ["contact", "status", "score", "source", "created_at"]
    list_select_related = ["contact"]
