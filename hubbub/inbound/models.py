"""Raw deliveries, the events in them, and the memory of what was seen."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.channels.models import Channel
from hubbub.kit.ids import new_id
from hubbub.organizations.fields import TenantForeignKey


class Delivery(models.Model):
    """One webhook call as received. It may carry several tenants' entries, so it has no tenant: operators only.

    Partitioned by `received_at`; the key in the database is (id, received_at).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    received_at = models.DateTimeField()
    seq = models.BigIntegerField()
    """Order of insertion (identity): where leasing goes on."""
    platform = models.CharField(max_length=20)
    path_channel = models.CharField(max_length=255, null=True)
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    edge = models.CharField(max_length=100, default="")
    size_bytes = models.IntegerField(default=0)
    is_spooled = models.BooleanField(default=False)
    processed_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="received")
    """received, applied, dead."""
    attempts = models.SmallIntegerField(default=0)
    event_count = models.IntegerField(default=0)
    unrouted_count = models.IntegerField(default=0)
    malformed_count = models.IntegerField(default=0)
    error = models.TextField(default="")

    class Meta:
        db_table = "delivery"

    def __str__(self) -> str:
        return f"{self.platform} {self.id}"


class EventState(models.TextChoices):
    APPLIED = "applied"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    UNKNOWN = "unknown"
    MALFORMED = "malformed"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Event(models.Model):
    """One thing in a delivery, for one tenant: its own entry's JSON and what became of it. Partitioned by time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    received_at = models.DateTimeField()
    channel = models.ForeignKey(
        Channel, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    delivery_id = models.UUIDField()
    body_position = models.IntegerField(default=0)
    platform = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    event_key = models.CharField(max_length=600)
    occurred_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=EventState.choices)
    contact_id = models.UUIDField(null=True)
    conversation_id = models.UUIDField(null=True)
    message_id = models.UUIDField(null=True)
    raw = models.JSONField(default=dict)
    error = models.TextField(default="")
    attempts = models.SmallIntegerField(default=1)
    replay_requested_at = models.DateTimeField(null=True)
    """Set by a person; the inbound worker parses `raw` again and applies it."""
    applied_at = models.DateTimeField(null=True)
    milliseconds = models.FloatField(null=True)
    """From arrival at the edge to applied."""

    class Meta:
        db_table = "event"

    def __str__(self) -> str:
        return self.kind


class EventSeen(models.Model):
    """Keys of events that have had their effect; kept for at least 8 days, longer than any platform redelivers."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="+", db_index=False)
    event_key = models.CharField(max_length=600)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "event_seen"
        constraints = [models.UniqueConstraint(fields=["channel", "event_key"], name="event_seen_unique")]
        indexes = [models.Index(fields=["seen_at"], name="event_seen_age")]

    def __str__(self) -> str:
        return self.event_key
