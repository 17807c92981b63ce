"""What came into a thread when its contact was merged with another."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.contacts.models import Contact
from hubbub.organizations.fields import TenantForeignKey, TenantModel


class MergedThread(TenantModel):
    """What a contact's thread brought along that does not say itself whose it is; un-merge gives it back."""

    conversation_id = models.UUIDField()
    """Where it is now: the thread that was emptied into, or the contact's own one that went over as a whole."""
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    """Whose it was."""
    notes = models.JSONField(default=list)
    """Ids."""
    scheduled = models.JSONField(default=list)
    """Ids of messages that were to be said later."""
    tags = models.JSONField(default=list)
    added_tags = models.JSONField(default=list)
    """Those of `tags` that the other thread did not have."""
    has_team = models.BooleanField(default=False)
    """The thread belonged to a team, and the other one to none."""
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "merged_thread"
        indexes = [models.Index(fields=["conversation_id"], name="merged_thread_place")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.conversation_id}"
