"""Names for sorting conversations."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower, Now

from hubbub.organizations.fields import TenantModel


class Label(TenantModel):
    """A tag that the team agreed on, with a colour. Names differ by more than their case."""

    name = models.CharField(max_length=100)
    color = models.CharField(max_length=7, default="#868e96")
    """#rrggbb."""
    description = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "label"
        constraints = [models.UniqueConstraint("organization", Lower("name"), name="label_name_unique")]

    def __str__(self) -> str:
        return self.name
