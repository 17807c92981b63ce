"""Changes for people's screens, and facts worth counting."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.kit.ids import new_id
from hubbub.organizations.fields import TenantPart


class RealtimeEvent(models.Model):
    """A change for people's screens; `seq` is stamped by the relay after commit. Partitioned by time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    created_at = models.DateTimeField(db_default=Now())
    seq = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    """conversation.changed, message.created, message.changed, contact.changed, channel.changed, …"""
    subject_id = models.UUIDField()
    conversation_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "realtime_event"

    def __str__(self) -> str:
        return self.kind


class Fact(TenantPart):
    """Something worth counting, from day one: conversation_opened, first_response, response, closed, reopened,
    escalated, handed_over, satisfaction, send_failed, inbound_error, lead_created."""

    kind = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now())
    channel_id = models.UUIDField(null=True)
    conversation_id = models.UUIDField(null=True)
    contact_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    value = models.FloatField(null=True)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "fact"
        indexes = [
            models.Index(fields=["organization", "kind", "-at"], name="fact_recent"),
            models.Index(
                fields=["organization", "conversation_id", "-at", "-id"],
                name="fact_of_reopening",
                condition=models.Q(kind="reopened"),
            ),
        ]

    def __str__(self) -> str:
        return self.kind
