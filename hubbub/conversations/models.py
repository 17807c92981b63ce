"""Conversations, what was said in them, and the outbox."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.channels.models import Channel
from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.kit.ids import new_id
from hubbub.organizations.fields import TenantForeignKey, TenantModel
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


class Conversation(TenantModel):
    """A thread of one contact on one channel, a group, or the comments under one post."""

    project = TenantForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    channel = TenantForeignKey(Channel, on_delete=models.PROTECT, related_name="conversations")
    contact = TenantForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="conversations")
    """None for groups; the commenter who began it for public threads."""
    identity = TenantForeignKey(ContactIdentity, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
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
    assigned_to = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
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
            models.Index(fields=["organization", "status", "-last_message_at", "-id"], name="conversation_recent"),
            models.Index(fields=["organization", "channel", "-last_message_at", "-id"], name="conversation_by_channel"),
            models.Index(fields=["organization", "contact"], name="conversation_by_contact"),
            models.Index(fields=["channel", "contact"], name="conversation_of_contact"),
            models.Index(fields=["channel", "thread_key"], name="conversation_of_thread"),
            models.Index(
                fields=["organization", "assigned_to", "status"],
                name="conversation_assigned",
                condition=models.Q(assigned_to__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.id)


class Participant(TenantModel):
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


class MessageStatus(models.TextChoices):
    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Message(TenantModel):
    """One thing said, in or out; one bubble on the customer's phone."""

    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    channel = TenantForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    contact = TenantForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    direction = models.CharField(max_length=8)
    """inbound, outbound."""
    author_type = models.CharField(max_length=10)
    """customer, ai, flow, human, system."""
    author_user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=255, blank=True, default="")
    author_avatar_url = models.CharField(max_length=2000, blank=True, default="")
    type = models.CharField(max_length=20)
    text = models.TextField(blank=True, default="")
    content = models.JSONField(default=dict, blank=True)
    """Normalised: see docs/messages.md. Outbound: the OutboundMessage as JSON under "outbound"."""
    raw = models.JSONField(null=True, blank=True)
    """The platform's own words (one item), inbound only."""
    external_id = models.CharField(max_length=512, null=True, blank=True)  # noqa: DJ001 - NULL: not known yet
    client_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 - NULL: none given
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
    reply_to = TenantForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    response_to = TenantForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    response_type = models.CharField(max_length=10, blank=True, default="")
    """auto, manual, suggested."""
    is_replied = models.BooleanField(default=False)
    template = TenantForeignKey(
        "channels.Template", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
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
            models.UniqueConstraint(fields=["organization", "client_id"], name="message_client_id_unique"),
        ]
        indexes = [
            models.Index(
                fields=["conversation", "-occurred_at", "-body_position", "-id"], name="message_thread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.type}"


class MessageEdit(TenantModel):
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


class Attachment(TenantModel):
    """A file, place, card or story in a message. Files of customers are copied into our own store by a job."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
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
            models.Index(
                fields=["organization", "id"], name="attachment_pending", condition=models.Q(state="pending")
            )
        ]

    def __str__(self) -> str:
        return self.type


class Reaction(TenantModel):
    """One person's reaction to one message. Taking it back leaves an empty emoji, so that late news cannot revive it."""

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


class WaitingEffect(TenantModel):
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
            models.UniqueConstraint(
                fields=["channel", "target_external_id", "event_key"], name="waiting_effect_unique"
            )
        ]

    def __str__(self) -> str:
        return self.kind


class OutboxLane(models.Model):
    """The order of sends in one conversation. Its row lock serialises queueing and finishing."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, db_constraint=False, on_delete=models.CASCADE, related_name="outbox_lane"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    next_position = models.BigIntegerField(default=1)
    last_sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "outbox_lane"

    def __str__(self) -> str:
        return str(self.conversation_id)


class OutboxEntry(models.Model):
    """A message that is not settled yet. The row goes when the message is sent, failed or unknown.

    Only the head of a lane (`is_head`) can be leased. `state` is "queued" while leased; "sending" is committed
    immediately before the bytes go out.
    """

    message = models.OneToOneField(
        Message, primary_key=True, db_constraint=False, on_delete=models.CASCADE, related_name="outbox_entry"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.BigIntegerField()
    is_head = models.BooleanField(default=False)
    priority = models.SmallIntegerField(default=5)
    """0: a person's reply; 5: flow and AI; 9: bulk."""
    state = models.CharField(max_length=8, default="queued")
    due_at = models.DateTimeField(db_default=Now())
    """'infinity' while its channel is held."""
    lease_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    sending_at = models.DateTimeField(null=True, blank=True)
    reconcile_until = models.DateTimeField(null=True, blank=True)
    """Found in `sending`: until then the platform's receipt may settle it."""
    attempts = models.SmallIntegerField(default=0)
    retry_key = models.UUIDField(default=new_id)
    uses_reply_token = models.BooleanField(default=False)
    """The attempt under way spends the reply token: its lost answer is never repeated."""
    last_code = models.CharField(max_length=40, blank=True, default="")
    queued_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "outbox"
        constraints = [
            models.UniqueConstraint(fields=["conversation", "position"], name="outbox_position_unique"),
            models.UniqueConstraint(
                fields=["conversation"], condition=models.Q(state="sending"), name="outbox_one_sending"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "priority", "due_at"], name="outbox_ready", condition=models.Q(is_head=True)
            ),
            models.Index(fields=["channel"], name="outbox_by_channel"),
            models.Index(fields=["sending_at"], name="outbox_sending", condition=models.Q(state="sending")),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} #{self.position}"


class ReplyToken(TenantModel):
    """LINE's free, single-use way to answer. Kept for minutes, never logged."""

    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="reply_tokens")
    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=255)
    received_at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "reply_token"
        constraints = [models.UniqueConstraint(fields=["channel", "token"], name="reply_token_unique")]
        indexes = [models.Index(fields=["conversation", "-received_at"], name="reply_token_recent")]

    def __str__(self) -> str:
        return "reply token"


class ProcessingRecord(TenantModel):
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


class AutomationLane(models.Model):
    """A conversation that has something new for automation. One worker at a time; the lease is the truth."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, db_constraint=False, on_delete=models.CASCADE, related_name="automation_lane"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False
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
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    occurred_at = models.DateTimeField()
    body_position = models.IntegerField(default=0)

    class Meta:
        db_table = "automation_item"
        indexes = [
            models.Index(fields=["conversation", "occurred_at", "body_position", "message"], name="automation_item_order")
        ]

    def __str__(self) -> str:
        return str(self.message_id)


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
