"""What automation has still to look at."""

from __future__ import annotations

from django.db import models

from hubbub.conversations.models.conversation import Conversation
from hubbub.conversations.models.message import Message
from hubbub.organizations.fields import TenantForeignKey


class AutomationLane(models.Model):
    """A conversation that has something new for automation. One worker at a time; the lease is the truth."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, db_constraint=False, on_delete=models.CASCADE, related_name="automation_lane"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    pending_since = models.DateTimeField(null=True, blank=True)
    """NULL: nothing to do."""
    due_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.SmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "automation_lane"
        indexes = [
            models.Index(fields=["due_at"], name="automation_lane_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return str(self.conversation_id)


class AutomationItem(models.Model):
    """An inbound message that automation has not seen yet. The row goes when it has, with the effect."""

    message = models.OneToOneField(
        Message, primary_key=True, db_constraint=False, on_delete=models.CASCADE, related_name="automation_item"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    occurred_at = models.DateTimeField()
    body_position = models.IntegerField(default=0)

    class Meta:
        db_table = "automation_item"
        indexes = [
            models.Index(
                fields=["conversation", "occurred_at", "body_position", "message"], name="automation_item_order"
            )
        ]

    def __str__(self) -> str:
        return str(self.message_id)
