"""Facts from day one, so that later metrics have a history."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.organizations.fields import TenantModel


class Fact(TenantModel):
    """Something worth counting: conversation_opened, first_response, response, closed, reopened, escalated,
    handed_over, satisfaction, send_failed, inbound_error."""

    kind = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now())
    channel_id = models.UUIDField(null=True)
    conversation_id = models.UUIDField(null=True)
    contact_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    value = models.FloatField(null=True)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "fact"
        indexes = [models.Index(fields=["organization", "kind", "-at"], name="fact_recent")]

    def __str__(self) -> str:
        return self.kind
