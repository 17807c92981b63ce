"""When people are at work."""

from __future__ import annotations

from django.db import models

from hubbub.channels.models import Channel
from hubbub.organizations.fields import TenantForeignKey, TenantModel


class WorkingHours(TenantModel):
    """The organisation's hours, or those of one channel. No row: always."""

    channel = TenantForeignKey(Channel, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """None: of every channel that has none of its own."""
    hours = models.JSONField(default=dict, blank=True)
    """{"time_zone": "Asia/Bangkok", "days": {"mon": [["09:00", "18:00"]], …}}: as flows have it."""
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "working_hours"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "channel"], name="working_hours_unique", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"Of {self.channel_id or 'the organisation'}"
