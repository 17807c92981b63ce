"""What was said, with what came of it afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.channels.models import Channel
from hubbub.contacts.models import Contact
from hubbub.conversations.models.conversation import Conversation
from hubbub.organizations.fields import TenantForeignKey, TenantPart
from hubbub.organizations.models import User


class MessageStatus(models.TextChoices):
    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Message(TenantPart):
    """One thing said, in or out; one bubble on the customer's phone."""

    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    channel = TenantForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    """The conversation's, which has the reference that the database checks."""
    contact = TenantForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    direction = models.CharField(max_length=8)
    """inbound, outbound."""
    author_type = models.CharField(max_length=10)
    """customer, ai, flow, human, system."""
    author_user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    author_name = models.CharField(max_length=255, blank=True, default="")
    author_avatar_url = models.CharField(max_length=2000, blank=True, default="")
    type = models.CharField(max_length=20)
    text = models.TextField(blank=True, default="")
    content = models.JSONField(default=dict, blank=True)
    """Normalised: see docs/messages.md. Outbound: the OutboundMessage as JSON under "outbound"."""
    raw = models.JSONField(null=True, blank=True)
    """The platform's own words (one item), inbound only."""
    external_id = models.CharField(max_length=512, null=True, blank=True)
    client_id = models.CharField(max_length=100, null=True, blank=True)
    status = models.CharField(max_length=10, choices=MessageStatus.choices)
    visibility = models.CharField(max_length=10, default="visible")
    """visible, hidden, deleted."""

    occurred_at = models.DateTimeField()
    """Platform time (ours: when it was queued). With `body_position` and `id` it gives the order shown."""
    body_position = models.IntegerField(default=0)
    received_at = models.DateTimeField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    reply_to_external_id = models.CharField(max_length=512, blank=True, default="")
    reply_to = TenantForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    response_to = TenantForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    response_type = models.CharField(max_length=10, blank=True, default="")
    """auto, manual, suggested."""
    is_replied = models.BooleanField(default=False)
    template = TenantForeignKey(
        "channels.Template", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    is_edited = models.BooleanField(default=False)
    edit_number = models.IntegerField(default=0)
    edited_at = models.DateTimeField(null=True, blank=True)
    is_unsent = models.BooleanField(default=False)
    unsent_at = models.DateTimeField(null=True, blank=True)
    mentions = models.JSONField(default=list, blank=True)
    hashtags = models.JSONField(default=list, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    intent = models.JSONField(null=True, blank=True)
    error = models.JSONField(null=True, blank=True)
    """{"code", "sentence", "admin_sentence", "platform_code", "trace_id", "at"}"""
    error_count = models.IntegerField(default=0)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "message"
        constraints = [
            models.UniqueConstraint(fields=["channel", "external_id"], name="message_external_id_unique"),
            models.UniqueConstraint(
                fields=["organization", "client_id"],
                name="message_client_id_unique",
                condition=models.Q(client_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "-occurred_at", "-body_position", "-id"], name="message_thread"),
            models.Index(
                fields=["channel", "reply_to_external_id"],
                name="message_awaiting_reply_to",
                condition=models.Q(reply_to__isnull=True) & ~models.Q(reply_to_external_id=""),
            ),
            *(
                models.Index(fields=[name], name=f"message_by_{name}", condition=models.Q(**{f"{name}__isnull": False}))
                for name in ("author_user", "reply_to", "response_to", "template")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.type}"


class MessageEdit(TenantPart):
    """What a message said before; the newest edit is in the message itself."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="edits")
    edit_number = models.IntegerField()
    edited_at = models.DateTimeField()
    text = models.TextField(blank=True, default="")

    class Meta:
        db_table = "message_edit"
        constraints = [
            models.UniqueConstraint(fields=["message", "edit_number", "edited_at"], name="message_edit_unique")
        ]

    def __str__(self) -> str:
        return f"edit {self.edit_number}"


class Attachment(TenantPart):
    """A file, place, card or story in a message. Files of customers are copied into our own store by a job."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="attachments", db_index=False)
    position = models.IntegerField(default=0)
    type = models.CharField(max_length=20)
    source_url = models.TextField(blank=True, default="")
    """The platform's link; it expires. Never shown to browsers."""
    external_id = models.CharField(max_length=512, blank=True, default="")
    mime_type = models.CharField(max_length=120, blank=True, default="")
    size_bytes = models.BigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    file_name = models.CharField(max_length=255, blank=True, default="")
    width = models.IntegerField(null=True, blank=True)
    height = models.IntegerField(null=True, blank=True)
    duration_ms = models.IntegerField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    title = models.CharField(max_length=500, blank=True, default="")
    payload = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, default="none")
    """none (nothing to copy), pending, stored, refused (too big or of a forbidden type), gone, failed."""
    state_reason = models.TextField(blank=True, default="")
    storage_key = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "attachment"
        constraints = [models.UniqueConstraint(fields=["message", "position"], name="attachment_unique")]
        indexes = [
            models.Index(fields=["organization", "id"], name="attachment_pending", condition=models.Q(state="pending"))
        ]

    def __str__(self) -> str:
        return self.type


class Reaction(TenantPart):
    """One person's reaction to one message. Taking it back leaves an empty emoji: late news cannot revive it."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    actor = models.CharField(max_length=255)
    """The person's external id, or "us"."""
    emoji = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=40, blank=True, default="")
    reacted_at = models.DateTimeField()
    event_key = models.CharField(max_length=600, blank=True, default="")
    """Decides between two changes of the same moment, the same way in every order of arrival."""

    class Meta:
        db_table = "reaction"
        constraints = [models.UniqueConstraint(fields=["message", "actor"], name="reaction_unique")]

    def __str__(self) -> str:
        return self.emoji or "(taken back)"


class WaitingEffect(TenantPart):
    """An edit, unsend, reaction or receipt that came before its message. It waits for 8 days, and is counted."""

    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    target_external_id = models.CharField(max_length=512)
    event_key = models.CharField(max_length=600)
    kind = models.CharField(max_length=30)
    data = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "waiting_effect"
        constraints = [
            models.UniqueConstraint(fields=["channel", "target_external_id", "event_key"], name="waiting_effect_unique")
        ]

    def __str__(self) -> str:
        return self.kind


class ReceiptMark(TenantPart):
    """The platform said: everything up to here is delivered, or read. A message's time is the first mark after it."""

    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=10)
    """delivered, read."""
    at = models.DateTimeField()

    class Meta:
        db_table = "receipt_mark"
        constraints = [
            models.UniqueConstraint(fields=["channel", "contact", "status", "at"], name="receipt_mark_unique")
        ]

    def __str__(self) -> str:
        return f"{self.status} up to {self.at}"


class ProcessingRecord(TenantPart):
    """Work on one message by a machine: an answer, an analysis, a translation."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="processing")
    type = models.CharField(max_length=30)
    """ai_response, intent_analysis, sentiment_analysis, translation, moderation."""
    priority = models.SmallIntegerField(default=5)
    """1–10, 10 first."""
    status = models.CharField(max_length=12, default="queued")
    """queued, processing, completed, failed, cancelled."""
    retry_count = models.SmallIntegerField(default=0)
    max_retries = models.SmallIntegerField(default=3)
    scheduled_for = models.DateTimeField(db_default=Now())
    worker = models.CharField(max_length=100, blank=True, default="")
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    duration_seconds = models.FloatField(null=True, blank=True)
    input = models.JSONField(default=dict, blank=True)
    result = models.JSONField(null=True, blank=True)
    error_message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "processing_record"
        constraints = [models.UniqueConstraint(fields=["message", "type"], name="processing_record_unique")]
        indexes = [models.Index(fields=["organization", "status", "-id"], name="processing_record_by_status")]

    def __str__(self) -> str:
        return f"{self.type} {self.status}"
