"""Old conversations, moved out of the way: found by contact and channel, read, and put back as they were."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.channels.models import Channel
from hubbub.contacts.models import Contact
from hubbub.organizations.fields import TenantForeignKey, TenantModel, TenantPart


class ArchivedConversation(TenantModel):
    """A conversation whose rows lie in `archived_row`. It keeps its id, which no other conversation gets."""

    channel = TenantForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=10)
    status = models.CharField(max_length=10)
    """closed, archived."""
    title = models.CharField(max_length=500, blank=True, default="")
    message_count = models.IntegerField(default=0)
    last_message_text = models.CharField(max_length=200, blank=True, default="")
    last_message_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(db_default=Now(), editable=False)
    data = models.JSONField()
    """The conversation's own row."""

    class Meta:
        db_table = "archived_conversation"
        indexes = [models.Index(fields=["organization", "-moved_at", "-id"], name="archived_conversation_recent")]

    def __str__(self) -> str:
        return self.title or str(self.id)


class ArchivedRow(TenantPart):
    """One row of what hangs on an archived conversation, as it stood in its table."""

    conversation = TenantForeignKey(ArchivedConversation, on_delete=models.CASCADE, related_name="rows", db_index=False)
    table_name = models.CharField(max_length=40)
    row_id = models.UUIDField()
    channel_id = models.UUIDField(null=True, blank=True)
    """Of a message: with the external id, what late webhooks are compared with."""
    external_id = models.CharField(max_length=512, null=True, blank=True)
    contact_id = models.UUIDField(null=True, blank=True)
    """Of a message: whoever wrote it, in groups too."""
    data = models.JSONField()

    class Meta:
        db_table = "archived_row"
        constraints = [
            models.UniqueConstraint(fields=["channel_id", "external_id"], name="archived_row_external_id_unique"),
            models.UniqueConstraint(fields=["conversation", "table_name", "row_id"], name="archived_row_unique"),
        ]
        indexes = [
            models.Index(
                fields=["contact_id"], name="archived_row_by_contact", condition=models.Q(contact_id__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}"


class MediaState(models.TextChoices):
    LEAVING = "leaving"
    """Still in the media store, or there for good while a conversation that is not archived shows it, too."""
    AWAY = "away"
    """In the archive's store."""
    COMING = "coming"
    """Its conversation is back; the file can be read in either store meanwhile."""


class ArchivedMedia(TenantPart):
    """A file of an archived conversation. It outlives the archived conversation until the file is back."""

    conversation_id = models.UUIDField()
    storage_key = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=MediaState.choices, default=MediaState.LEAVING)

    class Meta:
        db_table = "archived_media"
        constraints = [models.UniqueConstraint(fields=["conversation_id", "storage_key"], name="archived_media_unique")]
        indexes = [
            models.Index(fields=["storage_key"], name="archived_media_by_key"),
            models.Index(fields=["organization", "state", "storage_key"], name="archived_media_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.storage_key} {self.state}"
