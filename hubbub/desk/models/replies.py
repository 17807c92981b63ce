"""Texts that are written once and sent often."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower, Now

from hubbub.organizations.fields import TenantModel
from hubbub.organizations.models import User


class CannedReply(TenantModel):
    """A text with variables, found by its shortcut. Shared with the team, or one person's own."""

    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """None: it belongs to the team."""
    shortcut = models.CharField(max_length=50)
    title = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "canned_reply"
        constraints = [
            models.UniqueConstraint(
                "organization", "owner", Lower("shortcut"), name="canned_reply_unique", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.shortcut
