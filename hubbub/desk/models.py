"""Teams, which conversations are theirs, and leads."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower, Now

from hubbub.contacts.models import Contact
from hubbub.conversations.models import Conversation
from hubbub.organizations.fields import TenantForeignKey, TenantModel, TenantPart
from hubbub.organizations.models import User


class LeadStatus(models.TextChoices):
    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    LOST = "lost"


OPEN_LEAD = (LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED)


class Team(TenantModel):
    """People who share conversations. Flows name it; names differ by more than their case."""

    name = models.CharField(max_length=100)
    description = models.CharField(max_length=1000, blank=True, default="")
    is_active = models.BooleanField(default=True)
    """Off: it takes no new conversations and keeps those that it has."""
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "team"
        constraints = [models.UniqueConstraint("organization", Lower("name"), name="team_name_unique")]
        indexes = [models.Index(fields=["organization", "-created_at", "-id"], name="team_recent")]

    def __str__(self) -> str:
        return self.name


class TeamMembership(TenantPart):
    """One person in one team. Somebody who is away is passed over."""

    team = TenantForeignKey(Team, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    is_away = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "team_membership"
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_membership_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


class TeamAssignment(models.Model):
    """The team that a conversation belongs to. A table of its own: conversations, which know no teams, are written with
    every message."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, db_constraint=False, on_delete=models.CASCADE, related_name="team_assignment"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    team = TenantForeignKey(Team, on_delete=models.CASCADE, related_name="assignments")
    note = models.CharField(max_length=1000, blank=True, default="")
    """Why it went there, for the people of the team."""
    assigned_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "team_assignment"

    def __str__(self) -> str:
        return f"{self.conversation_id} → {self.team_id}"


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
