"""What the team does among itself in a conversation: notes, mentions, putting it off, answers for later."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.conversations.models.conversation import Conversation
from hubbub.organizations.fields import TenantForeignKey, TenantPart
from hubbub.organizations.models import User


class Note(TenantPart):
    """Something that the team sees and the customer does not."""

    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes", db_index=False)
    author_user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    author_name = models.CharField(max_length=255, blank=True, default="")
    text = models.TextField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "note"
        indexes = [
            models.Index(fields=["conversation", "-created_at", "-id"], name="note_thread"),
            models.Index(fields=["author_user"], name="note_by_author", condition=models.Q(author_user__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Note in {self.conversation_id}"


class Mention(TenantPart):
    """A note is meant for this person; `seen_at` when they have looked."""

    note = TenantForeignKey(Note, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "mention"
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="mention_unique")]
        indexes = [models.Index(fields=["organization", "user", "conversation"], name="mention_of_person")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.note_id}"


class Snooze(models.Model):
    """A conversation that is out of sight: until a moment, and in any case until the customer writes again.

    Whether it still holds is one comparison (`listing.SNOOZED`): nothing that comes in has to look for it.
    """

    conversation = models.OneToOneField(
        Conversation, primary_key=True, db_constraint=False, on_delete=models.CASCADE, related_name="snooze"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    until = models.DateTimeField(null=True, blank=True)
    """NULL: until the customer writes."""
    inbound_count = models.IntegerField()
    """How much the customer had written by then."""
    snoozed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    snoozed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "snooze"
        indexes = [models.Index(fields=["organization", "until"], name="snooze_due")]

    def __str__(self) -> str:
        return f"{self.conversation_id} until {self.until or 'the next message'}"


class ScheduledStatus(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ScheduledMessage(TenantPart):
    """Something to be said later. Nothing of it shows in the thread, and no rule is checked, before its time."""

    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    author_user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    author_name = models.CharField(max_length=255, blank=True, default="")
    content = models.JSONField()
    """The OutboundMessage."""
    reply_to_id = models.UUIDField(null=True, blank=True)
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=ScheduledStatus.choices, default=ScheduledStatus.WAITING)
    message_id = models.UUIDField(null=True, blank=True)
    """What it became."""
    error = models.JSONField(null=True, blank=True)
    """{"code", "sentence"}: why it could not be sent."""
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "scheduled_message"
        indexes = [models.Index(fields=["conversation", "due_at", "id"], name="scheduled_message_thread")]

    def __str__(self) -> str:
        return f"{self.status}, {self.due_at}"
