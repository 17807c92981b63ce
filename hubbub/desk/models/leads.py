"""People who may buy."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.contacts.models import Contact
from hubbub.conversations.models import Conversation
from hubbub.organizations.fields import TenantForeignKey, TenantModel


class LeadStatus(models.TextChoices):
    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    LOST = "lost"


OPEN_LEAD = (LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED)


class Lead(TenantModel):
    """Somebody who may buy, with what they told and how promising it looks. Of a contact and a flow one is open."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    conversation = TenantForeignKey(
        Conversation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    flow_id = models.UUIDField(null=True, blank=True)
    """The flow that made it; None: a person or a program did."""
    source = models.CharField(max_length=100, blank=True, default="")
    """Where it comes from, in words: the flow's name, a campaign."""
    status = models.CharField(max_length=10, choices=LeadStatus.choices, default=LeadStatus.NEW)
    score = models.SmallIntegerField(default=0)
    """0–100."""
    fields = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "lead"
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "flow_id"],
                condition=models.Q(status__in=OPEN_LEAD, flow_id__isnull=False),
                name="lead_one_open",
            ),
            models.CheckConstraint(condition=models.Q(score__gte=0, score__lte=100), name="lead_score_in_range"),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="lead_recent"),
            models.Index(
                fields=["conversation"], name="lead_by_conversation", condition=models.Q(conversation__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.score}"
