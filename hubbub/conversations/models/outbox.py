"""The way out: lanes, unsettled messages, reply tokens."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.channels.models import Channel
from hubbub.conversations.models.conversation import Conversation
from hubbub.conversations.models.message import Message
from hubbub.kit.ids import new_id
from hubbub.organizations.fields import TenantForeignKey, TenantPart


class OutboxLane(models.Model):
    """The order of sends in one conversation. Its row lock serialises queueing and finishing."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, db_constraint=False, on_delete=models.CASCADE, related_name="outbox_lane"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
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
    immediately before the bytes go out; "scheduled" stands outside the order until its time comes. Whenever a row
    becomes ready (queued, promoted, given back), `due_at` is that moment or later: senders begin their scans there.
    """

    message = models.OneToOneField(
        Message, primary_key=True, db_constraint=False, on_delete=models.CASCADE, related_name="outbox_entry"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.BigIntegerField()
    is_head = models.BooleanField(default=False)
    priority = models.SmallIntegerField(default=5)
    """0: a person's reply; 5: flow and AI; 9: bulk."""
    state = models.CharField(max_length=10, default="queued")
    due_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    """Nobody takes the row before; then somebody must look at it: the end of a lease, of a wait for a receipt, or the
    time of a scheduled message."""
    sending_at = models.DateTimeField(null=True, blank=True)
    reconcile_until = models.DateTimeField(null=True, blank=True)
    """Found in `sending`: until then the platform's receipt may settle it."""
    attempts = models.SmallIntegerField(default=0)
    retry_key = models.UUIDField(default=new_id)
    uses_reply_token = models.BooleanField(default=False)
    """The attempt under way spends the reply token: its lost answer is never repeated."""
    was_pushed = models.BooleanField(default=False)
    """A call that can be repeated under its retry key was begun. It may have arrived: from then on nothing but that
    call is made, or a free reply would show the message twice."""
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
                fields=["channel", "priority", "due_at"],
                name="outbox_ready",
                condition=models.Q(is_head=True, leased_until__isnull=True),
            ),
            models.Index(
                fields=["due_at"], name="outbox_due", condition=models.Q(is_head=True, leased_until__isnull=True)
            ),
            models.Index(fields=["leased_until"], name="outbox_taken", condition=models.Q(leased_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} #{self.position}"


class ReplyToken(TenantPart):
    """LINE's free, single-use way to answer. Kept for minutes, never logged."""

    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="reply_tokens", db_index=False)
    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="+", db_index=False)
    """The conversation's, which has the reference that the database checks."""
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
