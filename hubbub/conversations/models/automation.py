"""What automation has still to look at."""

from __future__ import annotations

from django.db import models

from hubbub.conversations.models.conversation import Conversation
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
    """What a customer did that automation has not seen yet. The row goes when it has, with the effect."""

    id = models.UUIDField(primary_key=True)
    """The message's id, or the event's where what was done is shown as no message."""
    type = models.CharField(max_length=20, blank=True, default="")
    """Empty for a message, which says it itself; else referral, opt_in, followed."""
    content = models.JSONField(default=dict, blank=True)
    """What is to be known of it, in the shape of a message's content."""
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    occurred_at = models.DateTimeField()
    body_position = models.IntegerField(default=0)

    class Meta:
        db_table = "automation_item"
        indexes = [
            models.Index(fields=["conversation", "occurred_at", "body_position", "id"], name="automation_item_order")
        ]

    def __str__(self) -> str:
        return str(self.id)
