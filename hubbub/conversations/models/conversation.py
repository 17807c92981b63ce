"""Threads and who is in them."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from hubbub.channels.models import Channel
from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.organizations.fields import TenantForeignKey, TenantPart
from hubbub.organizations.models import Project, User


class ConversationStatus(models.TextChoices):
    ACTIVE = "active"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Priority(models.TextChoices):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


NOBODY = UUID(int=0)
WHOSE = models.Case(
    models.When(assigned_to__isnull=True, then=models.Value(NOBODY)),
    default=models.F("assigned_to"),
    output_field=models.UUIDField(),
)
"""Whose conversation it is, `NOBODY` for none: an index that begins with NULL is not read in its order."""


class Conversation(TenantPart):
    """A thread of one contact on one channel, a group, or the comments under one post."""

    project = TenantForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = TenantForeignKey(Channel, on_delete=models.PROTECT, related_name="conversations", db_index=False)
    contact = TenantForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="conversations", db_index=False
    )
    """None for groups; the commenter who began it for public threads."""
    identity = TenantForeignKey(
        ContactIdentity, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    """Where answers go in a private thread: the identity seen last."""
    type = models.CharField(max_length=10, default="private")
    thread_key = models.CharField(max_length=255, blank=True, default="")
    status = models.CharField(max_length=10, choices=ConversationStatus.choices, default=ConversationStatus.ACTIVE)
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    title = models.CharField(max_length=500, blank=True, default="")
    summary = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    is_ai_enabled = models.BooleanField(default=True)
    is_auto_reply_enabled = models.BooleanField(default=True)
    handover = models.CharField(max_length=10, default="flow")
    """Who answers: flow, ai, human."""
    is_standby = models.BooleanField(default=False)
    """Another app owns the thread; told at `standby_changed_at` (platform time)."""
    standby_changed_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    assignment_type = models.CharField(max_length=10, default="ai")
    """ai, human, hybrid."""
    resolution = models.CharField(max_length=10, blank=True, default="")
    """pending, resolved, escalated."""
    satisfaction = models.DecimalField(max_digits=3, decimal_places=2, null=True, blank=True)

    message_count = models.IntegerField(default=0)
    inbound_count = models.IntegerField(default=0)
    outbound_count = models.IntegerField(default=0)
    unread_count = models.IntegerField(default=0)
    read_through = models.DateTimeField(null=True, blank=True)
    """An agent has read everything up to here (platform time)."""
    last_message_text = models.CharField(max_length=200, blank=True, default="")
    last_message_id = models.UUIDField(null=True, blank=True)
    first_message_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    last_outbound_at = models.DateTimeField(null=True, blank=True)
    awaiting_reply_since = models.DateTimeField(null=True, blank=True)
    response_count = models.IntegerField(default=0)
    response_seconds_total = models.FloatField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    status_changed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "conversation"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "contact"],
                condition=models.Q(status="active", type="private"),
                name="conversation_one_open_private",
            ),
            models.UniqueConstraint(
                fields=["channel", "thread_key"],
                condition=models.Q(status="active") & ~models.Q(type="private"),
                name="conversation_one_open_thread",
            ),
        ]
        indexes = [
            models.Index(
                "organization",
                "status",
                models.ExpressionWrapper(models.Q(assigned_to__isnull=True), output_field=models.BooleanField()),
                models.ExpressionWrapper(models.Q(unread_count__gt=0), output_field=models.BooleanField()),
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                name="conversation_recent",
            ),
            models.Index(
                fields=["organization", "channel", "status", "-last_message_at", "-id"], name="conversation_by_channel"
            ),
            models.Index(fields=["contact", "channel"], name="conversation_by_contact"),
            models.Index(
                fields=["channel", "thread_key"], name="conversation_of_thread", condition=~models.Q(type="private")
            ),
            models.Index(
                fields=["organization", "assigned_to", "status", "-last_message_at", "-id"],
                name="conversation_assigned",
                condition=models.Q(assigned_to__isnull=False),
            ),
            models.Index(
                "organization",
                WHOSE,
                "awaiting_reply_since",
                "id",
                name="conversation_waiting",
                condition=models.Q(status="active", awaiting_reply_since__isnull=False),
            ),
            models.Index(
                "organization",
                WHOSE,
                "priority",
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                name="conversation_priority",
                condition=models.Q(status="active") & ~models.Q(priority="normal"),
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.id)


class Participant(TenantPart):
    """Somebody in a conversation: the contact of a private one, the members of a group."""

    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    joined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "participant"
        constraints = [models.UniqueConstraint(fields=["conversation", "contact"], name="participant_unique")]

    def __str__(self) -> str:
        return f"{self.contact_id}"
