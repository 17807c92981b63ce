"""Lists of conversations that somebody keeps."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.organizations.fields import TenantModel
from hubbub.organizations.models import User


class SavedView(TenantModel):
    """The filters and the order of a list, under a name. Shared with the team, or one person's own."""

    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """None: it belongs to the team."""
    name = models.CharField(max_length=100)
    filters = models.JSONField(default=dict, blank=True)
    """As `GET /conversations` takes them, with `sort`."""
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "saved_view"
        indexes = [models.Index(fields=["organization", "owner"], name="saved_view_of_person")]

    def __str__(self) -> str:
        return self.name
