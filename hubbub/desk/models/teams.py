"""Teams, and which conversations are theirs."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower, Now

from hubbub.conversations.models import Conversation
from hubbub.organizations.fields import TenantForeignKey, TenantModel, TenantPart
from hubbub.organizations.models import User


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
